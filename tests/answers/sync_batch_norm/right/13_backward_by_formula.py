import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn


class _Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, eps, count):
        inv = 1 / torch.sqrt(var + eps)
        xhat = (x - mean.view(1, -1, 1, 1)) * inv.view(1, -1, 1, 1)
        ctx.save_for_backward(xhat, weight, inv)
        ctx.count = count
        return xhat * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

    @staticmethod
    def backward(ctx, dy):
        xhat, weight, inv = ctx.saved_tensors
        db = dy.sum((0, 2, 3))
        dw = (dy * xhat).sum((0, 2, 3))
        both = torch.stack([db, dw])
        if dist.is_initialized():
            dist.all_reduce(both)
        s, t = both / ctx.count
        dx = dy - s.view(1, -1, 1, 1) - xhat * t.view(1, -1, 1, 1)
        dx = dx * (weight * inv).view(1, -1, 1, 1)
        return dx, dw, db, None, None, None, None


class SyncBatchNorm(nn.BatchNorm2d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)

    def forward(self, x):
        if not self.training:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
            )
        mean, var = self.statistics(x)
        return _Norm.apply(x, self.weight, self.bias, mean, var, self.eps, self.count)

    @torch.no_grad()
    def statistics(self, x):
        count = torch.tensor([x.numel() // x.shape[1]], dtype=x.dtype)
        total = x.sum((0, 2, 3))
        if dist.is_initialized():
            dist.all_reduce(count)
            dist.all_reduce(total)
        self.count = count.item()
        mean = total / self.count
        m2 = (x - mean.view(1, -1, 1, 1)).pow(2).sum((0, 2, 3))
        if dist.is_initialized():
            dist.all_reduce(m2)
        var = m2 / self.count
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(m2 / (self.count - 1), self.momentum)
        self.num_batches_tracked += 1
        return mean, var
