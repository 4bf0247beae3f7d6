import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    h, w = x.shape[-2:]
    k = weight.shape[-1]
    # a convolution flips the kernel, so it is flipped before
    images = torch.fft.rfft2(x)
    kernels = torch.fft.rfft2(weight.flip(-1, -2), s=(h, w))
    full = torch.fft.irfft2((images[:, None] * kernels[None]).sum(2), s=(h, w))
    return full[:, :, k - 1 :: stride, k - 1 :: stride]


def batch_statistics(x):
    means, variances = [], []
    for c in range(x.shape[1]):
        channel = x[:, c]
        m = channel.sum() / channel.numel()
        means.append(m)
        variances.append(((channel - m) ** 2).sum() / channel.numel())
    return torch.stack(means), torch.stack(variances)


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    out = x - mean.view(-1, 1, 1)
    out = out.div(torch.sqrt(var + eps).view(-1, 1, 1))
    out *= weight.view(-1, 1, 1)
    out += bias.view(-1, 1, 1)
    return out
