# EXPECT: variance-of-own-deviations
import torch
from torch import nn

from tutorial_code.ch12_machines import all_reduce_sum


class SyncBatchNorm(nn.Module):
    """Joins means and variances of the processes, weighted by their counts."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            mean, var = self.of_all(x)
        else:
            mean, var = self.running_mean, self.running_var
        y = x.transpose(1, 3)  # channels last, so that vectors fit
        y = (y - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
        return y.transpose(1, 3)

    def of_all(self, x):
        values = x.transpose(0, 1).reshape(self.num_features, -1)
        n = values.shape[1]
        own_mean = values.sum(1) / max(n, 1)
        own_var = (values - own_mean[:, None]).square().sum(1) / max(n, 1)
        count = all_reduce_sum(torch.tensor([float(n)], dtype=x.dtype))
        mean = all_reduce_sum(n * own_mean) / count
        between = (own_mean - mean).square()
        var = all_reduce_sum(n * (own_var)) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var * (count / (count - 1)), self.momentum)
            self.num_batches_tracked += 1
        return mean, var
