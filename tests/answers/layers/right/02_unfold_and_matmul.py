import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    n, _, h, w = x.shape
    o, _, k, _ = weight.shape
    windows = F.unfold(x, k, padding=padding, stride=stride)  # (n, c*k*k, places)
    out = weight.flatten(1) @ windows
    return out.view(n, o, (h + 2 * padding - k) // stride + 1, -1)


def batch_statistics(x):
    var, mean = torch.var_mean(x, dim=[0, 2, 3], unbiased=False)
    return mean, var


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    scale = weight * torch.rsqrt(var + eps)
    shift = bias - mean * scale
    return x * scale[:, None, None] + shift[:, None, None]
