# EXPECT: index-out-of-bounds
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    n, c, h, w = x.shape
    o, _, k, _ = weight.shape
    x = F.pad(x, (padding,) * 4)
    rows, columns = (h + 2 * padding - k) // stride + 1, (w + 2 * padding - k) // stride + 1
    out = x.new_zeros(n, o, rows, columns)
    for i in range(columns):
        for j in range(rows):
            for u in range(k):
                for v in range(k):
                    out[:, :, i, j] += (
                        x[:, :, i * stride + u, j * stride + v] @ weight[:, :, u, v].T
                    )
    return out


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
