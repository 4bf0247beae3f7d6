import torch


def conv2d(x, weight, stride=1, padding=0):
    batch, in_channels, height, width = x.shape
    out_channels, _, kernel, _ = weight.shape
    padded = torch.zeros(batch, in_channels, height + 2 * padding, width + 2 * padding)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    output = torch.zeros(batch, out_channels, rows, columns)
    for n in range(batch):
        for o in range(out_channels):
            for i in range(rows):
                for j in range(columns):
                    for c in range(in_channels):
                        for u in range(kernel):
                            for v in range(kernel):
                                output[n, o, i, j] += (
                                    padded[n, c, i * stride + u, j * stride + v]
                                    * weight[o, c, u, v]
                                )
    return output


def batch_statistics(x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    shape = (None, slice(None), None, None)
    return (x - mean[shape]) / (var[shape] + eps).sqrt() * weight[shape] + bias[shape]
