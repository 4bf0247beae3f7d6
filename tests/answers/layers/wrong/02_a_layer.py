# EXPECT: pytorchs-own-convolution
from torch import nn


def conv2d(x, weight, stride=1, padding=0):
    layer = nn.Conv2d(
        weight.shape[1], weight.shape[0], weight.shape[2], stride, padding, bias=False
    )
    del layer.weight
    layer.weight = weight
    return layer(x)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
