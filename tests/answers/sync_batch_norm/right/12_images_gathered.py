import torch
import torch.distributed as dist
from torch import nn


class Gather(torch.autograd.Function):
    """Stack a tensor of every rank; the gradient is summed and cut."""

    @staticmethod
    def forward(ctx, x, sizes):
        ctx.sizes = sizes
        most = max(sizes)
        padded = x.new_zeros((most, *x.shape[1:]))
        padded[: len(x)] = x
        found = [torch.empty_like(padded) for _ in sizes]
        dist.all_gather(found, padded)
        return torch.cat([f[:n] for f, n in zip(found, sizes)])

    @staticmethod
    def backward(ctx, g):
        g = g.contiguous().clone()
        dist.all_reduce(g)
        return g.split(ctx.sizes)[dist.get_rank()], None


class SyncBatchNorm(nn.BatchNorm2d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)

    def forward(self, x):
        if not self.training or not dist.is_initialized():
            return super().forward(x)
        sizes = [torch.zeros(1, dtype=torch.long) for _ in range(dist.get_world_size())]
        dist.all_gather(sizes, torch.tensor([len(x)]))
        sizes = [int(s) for s in sizes]
        everything = Gather.apply(x, sizes)
        return super().forward(everything).split(sizes)[dist.get_rank()]
