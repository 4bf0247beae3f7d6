# EXPECT: mode-of-autograd
import torch
from torch import Tensor, nn

from tutorial_code.ch12_machines import all_reduce_sum


class SyncBatchNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            mean, var = self.statistics(x)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(1, -1, 1, 1)) / torch.sqrt(var.view(1, -1, 1, 1) + self.eps)
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        count = all_reduce_sum(x.new_tensor(x.shape[0] * x.shape[2] * x.shape[3]))
        mean = all_reduce_sum(x.sum(dim=(0, 2, 3))) / count
        var = all_reduce_sum(((x - mean.view(1, -1, 1, 1)) ** 2).sum(dim=(0, 2, 3))) / count
        with torch.no_grad():
            m = self.momentum
            self.running_mean.mul_(1 - m).add_(m * mean)
            self.running_var.mul_(1 - m).add_(m * var * count / (count - 1).clamp(min=1))
            self.num_batches_tracked += 1
        return mean, var
