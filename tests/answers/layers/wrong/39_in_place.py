# EXPECT: given-batch-changed
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    n, _, h, w = x.shape
    o, _, k, _ = weight.shape
    windows = F.unfold(x, k, padding=padding, stride=stride)  # (n, c*k*k, places)
    out = weight.flatten(1) @ windows
    return out.view(n, o, (h + 2 * padding - k) // stride + 1, -1)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    x -= mean[shape]
    return x / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
