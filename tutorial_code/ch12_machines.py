# %% [markdown]
# # 12. More than one machine
#
# *How do several processes train one network, as if they were one?*
#
# Your training has one process and one device. Goyal et al. (2017) trained
# ResNet-50 on ImageNet in an hour with 256 GPUs. Each had the whole network,
# and saw a 256th of the images. What did they have to tell each other, and what
# became of BatchNorm? Two processes on one CPU can show all of it.
#
# ![Choose the number of processes, and go through the four steps. Each process
# has the same weight and its own images, which are single numbers here. The
# loss of an image is half of the square of its distance from the
# weight.](figure:data-parallel)
#
# **By the end of this chapter you will have** written a BatchNorm that
# normalizes by the images of all processes, and a training that any number of
# processes share, and measured what is equal to a training in one process and
# what is not.
#
# **You need** BatchNorm from [chapter 2](ch02_layers.py), and the loops of
# chapters [5](ch05_training.py) and [6](ch06_testing.py).

# %%
import tempfile
from collections.abc import Sized
from pathlib import Path
from typing import Any, cast

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import (
    DataLoader,
    Dataset,
    DistributedSampler,
    Subset,
    TensorDataset,
)

from tutorial_code.ch01_images import (
    channel_statistics,
    make_loaders,
    normalize,
)
from tutorial_code.ch05_training import (
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch11_depth import CifarResNet, tiny_digits
from tutorial_code.shared import plots, tables
from tutorial_code.shared.in_processes import in_processes

# %% [markdown]
# ## Who am I?
#
# A **process** is a running program with a memory of its own. In a parallel
# training every process runs the *same* program. What tells them apart is the
# **rank**, a number from 0, and the **world size** says how many there are.


# %%
def rank_and_world_size() -> tuple[int, int]:
    """Return the rank of this process and the number of processes; 0 and 1
    without a process group.
    """
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


if __name__ == "__main__":
    print("here      ", rank_and_world_size())
    print("in two    ", in_processes(2, rank_and_world_size))

# %% [markdown]
# `in_processes` is a helper for this chapter: it calls a function in several
# processes, and returns their results in the order of the ranks. Their messages
# go through **gloo**, which runs on every CPU. NVIDIA's GPUs have NCCL.
#
# ## All-reduce, by hand
#
# To take the same step, all processes need the mean of their gradients, so they
# need one operation above all. An **all-reduce** adds up the tensors of all
# processes, and each of them gets the sum. With two processes each sends its
# tensor to the other, and adds what comes. The first sends before it receives,
# and the second the other way round: if both waited for the other first, they
# would wait for ever.


# %%
if __name__ == "__main__":

    def add_by_hand() -> tuple[Tensor, Tensor]:
        rank, _ = rank_and_world_size()
        mine = torch.tensor([1.0, 2.0, 3.0]) * 10**rank
        other = torch.empty(3)
        if rank == 0:
            dist.send(mine, dst=1)
            dist.recv(other, src=1)
        else:
            dist.recv(other, src=0)
            dist.send(mine, dst=0)
        by_pytorch = mine.clone()
        dist.all_reduce(by_pytorch)  # in place
        return mine + other, by_pytorch

    for rank, (by_hand, by_pytorch) in enumerate(in_processes(2, add_by_hand)):
        print("rank", rank, by_hand.tolist(), by_pytorch.tolist())

# %% [markdown]
# With more processes this would not do: each of 256 would send its gradient 255
# times. A ring needs less. The gradient is cut into as many parts as there are
# processes, and each process sends one part at a time, only to the next.
#
# *Predict:* 256 processes add up a gradient of 100 MB in a ring. How much does
# each process send?
#
# - 0.4 MB, one part
# - 200 MB, nearly
# - 25,500 MB
#
# Nearly 200 MB: $2 \cdot 255/256$ of the gradient. In 255 steps the parts are
# added up, and in 255 more the complete parts go round; in each step a process
# sends one part. The surprising thing is that this hardly grows with the number
# of processes, so a training can be spread over hundreds of them. What does
# grow is the number of messages, and each of them has a delay.
#
# ![Go through the steps, then choose other numbers of processes. A part is
# green when it is the sum of all.](figure:ring)
#
# ## One gradient
#
# `DistributedDataParallel` (**DDP**) is PyTorch's wrapper for such a training.
# When it is made, rank 0 sends its weights to all others. Then each process
# computes the loss of its own images and calls `backward()`.
#
# *Predict:* DDP gives each process the mean of all gradients. When does it
# stand in `.grad`?
#
# - In `step()`, before the weights change
# - As soon as `backward()` returns
# - Only after a call of `all_reduce`

# %%
if __name__ == "__main__":

    def gradients() -> tuple[float, float]:
        rank, _ = rank_and_world_size()
        images = torch.tensor([[2.0, 4.0], [6.0, 8.0]])[rank].view(2, 1)
        alone = nn.Linear(1, 1, bias=False)
        nn.init.ones_(alone.weight)
        found = []
        for model in (alone, DistributedDataParallel(alone)):
            alone.zero_grad()
            outputs = model(torch.ones(2, 1))  # w, for each image
            F.mse_loss(outputs, images).div(2).backward()
            found.append(alone.weight.grad.item())
        return found[0], found[1]

    for rank, (own, found) in enumerate(in_processes(2, gradients)):
        print(f"rank {rank}: of its own images {own}, after backward {found}")

# %% [markdown]
# As soon as `backward()` returns, before any `step()`. Many expect the exchange
# in the optimizer, which does not know that there are others. DDP hooks into
# the backward pass: as soon as the gradients of some layers are there, their
# all-reduce begins, while the layers before them are still computing. In the
# end every process has the same gradient, so all optimizers take the same step,
# and the weights stay equal.
#
# The mean of the means is the mean over all images only if all processes have
# equally many. With a pencil: of five images one process has three, each with a
# loss of 1, and the other process has two, each with a loss of 2. The mean over
# the images is 7/5, and the mean of the two means is 3/2. So a process with
# more images must count for more. We multiply its loss by the number of
# processes times its share of the images, here $2 \cdot 3/5$ and $2 \cdot 2/5$,
# and the mean of the two is $(6/5 + 8/5) / 2 = 7/5$.
#
# For this factor the processes must know how many images there are in all, and
# another all-reduce tells them. We write one that autograd can go through,
# because BatchNorm will need it. Each process puts in a tensor $x$, and the sum
# goes into the losses of all of them. So what comes back to the $x$ of one
# process is the sum of what all of them send back: the backward of an
# all-reduce is an all-reduce.


# %%
class AllReduceSum(torch.autograd.Function):
    """The sum of a tensor over all processes, with a gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return AllReduceSum.apply(gradient)


def all_reduce_sum(x: Tensor) -> Tensor:
    """Return the sum of x over all processes, in the shape of x, the same in
    each of them; it is differentiable. Without a process group it is x.

    Every process must call it, with a tensor of the same shape.
    """
    return x if rank_and_world_size()[1] == 1 else AllReduceSum.apply(x)


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
# ## Equal to one process?
#
# Two processes with 8 images each should be one process with 16. Are they? We
# take the residual network of 20 layers from chapter 11 and 16 digits, in
# float64, so that rounding cannot hide anything. We compute the gradient of all
# its parameters in one process, and in two, with 8 and 8 images and with 10 and
# 6. Then we divide the length of the difference by that of the gradient.


# %%
def gradient_of_share(way: str, sizes: list[int], seed: int) -> Tensor:
    """Return the gradient of a small network's loss, all parameters in a row.

    Args:
        way: of BatchNorm: ``evaluation``, ``ordinary``, or ``synchronized``.
        sizes: how many of the images each process gets.
        seed: of the weights and of the choice of images.
    """
    torch.manual_seed(seed)
    data = tiny_digits()
    batch = torch.randperm(len(data.train_labels))[: sum(sizes)]
    rank, _ = rank_and_world_size()
    mine = batch.split(sizes)[rank]
    network = CifarResNet(3).double()
    network.train(way != "evaluation")
    if way == "synchronized":
        use_sync_batch_norm(network)
    scale = channel_statistics(data.train_images)
    images = normalize(data.train_images[mine], *scale)
    ddp = DistributedDataParallel(network)
    loss = F.cross_entropy(ddp(images.double()), data.train_labels[mine])
    weight_by_share(loss, len(mine)).backward()
    return torch.cat([p.grad.flatten() for p in network.parameters()])


def differences(way: str, images: int = 16) -> str:
    """Return the differences of two processes from one, for three seeds."""
    text = f"{way:13}{images:6} "
    for larger in (images // 2, images * 5 // 8):
        sizes = [larger, images - larger]
        for seed in range(3):
            [one] = in_processes(1, gradient_of_share, way, [images], seed)
            two, _ = in_processes(2, gradient_of_share, way, sizes, seed)
            text += f"{((two - one).norm() / one.norm()).item():8.0e}"
        text += "  "
    return text.rstrip()


HEAD = "BatchNorm     images   equal shares, three seeds  5/8 and 3/8"

if __name__ == "__main__":
    print(HEAD)
    print(differences("evaluation"))

# %% [markdown]
# With BatchNorm in evaluation mode the two are equal to the last digits. In
# training mode BatchNorm normalizes by the images of the batch, of which each
# process has only its half.
#
# ![Pull the two halves apart, and give process 1 fewer images. The green lines
# are mean and standard deviation, by which the values are
# normalized.](figure:two-batches)
#
# *Predict a number:* by how much does the gradient of two processes then differ
# from that of one, in percent of its length?

# %%
if __name__ == "__main__":
    print(HEAD)
    print(differences("ordinary"))
    print(differences("ordinary", images=64))

# %% [markdown]
# By 70 to 90% with 16 images, and by about 40% with 64. It is easy to think of
# BatchNorm as a detail, and to expect some percent. But 8 images have other
# means and deviations than 16, in every layer, and each layer's error is the
# input of the next. This does not say that two processes train worse: each has
# a batch, only a smaller one. Goyal et al. (section 2.3) keep the statistics of
# each process on purpose, with 32 images in each. With fewer, the statistics of
# all may be worth their price.
#
# ## BatchNorm over all processes
#
# PyTorch has `nn.SyncBatchNorm` for this, but not on a CPU. So we write it.
# What has to be sent? Take one channel. Process 0 has the values 1, 2 and 3,
# and process 1 has 5 and 9. The mean of all is $20/5 = 4$. The mean of the two
# means, 2 and 7, is 4.5, and it is wrong, because the shares are not equal. But
# sums add up: 6 and 14, and 3 values and 2. For the variance add the squares:
# 14 and 106 make 120, and $120/5 - 4^2 = 8$. One all-reduce of three numbers
# for each channel is enough.
#

# %%
if __name__ == "__main__":

    def moments() -> tuple[float, float]:
        rank, _ = rank_and_world_size()
        x = torch.tensor([[1.0, 2.0, 3.0], [5.0, 9.0]][rank])
        sums = torch.tensor([x.sum(), x.square().sum(), len(x)])
        total, squares, count = all_reduce_sum(sums)
        mean = total / count
        return mean.item(), (squares / count - mean**2).item()

    print("by hand      ", in_processes(2, moments)[1])
    x = torch.tensor([1.0, 2.0, 3.0, 5.0, 9.0])
    print("in one tensor", (x.mean().item(), x.var(unbiased=False).item()))

# %% [markdown]
# One caution: the mean of the squares minus the square of the mean loses digits
# where the mean is large beside the spread. Two all-reduces are safer, one for
# the mean, and then one for the squares of what is left.
#
# And gradients have to flow through the statistics, into all processes, for a
# value of process 0 changes the mean by which process 1 normalizes.
# `all_reduce_sum` takes care of that.
#
# ## The exercise
#
# Write `SyncBatchNorm`: `nn.BatchNorm2d` whose batch is that of all processes.
# It takes the arguments `num_features`, `eps=1e-5` and `momentum=0.1`, and has
# the parameters of `nn.BatchNorm2d` and its *buffers*, the tensors of its state
# that have no gradient, under the same names: `weight`, `bias`, `running_mean`,
# `running_var` and `num_batches_tracked`. Given is `all_reduce_sum` from above.
# In training mode it normalizes each channel by the mean and the variance of
# all values in all processes. It moves the running statistics as
# `nn.BatchNorm2d` does, by the unbiased variance, whose count is that of all
# processes. The shares may have different sizes, and a process may have no
# images at all. In evaluation mode, and in a single process, it is
# `nn.BatchNorm2d`.


# %% tags=["exercise"]
class SyncBatchNorm(nn.Module):
    """BatchNorm of maps (batch, channels, h, w) whose batch is that of all
    processes, with the state and the evaluation mode of ``nn.BatchNorm2d``.

    In training every process must call it; the number of its images may differ,
    and may be 0. Source: Ioffe and Szegedy 2015, algorithms 1 and 2.

    Args:
        num_features: channels.
        eps: added to the variance.
        momentum: of the running statistics, the share of the new batch.
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
        """Normalize maps (batch, num_features, h, w) of this process."""
        if self.training:
            mean, var = self.statistics(x)
        else:
            mean, var = self.running_mean, self.running_var
        # one factor and one summand for each channel
        scale = self.weight * torch.rsqrt(var + self.eps)
        shift = self.bias - mean * scale
        shape = (1, -1, 1, 1)
        return (x * scale.view(shape) + shift.view(shape)).to(x.dtype)

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of each channel over all processes,
        (channels,), and move the running ones.
        """
        # bf16 is too coarse for a difference
        x = x.to(torch.promote_types(x.dtype, torch.float32))
        count = x.new_tensor([x.numel() / x.shape[1]], dtype=torch.float64)
        sums = x.sum(dim=(0, 2, 3), dtype=torch.float64)
        both = all_reduce_sum(torch.cat([sums, count]))
        sums, count = both[:-1], both[-1]
        mean = (sums / count).to(x.dtype)
        squares = (x - mean.view(1, -1, 1, 1)).square()
        squares = squares.sum(dim=(0, 2, 3), dtype=torch.float64)
        var = (all_reduce_sum(squares) / count).to(x.dtype)
        with torch.no_grad():
            unbiased = var * count / (count - 1)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(unbiased.to(x.dtype), self.momentum)
            self.num_batches_tracked += 1
        return mean, var


# %% [markdown]
# A network gets these layers in place of its own, with its parameters and
# statistics, so that an optimizer, or a file of weights, does not notice.


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


if __name__ == "__main__":
    print(HEAD)
    print(differences("synchronized"))

# %% [markdown]
# Equal again, with shares of the same size and of different ones.
#
# ## Whose image is it?
#
# Every image of an epoch belongs to one process. If each of them shuffled for
# itself, some images would come twice and others never. So all draw the *same*
# order, and each takes its share. PyTorch's `DistributedSampler` makes it from
# a seed and the number of the epoch, and somebody has to tell it that number:
# `sampler.set_epoch(epoch)`.
#
# ![Change the number of processes and the epoch. Then switch set_epoch off,
# and change the epoch again.](figure:shards)
#
# The random numbers of the augmentation must *not* be the same in all
# processes. If each augments its images by random numbers from the same seed,
# the third image of every process is shifted in the same way.
#
# Testing has a trap of its own. `DistributedSampler` gives every process
# equally many images, so it repeats some at the end. In training that does
# little harm.
#
# ![Change the number of processes. The dashed images are counted a second
# time.](figure:padded-test)
#
# *Predict:* a test set of 10,000 images is tested by three processes with a
# `DistributedSampler`. How many images are counted?
#
# - 9,999
# - 10,000
# - 10,002

# %%
if __name__ == "__main__":
    numbered = TensorDataset(torch.arange(10_000))
    counts = [
        len(DistributedSampler(numbered, 3, rank, shuffle=False))
        for rank in range(3)
    ]
    print("each:", counts)
    print("counted:", sum(counts))

# %% [markdown]
# 10,002: the first two images stand at the end again. The accuracy is then
# wrong by a little, and depends on the number of processes. So we do without
# the sampler: each of three processes tests every third image, and some have
# one image less. The mean of their accuracies would be wrong, too. We add up
# their counts of right answers and of images, and divide once.


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


# %% [markdown]
# The gradients keep the weights equal in all processes, but nothing does so for
# the running statistics of BatchNorm: each process moves them by its own
# images.
#
# *Predict:* rank 0 saves its network. What do the running statistics in that
# file know?
#
# - The images of all processes
# - The images of rank 0 alone
#
# Those of rank 0 alone. At the start of each training pass DDP replaces the
# statistics of all others by those of rank 0, so what the others measured is
# thrown away at every step, and after the last pass they differ again. That is
# less bad than it sounds, because rank 0 sees a random part of the images. But
# all processes should test with the statistics that are saved, or the accuracy
# belongs to no network at all.


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
# ## The rate and the batch
#
# With $n$ processes of 64 images each, a step sees $64n$ images. There are $n$
# times fewer steps in an epoch, and the gradient has less noise. So each step
# may be longer: Goyal et al. (section 2.1) multiply the learning rate by $n$,
# the **linear scaling rule**. At the start, when the weights change quickly,
# that is too much, so they raise it from that of one process to $n$ times that
# over the first epochs (section 2.2). With 8,192 images a step, their error is
# 24.84% without this warm-up and 23.74% with it; with 256 images a step it is
# 23.60% (table 1).
#
# ## The second exercise
#
# Write `train_distributed`, the training of all processes. Every process calls
# it with a network and the same data. Given are `mean_over_processes` and
# `take_buffers_of_rank_0` from above, and `evaluate` of chapter 6. What is to
# be done:
#
# - Wrap the network in `DistributedDataParallel`, and train by
#   `train_one_epoch`, with `make_criterion()` and `make_optimizer(model, lr)`.
# - Each image of `train_set` is trained on once in an epoch, by one process, in
#   batches of `batch_size` images for each process. The order is random and
#   another one in each epoch. `train_set` augments its images by PyTorch's
#   random numbers, and no two processes may draw the same.
# - The rate begins at `lr`, grows evenly over the steps of the first epoch, and
#   then stays at `lr` times the number of processes.
# - After each epoch test every image of `test_set` exactly once, with the
#   running statistics of rank 0.
# - Rank 0 alone writes `path` after each epoch: the `state_dict()` of the
#   network under its own names, without the `module.` that DDP puts before
#   them.
# - When the accuracy has reached `goal`, stop. All stop, or none.
#
# Return the mean training loss per image and the test accuracy of each epoch,
# over all processes. With one process it is the training that you know.


# %% tags=["exercise"]
def train_distributed(
    model: nn.Module,
    train_set: Dataset,
    test_set: Dataset,
    path: Path,
    epochs: int,
    batch_size: int = 64,
    lr: float = 0.04,
    goal: float = 100.0,
) -> list[tuple[float, float]]:
    """Train a network by all processes of the group, and save it.

    Source: Goyal et al. 2017, section 2, for the rate and its warm-up.

    Args:
        model: on the CPU; the weights of rank 0 count.
        train_set: images (3, h, w) and labels, augmented by torch's random
            numbers.
        test_set: images and labels.
        path: of the file of weights, which rank 0 writes after each epoch.
        epochs: at most so many passes over ``train_set``.
        batch_size: training images of a step in each process.
        lr: the learning rate for a single process.
        goal: the accuracy in percent at which the training ends.

    Returns:
        The mean training loss per image and the test accuracy in percent of
        each epoch, over the images of all processes.
    """
    device = torch.device("cpu")
    rank, processes = rank_and_world_size()
    ddp = DistributedDataParallel(model)  # all take the weights of rank 0
    torch.manual_seed(1000 + rank)  # each augments in its own way
    sampler: DistributedSampler = DistributedSampler(train_set)
    loader = DataLoader(train_set, batch_size, sampler=sampler)
    mine = range(rank, len(cast(Sized, test_set)), processes)
    test_loader = DataLoader(Subset(test_set, mine), batch_size)
    criterion, optimizer = make_criterion(), make_optimizer(model, lr)
    warmup = LambdaLR(
        optimizer,
        lambda step: 1 + (processes - 1) * min(step / len(loader), 1),
    )
    optimizer.register_step_post_hook(lambda *_: warmup.step())
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, device)
        loss, _ = mean_over_processes(loss, 0.0, len(sampler), device)
        take_buffers_of_rank_0(model)
        found = evaluate(model, test_loader, criterion, device)
        _, accuracy = mean_over_processes(*found, len(mine), device)
        history.append((loss, accuracy))
        if rank == 0:
            torch.save(model.state_dict(), path)
        if accuracy >= goal:
            break  # in all processes, because all have the same accuracy
    return history


# %% [markdown]
# Here it is at work: the same network learns the digits for three epochs, in
# one process with batches of 64 images and in two with batches of 32.


# %%
def digits_together(path: Path, batch_size: int) -> list[tuple[float, float]]:
    """Train a small network on the digits by all processes."""
    torch.manual_seed(0)
    loaders = make_loaders(tiny_digits()._replace(max_shift=1))
    train_set, test_set = (loader.dataset for loader in loaders)
    return train_distributed(
        CifarResNet(3), train_set, test_set, path, 3, batch_size
    )


if __name__ == "__main__":
    path = Path(tempfile.mkdtemp()) / "weights.pth"
    for processes, batch_size in ((1, 64), (2, 32)):
        results = in_processes(processes, digits_together, path, batch_size)
        print("processes", processes)
        for loss, accuracy in results[0]:
            print(f"  loss {loss:.3f}  accuracy {accuracy:.1f}%")
    print("the same in both:", results[0] == results[1])
    saved = torch.load(path, weights_only=True)
    print("first names in the file:", list(saved)[:2])

# %% [markdown]
# The two trainings are not the same: each process augments its images in its
# own way, BatchNorm sees half as many of them, and the rate grows to twice that
# of one process. But both learn the digits, in equally many steps.
#
# ## One command
#
# You need not write this again for a whole network and a real data set:
#
#     uv run torchrun --nproc-per-node 2 \
#         -m tutorial_code train --data digits
#
# **torchrun** comes with PyTorch. It starts the same command in every process,
# tells each its rank and the world size by environment variables, and ends all
# of them when one fails. Rank 0 alone prints and writes.
#
# Two things differ from your exercise. `--batch-size` is the batch of *all*
# processes. And the images come in the order of a single process and with its
# augmentations. So with `--sync-batch-norm` two processes compute what one
# does, up to rounding, which grows from step to step. A training may even go on
# with another number of processes than it was begun with:
#
#     uv run torchrun --nproc-per-node 2 \
#         -m tutorial_code train --sync-batch-norm --output my_runs/both
#     uv run resnet50 train --resume --output my_runs/both
#
# Stop the first by Ctrl-C, and the second continues it in the middle of the
# epoch, with the same images in the same order.
#
# Several machines run the same command, each with the address of the first: see
# [the page on several machines](../several-machines.md).
#
# ## How fast?
#
# There are two ways to use a second process. In **strong scaling** both share
# the work that one did: half of the batch each, and at best half of the time.
# In **weak scaling** each does as much as the one did, and a step has twice the
# images. The recorded run `scaling-cpu` measures both, for ResNet-50 on two
# cores.
#
# *Predict:* one process trains on 32 images a step. Now two processes take 16
# of them each. What becomes of the number of images per second?
#
# - It nearly doubles
# - It grows by about a half
# - It becomes smaller

# %% tags=["folded"]
if __name__ == "__main__":
    tables.show("scaling-cpu")

# %% [markdown]
# It becomes smaller: 0.88 of what one process does alone. The computing is
# halved, and the exchange is not, because the gradient has 23.5 million numbers
# whether it comes from 16 images or from 32. With 32 images in each process
# there is twice as much to compute for the same exchange, and the two are 1.22
# times as fast as one. If they never exchanged anything they would be 1.66
# times as fast. That is not 2: they take something else from each other, and
# this run does not show what.
#
# The other rows, all with 32 images in each process, say what helps. Without
# overlap, that is, if the gradients are exchanged only after backward is done,
# the speed is 1.12 in place of 1.22. The overlap gains little here, where the
# same two cores compute and exchange; a GPU has parts of its own for copying.
# **Gradient accumulation** helps most: each process adds up the gradients of
# four batches, and exchanges them once. (Inside `no_sync()` DDP holds the
# exchange back.) That gives 1.60, and a step of the optimizer then has four
# times the images.
#
# A profile shows the exchange at work. DDP sends the gradient in **buckets** of
# some 25 MB, as soon as one is full.

# %% tags=["folded"]
if __name__ == "__main__":
    profiled = tables.recorded_run("scaling-cpu").rows("timeline.jsonl")
    steps = sorted({row["step"] for row in profiled})
    lengths = [
        max(row["end"] for row in profiled if row["step"] == step)
        for step in steps
    ]
    exchanged = [
        sum(
            row["end"] - row["begin"]
            for row in profiled
            if (row["step"], row["part"]) == (step, "exchange")
        )
        for step in steps
    ]
    shares = [
        f"{100 * part / whole:.0f}%"
        for part, whole in zip(exchanged, lengths, strict=True)
    ]
    by_length = sorted(range(len(steps)), key=lambda place: lengths[place])
    shown = steps[by_length[len(steps) // 2]]
    LOOKS = {
        "forward": ("forward", plots.F, 0.5),
        "backward": ("backward", plots.F, 0.9),
        "exchange": ("all-reduce", plots.Y, 0.9),
        "update": ("step()", "black", 0.45),
    }

    def draw_timeline(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        places = {"forward": 0, "backward": 0, "update": 0, "exchange": 1}
        for row in profiled:
            if row["step"] == shown:
                name, color, alpha = LOOKS[row["part"]]
                begin, length = row["begin"], row["end"] - row["begin"]
                place = places[row["part"]]
                axis.barh(place, length, left=begin, color=color, alpha=alpha)
                if place == 0:
                    middle = begin + length / 2
                    axis.text(middle, -0.55, name, ha="center")
        axis.set_yticks([0, 1], ["compute", "all-reduce"])
        axis.set(xlabel="milliseconds of a step", ylim=(1.6, -0.9))
        axis.spines["left"].set_bounds(1.6, -0.45)  # clear of the first label
        return figure

    plots.show(
        draw_timeline(5.8, 1.7),
        name="ch12-timeline",
        narrow=draw_timeline(3, 1.9),
        caption="One step of one of the two processes. The five all-reduces, "
        "one for each bucket, run while backward goes on.",
        alt="Bars over the milliseconds of a step: forward, backward, the "
        "optimizer's step, and below the second of them five all-reduces.",
    )
    print("all-reduce, of each step:", *shares)

# %% [markdown]
# These shares include the time in which one process waits for the other.
#
# For more processes we can only calculate. A ring sends $2(n-1)/n$ times the
# gradient, in $2(n-1)$ messages one after the other. The exchange can run while
# backward computes, which is about two thirds of the computing time. The figure
# adds these times up. It assumes equally fast devices, a connection that
# nothing else uses, and images that come fast enough, so it shows the most that
# one can hope for.
#
# ![The share of the devices' speed that is left, for 1 to 256 devices. The
# gradient is that of ResNet-50 in float32; the network of 6.2 GB/s and the 32
# images are those of Goyal et al. Change them, and let the exchange run during
# backward.](figure:scaling)
#
# With 256 GPUs, Goyal et al. reached some 32,000 images a second, about 90% of
# 32 times the speed of 8 GPUs. The calculation has no loss at all once the
# exchange runs during backward. The difference is what it leaves out.
#
# ## What goes wrong
#
# - **One process leaves, and the others wait.** You see a training that stands
#   still, without any message. One process has left a loop, or skipped a batch,
#   and the others wait in an all-reduce that it will never join. Whatever
#   decides about the loop must be the same number in all processes, such as the
#   accuracy of all.
# - **The network is trained without its wrapper.** DDP makes itself ready in
#   its own `forward`. If the loop calls the network inside, nothing is
#   exchanged, and each process learns from its own images, alone.
# - **The rate is that of one process.** You see a training that learns more
#   slowly, because there are fewer steps in an epoch and each is as short as
#   before. Here the training loss ends at 0.27 in place of 0.19, and the
#   accuracy is lower by 1.8 points.
# - **Every process shuffles for itself.** You see nothing wrong, and that is
#   why it is common. The curves are even *better*: each of the four processes
#   trains on all images, so an epoch takes four times as many steps, and four
#   times as long. Whoever compares by epochs praises the mistake.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    three = {
        "wrapper-not-used": "no wrapper",
        "rate-not-scaled": "rate not scaled",
        "no-sampler": "no sampler",
    }
    mistake_curves.show_mistakes(
        three,
        name="ch12-mistakes",
        caption="Compare each mistake (red) with the right training (green), "
        "three seeds each: the mean loss of each epoch, and the "
        "accuracy on the test images, as rank 0 returns them. (Four processes, "
        "the residual network of 20 layers, the digits of 8×8 pixels.)",
        alt="Training loss and test accuracy by epoch of three mistakes beside "
        "the right training. Without the wrapper the loss falls more slowly "
        "and the accuracy stays below 40%; with the rate of one process the "
        "loss is a little higher; without a sampler both are better than "
        "right.",
        most=3.0,
        run="parallel-mistakes-cpu",
    )
    mistake_curves.print_mistakes(three, run="parallel-mistakes-cpu")

# %% [markdown]
# The catalogue has 38 mistakes in this training that do not stop it, and in the
# recorded run only four of them cost five points of accuracy or more. So the
# curves tell little about whether a parallel training is right. Counting tells
# more: how often each image is seen, what the rate is in each step, who writes.
# That is what the checks do. [The list of mistakes](mistakes) has them all.
#
# ## In three sentences
#
# - Every process has the whole network and a part of each batch, and the
#   all-reduce of the gradients, which runs during `backward()`, keeps all
#   copies equal.
# - What adds up over the images, such as gradients, losses and counts, is equal
#   to that of one process; what is computed from a batch, as in BatchNorm, is
#   equal only if its sums are added up over all processes, too.
# - Whatever all processes must do together, they must do in the same order and
#   equally often, and whatever must happen once is done by rank 0.
#
# ## Three questions
#
# *Question:* Two processes have 96 and 32 images of a batch, and each computes
# the mean loss of its own. What does DDP's gradient weight wrongly, and how?
#
# *Answer:* DDP takes the plain mean of the two gradients, so each image of the
# second process counts three times as much as one of the first. With the
# weights $2 \cdot 96/128 = 1.5$ and $2 \cdot 32/128 = 0.5$ all count the same.
#
# *Question:* Why does DDP begin its exchange with the last layers?
#
# *Answer:* Their gradients are ready first, because backward begins at the
# loss. While they are on their way, the layers before them compute theirs.
#
# *Question:* A training with `nn.BatchNorm2d` reaches 76% on eight devices with
# 32 images each. Somebody repeats it on 128 devices with 2 images each. Which
# part of the network computes something else?
#
# *Answer:* BatchNorm: its mean and variance come from 2 images in place of 32,
# and are mostly chance. The gradients of all other layers are added up to the
# same mean over 256 images.
#
# ## Read on
#
# - Goyal et al., *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*,
#   2017: the rate, the warm-up and BatchNorm in section 2, and in section 3
#   what goes wrong in practice.
# - Li et al., *PyTorch Distributed: Experiences on Accelerating Data Parallel
#   Training*, 2020: how DDP overlaps the exchange with backward.
# - Patarasuk and Yuan, *Bandwidth Optimal All-reduce Algorithms for Clusters of
#   Workstations*, 2009: the ring.
# - [Several machines](../several-machines.md): the commands for more than one
#   machine and for Slurm, and ImageNet.
#
# This is the last chapter. You have built ResNet-50, trained and tested it, and
# taken its training to as many machines as you can find. What you do with it
# next is yours.
