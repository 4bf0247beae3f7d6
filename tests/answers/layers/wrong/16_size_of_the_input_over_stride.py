# EXPECT: shape-of-output-differs
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    """The size that padding of half the kernel would give."""
    o, _, k, _ = weight.shape
    rows, columns = x.shape[2] // stride, x.shape[3] // stride
    need = (rows - 1) * stride + k, (columns - 1) * stride + k
    x = F.pad(x, (padding,) * 4)
    x = F.pad(x, (0, max(0, need[1] - x.shape[3]), 0, max(0, need[0] - x.shape[2])))
    windows = x.unfold(2, k, stride)[:, :, :rows].unfold(3, k, stride)[:, :, :, :columns]
    return torch.einsum("ncijuv,ocuv->noij", windows, weight)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
