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
        outputs = []
        for channel in range(self.num_features):
            values = x[:, channel]
            if self.training:
                count = all_reduce_sum(values.new_tensor(float(values.numel())))
                mean = all_reduce_sum(values.sum()) / count
                var = all_reduce_sum(((values - mean) ** 2).sum()) / count
                with torch.no_grad():
                    m = self.momentum
                    self.running_mean[channel] = (1 - m) * self.running_mean[channel] + m * mean
                    unbiased = var * count / (count - 1)
                    self.running_var[channel] = (1 - m) * self.running_var[channel] + m * unbiased
            else:
                mean, var = self.running_mean[channel], self.running_var[channel]
            normalized = (values - mean) / torch.sqrt(var + self.eps)
            outputs.append(normalized * self.weight[channel] + self.bias[channel])
        if self.training:
            self.num_batches_tracked += 1
        return torch.stack(outputs, dim=1)
