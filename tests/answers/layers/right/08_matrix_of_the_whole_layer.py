import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    """One large sparse matrix, multiplied with the flattened images."""
    x = F.pad(x, (padding,) * 4)
    n, c, h, w = x.shape
    o, _, k, _ = weight.shape
    rows, columns = (h - k) // stride + 1, (w - k) // stride + 1
    matrix = weight.new_zeros(o, rows, columns, c, h, w)
    for i in range(rows):
        for j in range(columns):
            matrix[:, i, j, :, i * stride : i * stride + k, j * stride : j * stride + k] = weight
    return (x.reshape(n, -1) @ matrix.reshape(o * rows * columns, -1).T).reshape(
        n, o, rows, columns
    )


def batch_statistics(x):
    n = x.numel() // x.shape[1]
    return torch.mean(x, (0, 2, 3)), torch.var(x, (0, 2, 3)) * (n - 1) / n


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    column = lambda v: v.double()[None, :, None, None]
    out = (x.double() - column(mean)) * column(weight) / (column(var) + eps).sqrt() + column(bias)
    return out.float()
