# EXPECT: one-kernel-for-all-channels
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    k = weight.shape[-1]
    out = []
    for o in range(len(weight)):
        rows = [
            torch.stack(
                [
                    (x[:, :, t : t + k, l : l + k] * weight[0]).sum((1, 2, 3))
                    for l in range(0, x.shape[3] - k + 1, stride)
                ],
                1,
            )
            for t in range(0, x.shape[2] - k + 1, stride)
        ]
        out.append(torch.stack(rows, 1))
    return torch.stack(out, 1)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
