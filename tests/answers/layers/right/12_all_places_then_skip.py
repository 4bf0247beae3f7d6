import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    k = weight.shape[-1]
    x = F.pad(x, (padding,) * 4)
    every = F.unfold(x, k).unflatten(2, (x.shape[2] - k + 1, x.shape[3] - k + 1))
    out = (weight.flatten(1)[None, :, :, None, None] * every[:, None]).sum(2)
    return out[..., ::stride, ::stride]


def batch_statistics(x):
    """The gradient of the variance is the same whether or not it goes through the mean."""
    mean = x.mean(dim=(0, 2, 3))
    var = (x - mean.detach().view(1, -1, 1, 1)).square().mean(dim=(0, 2, 3))
    return mean, var


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    matrix = torch.diag(weight / torch.sqrt(var + eps))
    n, c, h, w = x.shape
    centered = (x - mean.view(c, 1, 1)).reshape(n, c, h * w)
    return (matrix @ centered).reshape(n, c, h, w) + bias.view(c, 1, 1)
