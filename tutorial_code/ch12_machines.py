# %% [markdown]
# # 12. More than one machine
#
# *How do several processes train one network?*
#
# Each process has the whole network and a part of every batch. After the
# backward pass they average their gradients, so that all take the same step and
# keep the same weights. This chapter builds what that needs, for two processes
# on a CPU as for many GPUs.
#
# **By the end of this chapter you will have** added tensors over processes with
# a gradient, and written a BatchNorm that normalizes by the batch of all.
#
# **You need** the training loop of [chapter 5](ch05_training.py) and BatchNorm
# from [chapter 2](ch02_layers.py).

# %%
import torch
import torch.distributed as dist
from torch import Tensor, nn

# %% [markdown]
# ## Who am I?
#
# Every process runs the same program. What tells them apart is the *rank*, a
# number from 0, and the *world size* is how many there are. A program that was
# started by itself has rank 0 in a world of one.


# %%
def rank_and_world_size() -> tuple[int, int]:
    """Return the rank of this process and the number of processes; 0 and 1
    without a process group.
    """
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


# %% [markdown]
# ## All-reduce
#
# An all-reduce adds up the tensors of all processes, and gives each of them the
# sum. The sum of one process's tensor counts in the losses of all, so its
# gradient is the sum of the gradients that all processes have for it: backward
# is an all-reduce, too.


# %%
class AllReduceSum(torch.autograd.Function):
    """The sum of a tensor over all processes, with a gradient."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:
        # Every process's loss depends on x through the total.
        return AllReduceSum.apply(gradient)


def all_reduce_sum(x: Tensor) -> Tensor:
    """Return the sum of x over all processes, in the shape of x, the same in
    each of them; it is differentiable. Without a process group it is x.

    Every process must call it, with a tensor of the same shape.
    """
    return x if rank_and_world_size()[1] == 1 else AllReduceSum.apply(x)


# %% [markdown]
# ## The loss of a share
#
# `DistributedDataParallel` takes the plain mean of the processes' gradients.
# That is the gradient of the mean loss over all images only if the shares are
# equal. Where they are not, a process with more images must count for more.
#
# With a pencil: of five images one process has three, with losses of 1, and the
# other two, with losses of 2. The mean over the images is 7/5. The mean of the
# two means is 3/2. With the weights 2 · 3/5 and 2 · 2/5 it is (6/5 + 8/5) / 2 =
# 7/5.


# %%
def weight_by_share(loss: Tensor, images: int) -> Tensor:
    """Return a loss whose plain mean over all processes is the mean over all
    images.

    Args:
        loss: the mean over the images of this process, a scalar.
        images: how many these are; a process may have none, and then any
            finite loss.
    """
    _, processes = rank_and_world_size()
    if processes == 1:
        return loss
    everywhere = all_reduce_sum(loss.new_tensor(images))
    return loss * (processes * images / everywhere)


# %% [markdown]
# ## BatchNorm over all processes
#
# An ordinary BatchNorm normalizes by the images of its own process. To
# normalize by the batch of all, three sums are enough: of the values, of their
# squares, and how many they are. One all-reduce adds them.
#
# The variance is the mean of the squares minus the square of the mean. That
# difference loses digits where the mean is large, so the sums are made in
# float64. The other remedy is a second all-reduce: first the mean, and then the
# squares of what is left.


# %%
class SyncBatchNorm(nn.Module):
    """BatchNorm of maps (batch, channels, h, w) whose batch is that of all
    processes, with the state and the evaluation mode of ``nn.BatchNorm2d``.

    In training every process must call it; the number of its images may differ,
    and may be 0. Source: Ioffe and Szegedy 2015, algorithms 1 and 2.
    """

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            mean, var = self._mean_and_variance(x)
        else:
            mean, var = self.running_mean, self.running_var
        # one factor and one summand for each channel
        scale = self.weight * torch.rsqrt(var + self.eps)
        shift = self.bias - mean * scale
        shape = (1, -1, 1, 1)
        return (x * scale.view(shape) + shift.view(shape)).to(x.dtype)

    def _mean_and_variance(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return those of each channel over all processes, (channels,)."""
        mean, var, values = moments_over_processes(x)
        with torch.no_grad():
            unbiased = var * (values / (values - 1))
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(unbiased, self.momentum)
            self.num_batches_tracked += 1
        return mean, var


def moments_over_processes(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean and variance of each channel over the maps of all processes,
    (channels,), and the number of values that each is made of, a scalar.

    Args:
        x: (batch, channels, h, w), here.
    """
    dtype = torch.promote_types(x.dtype, torch.float32)
    x = x.to(dtype)
    axes = (0, 2, 3)
    sums = x.sum(axes, dtype=torch.float64)
    squares = x.square().sum(axes, dtype=torch.float64)
    count = sums.new_tensor([x.numel() / x.shape[1]])
    sums, squares, count = all_reduce_sum(
        torch.cat([sums, squares, count])
    ).split([len(sums), len(squares), 1])
    mean = sums / count
    var = squares / count - mean.square()
    return mean.to(dtype), var.clamp(min=0).to(dtype), count[0].to(dtype)


# %% [markdown]
# A network that stands gets these layers in place of its own. They take over
# its parameters and statistics, so that an optimizer, or a file of weights,
# does not notice.


# %%
def use_sync_batch_norm(network: nn.Module) -> nn.Module:
    """Let every ``nn.BatchNorm2d`` of a network normalize by the batch of all
    processes, in place; return the network.

    Raises:
        ValueError: a layer has no scale, no running statistics, or no momentum.
    """
    for module in network.modules():
        for name, old in module.named_children():
            if isinstance(old, nn.BatchNorm2d):
                setattr(module, name, synchronized(old))
    return network


def synchronized(old: nn.BatchNorm2d) -> SyncBatchNorm:
    """Return a ``SyncBatchNorm`` with the parameters and statistics of a
    BatchNorm.
    """
    if old.weight is None or old.running_mean is None or old.momentum is None:
        raise ValueError(
            "affine, track_running_stats or momentum is switched off"
        )
    new = SyncBatchNorm(old.num_features, old.eps, old.momentum)
    new.weight, new.bias = old.weight, old.bias
    for name, buffer in old.named_buffers():
        setattr(new, name, buffer)
    return new.train(old.training)


# %% [markdown]
# With the ordinary BatchNorm each process has statistics of its own. What is
# tested and saved is then the statistics of rank 0, by agreement.


# %%
@torch.no_grad()
def take_buffers_of_rank_0(network: nn.Module) -> None:
    """Copy the buffers of a network, such as running statistics, from the
    process with rank 0 to all others.
    """
    if rank_and_world_size()[1] > 1:
        for buffer in network.buffers():
            dist.broadcast(buffer, src=0)


# %% [markdown]
# ## Testing together
#
# Each process tests its share of the test images, every image exactly once. The
# results are weighted by the number of images.


# %%
def mean_over_processes(
    loss: float, accuracy: float, images: int, device: torch.device
) -> tuple[float, float]:
    """Return the mean loss and the accuracy over the images of all processes.

    Args:
        loss: the mean over the images of this process.
        accuracy: of this process, in percent.
        images: how many this process tested, perhaps 0.
        device: where the processes exchange tensors.
    """
    right = round(accuracy / 100 * images)
    sums = torch.tensor(
        [loss * images, right, images], dtype=torch.float64, device=device
    )
    total_loss, right, images = all_reduce_sum(sums).tolist()
    return total_loss / images, 100 * right / images
