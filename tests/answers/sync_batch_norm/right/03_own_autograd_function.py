import torch
import torch.distributed as dist
from torch import nn


def added_up(x):
    if dist.is_initialized():
        dist.all_reduce(x)
    return x


class Normalize(torch.autograd.Function):
    """The whole layer, with the gradient of the paper."""

    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, count, eps):
        root = torch.rsqrt(var + eps)
        normalized = (x - mean[:, None, None]) * root[:, None, None]
        ctx.save_for_backward(normalized, weight, root, count)
        return normalized * weight[:, None, None] + bias[:, None, None]

    @staticmethod
    def backward(ctx, gradient):
        normalized, weight, root, count = ctx.saved_tensors
        of_bias = gradient.sum((0, 2, 3))
        of_weight = (gradient * normalized).sum((0, 2, 3))
        both = added_up(torch.stack([of_bias, of_weight])) / count
        centered = gradient - both[0][:, None, None] - normalized * both[1][:, None, None]
        scale = weight * root
        # the gradients of the parameters are those of the own images
        own = (gradient * normalized).sum((0, 2, 3))
        return centered * scale[:, None, None], own, gradient.sum((0, 2, 3)), None, None, None, None


class SyncBatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if not self.training:
            return nn.functional.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
            )
        with torch.no_grad():
            count = added_up(torch.tensor(float(x.numel() // self.num_features), dtype=x.dtype))
            mean = added_up(x.sum((0, 2, 3))) / count
            var = added_up((x - mean[:, None, None]).square().sum((0, 2, 3))) / count
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var * count / (count - 1), self.momentum)
            self.num_batches_tracked += 1
        return Normalize.apply(x, self.weight, self.bias, mean, var, count, self.eps)
