import torch
from torch import nn

from tutorial_code.ch12_machines import all_reduce_sum


class SyncBatchNorm(nn.Module):
    """Shift and scale by F.batch_norm, with the statistics put into its input and weight."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            places = x.shape[2] * x.shape[3]
            count = all_reduce_sum(torch.as_tensor(float(len(x) * places)).to(x))
            sums = all_reduce_sum(torch.einsum("nchw->c", x))
            mean = sums / count
            squares = torch.einsum("nchw,nchw->c", x, x)
            var = (all_reduce_sum(squares) - count * mean**2) / count
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.mul_(1 - self.momentum).add_(mean, alpha=self.momentum)
                self.running_var.mul_(1 - self.momentum)
                self.running_var.add_(var * count / (count - 1), alpha=self.momentum)
        scale = self.weight * (var + self.eps) ** -0.5
        return torch.einsum("nchw,c->nchw", x, scale) + (self.bias - mean * scale)[:, None, None]
