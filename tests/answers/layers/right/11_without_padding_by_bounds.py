import torch


def conv2d(x, weight, stride=1, padding=0):
    """No padded image: positions outside are skipped."""
    n, c, h, w = x.shape
    o, _, k, _ = weight.shape
    rows = (h + 2 * padding - k) // stride + 1
    columns = (w + 2 * padding - k) // stride + 1
    out = x.new_zeros((n, o, rows, columns))
    for i in range(rows):
        for j in range(columns):
            total = x.new_zeros((n, o))
            for u in range(k):
                for v in range(k):
                    y, z = i * stride + u - padding, j * stride + v - padding
                    if 0 <= y < h and 0 <= z < w:
                        total = total + x[:, :, y, z] @ weight[:, :, u, v].T
            out[:, :, i, j] = total
    return out


def batch_statistics(x):
    n = x.shape[0] * x.shape[2] * x.shape[3]
    mean = torch.einsum("nchw->c", x) / n
    d = x - mean.reshape(-1, 1, 1)
    return mean, torch.einsum("nchw,nchw->c", d, d) / n


def batch_norm(x, mean, var, weight, bias, eps=1e-5, *, unused=None):
    standard_deviation = torch.exp(0.5 * torch.log(var + eps))[..., None, None]
    return (
        weight[..., None, None] * ((x - mean[..., None, None]) / standard_deviation)
        + bias[..., None, None]
    )
