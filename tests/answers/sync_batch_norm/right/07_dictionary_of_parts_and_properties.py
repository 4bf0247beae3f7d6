import torch
from torch import nn

import tutorial_code.ch12_machines as ch12


class SyncBatchNorm(nn.Module):
    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1) -> None:
        nn.Module.__init__(self)
        self.eps, self.momentum = eps, momentum
        for name, start in ("weight", 1.0), ("bias", 0.0):
            self.register_parameter(name, nn.Parameter(torch.full((num_features,), start)))
        for name, start in ("running_mean", 0.0), ("running_var", 1.0):
            self.register_buffer(name, torch.full((num_features,), start))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            count = ch12.all_reduce_sum(torch.ones_like(x).sum((0, 2, 3)))
            mean = ch12.all_reduce_sum(x.sum((0, 2, 3))) / count
            d = x - mean.view(-1, 1, 1)
            var = ch12.all_reduce_sum((d * d).sum((0, 2, 3))) / count
            with torch.no_grad():
                self.num_batches_tracked += 1
                keep = 1 - self.momentum
                self.running_mean[:] = keep * self.running_mean + self.momentum * mean
                self.running_var[:] = keep * self.running_var + self.momentum * var * count / (
                    count - 1
                )
        else:
            d, var = x - self.running_mean.view(-1, 1, 1), self.running_var
        return self.weight.view(-1, 1, 1) * d / (var.view(-1, 1, 1) + self.eps).sqrt() + (
            self.bias.view(-1, 1, 1)
        )
