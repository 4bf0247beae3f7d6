# EXPECT: padding-top-and-bottom
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    k = weight.size(2)
    windows = F.pad(x, [0, 0, padding, padding]).unfold(2, k, stride).unfold(3, k, stride)
    return torch.einsum("ncijuv,ocuv->noij", windows, weight)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
