import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4).contiguous()
    n, c, h, w = x.shape
    k = weight.shape[-1]
    rows, columns = (h - k) // stride + 1, (w - k) // stride + 1
    a, b, d, e = x.stride()
    windows = x.as_strided((n, c, rows, columns, k, k), (a, b, d * stride, e * stride, d, e))
    return torch.tensordot(windows, weight, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2)


def batch_statistics(x):
    rows = x.transpose(0, 1).flatten(1)  # (channels, values)
    mean = rows.mean(1)
    return [mean, ((rows - mean[:, None]) ** 2).mean(1)]


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    out = torch.empty_like(x)
    for c in range(x.shape[1]):
        out[:, c] = weight[c] * (x[:, c] - mean[c]) / (var[c] + eps) ** 0.5 + bias[c]
    return out
