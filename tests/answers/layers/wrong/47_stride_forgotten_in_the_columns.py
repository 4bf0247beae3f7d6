# EXPECT: window-moves-by-one-across
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    x = F.pad(x, (padding, padding, padding, padding))
    k = weight.shape[2]
    s = stride
    height = (x.shape[2] - k) // s + 1
    width = (x.shape[3] - k) // s + 1
    out = torch.zeros(x.shape[0], weight.shape[0], height, width)
    for i in range(height):
        for j in range(width):
            window = x[:, :, i * s : i * s + k, j : j + k]
            out[:, :, i, j] = torch.einsum("nchw,ochw->no", window, weight)
    return out


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
