# EXPECT: pytorchs-own-convolution
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    """Each row of the kernel as a convolution of one dimension."""
    x = F.pad(x, (padding,) * 4)
    k = weight.shape[-1]
    rows = []
    for top in range(0, x.shape[2] - k + 1, stride):
        rows.append(
            sum(F.conv1d(x[:, :, top + u], weight[:, :, u], stride=stride) for u in range(k))
        )
    return torch.stack(rows, dim=2)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
