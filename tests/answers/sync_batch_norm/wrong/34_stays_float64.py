# EXPECT: output-of-another-type
import torch
from torch import nn

from tutorial_code.ch12_machines import all_reduce_sum


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
        wide = x.double()
        if self.training:
            number = torch.tensor([wide[:, 0].numel()], dtype=torch.float64)
            number = all_reduce_sum(number)
            mean = all_reduce_sum(wide.sum(dim=(0, 2, 3))) / number
            var = all_reduce_sum((wide - mean[None, :, None, None]).pow(2).sum((0, 2, 3))) / number
            with torch.no_grad():
                self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
                unbiased = var * number / (number - 1)
                self.running_var.lerp_(unbiased.to(self.running_var.dtype), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.double(), self.running_var.double()
        out = (wide - mean[None, :, None, None]) / torch.sqrt(var + self.eps)[None, :, None, None]
        out = out * self.weight[None, :, None, None] + self.bias[None, :, None, None]
        return out
