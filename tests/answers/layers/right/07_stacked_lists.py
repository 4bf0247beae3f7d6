import torch
from torch import nn


def conv2d(x, weight, stride=1, padding=0):
    if padding > 0:
        x = nn.ZeroPad2d(padding)(x)
    k = weight.shape[-1]
    images = []
    for image in x:
        channels = []
        for kernel in weight:
            rows = []
            for top in range(0, image.shape[1] - k + 1, stride):
                row = []
                for left in range(0, image.shape[2] - k + 1, stride):
                    row.append((image[:, top : top + k, left : left + k] * kernel).sum())
                rows.append(torch.stack(row))
            channels.append(torch.stack(rows))
        images.append(torch.stack(channels))
    return torch.stack(images)


def batch_statistics(x):
    std, mean = torch.std_mean(x, dim=(0, 2, 3), correction=0)
    return mean, std**2


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    std = torch.sqrt(torch.add(var, eps))
    channels = [(x.select(1, c) - mean[c]) / std[c] * weight[c] + bias[c] for c in range(len(mean))]
    return torch.stack(channels, dim=1)
