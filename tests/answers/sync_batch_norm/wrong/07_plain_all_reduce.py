# EXPECT: backward-not-reduced
import torch
import torch.distributed as dist
from torch import nn


def total(t):
    if dist.is_initialized():
        dist.all_reduce(t)
    return t


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
        shape = 1, self.num_features, 1, 1
        if self.training:
            own = torch.tensor([x.shape[0] * x.shape[2] * x.shape[3]], dtype=x.dtype)
            stats = total(torch.cat([x.sum(dim=[0, 2, 3]), (x**2).sum(dim=[0, 2, 3]), own]))
            count = stats[-1]
            mean, second = (stats[:-1] / count).chunk(2)
            var = second - mean**2
            self.update(mean.detach(), var.detach() * count / (count - 1))
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.view(shape)) / (var.view(shape) + self.eps) ** 0.5
        return x_hat * self.weight.view(shape) + self.bias.view(shape)

    @torch.no_grad()
    def update(self, mean, var):
        self.num_batches_tracked += 1
        for running, new in (self.running_mean, mean), (self.running_var, var):
            running.copy_((1 - self.momentum) * running + self.momentum * new)
