import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_fn
from torch import nn


class SyncBatchNorm(nn.Module):
    """Every process gets the sums of all, and adds them up by itself."""

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
            return self.normalized(x, self.running_mean, self.running_var)
        count = x.numel() // self.num_features
        mine = torch.cat(
            [x.sum((0, 2, 3)), x.square().sum((0, 2, 3)), torch.tensor([count], dtype=x.dtype)]
        )
        everybody = [mine]
        if dist.is_initialized() and dist.get_world_size() > 1:
            everybody = dist_fn.all_gather(mine)
        sums = torch.stack(list(everybody)).sum(dim=0)
        c = self.num_features
        mean = sums[:c] / sums[-1]
        var = sums[c : 2 * c] / sums[-1] - mean.square()
        with torch.no_grad():
            n = sums[-1]
            self.running_mean = torch.lerp(self.running_mean, mean, self.momentum)
            self.running_var = torch.lerp(self.running_var, var * n / (n - 1), self.momentum)
            self.num_batches_tracked = self.num_batches_tracked + 1
        return self.normalized(x, mean, var)

    def normalized(self, x, mean, var):
        weight = self.weight / torch.sqrt(var + self.eps)
        return torch.addcmul((self.bias - mean * weight)[:, None, None], x, weight[:, None, None])
