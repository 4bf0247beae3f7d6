# EXPECT: fails-in-a-single-process
import torch
import torch.distributed as dist
from torch import nn


class Together(torch.autograd.Function):
    """Adds up over all processes, forward and backward."""

    @staticmethod
    def forward(ctx, x):
        x = x.clone()
        dist.all_reduce(x, op=dist.ReduceOp.SUM)
        return x

    @staticmethod
    def backward(ctx, gradient):
        gradient = gradient.clone()
        dist.all_reduce(gradient, op=dist.ReduceOp.SUM)
        return gradient


class SyncBatchNorm(nn.BatchNorm2d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features=num_features, eps=eps, momentum=momentum)

    def forward(self, input):
        if not self.training:
            return super().forward(input)
        c = input.size(1)
        flat = input.permute(1, 0, 2, 3).reshape(c, -1)
        packed = torch.cat([flat.sum(1), flat.square().sum(1), flat.new_full((1,), flat.size(1))])
        packed = Together.apply(packed)
        n = packed[2 * c]
        mean, var = packed[:c] / n, packed[c : 2 * c] / n - (packed[:c] / n) ** 2
        self.num_batches_tracked.add_(1)
        self.running_mean.data.lerp_(mean.data, self.momentum)
        self.running_var.data.lerp_(var.data * n / (n - 1), self.momentum)
        column = (1, c, 1, 1)
        std = (var + self.eps).sqrt().view(column)
        return self.weight.view(column) * (input - mean.view(column)) / std + self.bias.view(column)
