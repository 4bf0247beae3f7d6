import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    k = weight.size(2)
    x = F.pad(x, [padding] * 4)
    windows = x.unfold(2, k, stride).unfold(3, k, stride)
    return torch.einsum("ncijuv,ocuv->noij", windows, weight)


def batch_statistics(x):
    mean = x.mean((0, 2, 3))
    return mean, (x * x).mean((0, 2, 3)) - mean**2


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    x = x.permute(0, 2, 3, 1)
    x = (x - mean) / torch.sqrt(var + eps)
    return (weight * x + bias).permute(0, 3, 1, 2)
