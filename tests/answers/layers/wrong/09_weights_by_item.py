# EXPECT: no-gradient
import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    k = weight.shape[-1]
    x = F.pad(x, (padding,) * 4)
    rows = (x.shape[2] - k) // stride + 1
    columns = (x.shape[3] - k) // stride + 1
    out = []
    for kernel in weight:
        total = 0
        for c in range(x.shape[1]):
            for u in range(k):
                for v in range(k):
                    part = x[
                        :, c, u : u + stride * rows : stride, v : v + stride * columns : stride
                    ]
                    total = total + part[:, :rows, :columns] * kernel[c, u, v].item()
        out.append(total)
    return torch.stack(out, 1)


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
