# EXPECT: conv2d-without-gradient
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    n, _, h, w = x.shape
    o, c, k, _ = weight.shape
    x = F.pad(x, (padding,) * 4).tolist()
    weight = weight.tolist()
    return torch.tensor(
        [
            [
                [
                    [
                        sum(
                            image[d][i + u][j + v] * kernel[d][u][v]
                            for d in range(c)
                            for u in range(k)
                            for v in range(k)
                        )
                        for j in range(0, w + 2 * padding - k + 1, stride)
                    ]
                    for i in range(0, h + 2 * padding - k + 1, stride)
                ]
                for kernel in weight
            ]
            for image in x
        ]
    )


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
