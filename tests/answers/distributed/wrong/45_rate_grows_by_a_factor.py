# EXPECT: rate-grows-by-a-factor
from collections.abc import Sized

from pathlib import Path
from typing import cast
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import rank_and_world_size, mean_over_processes, take_buffers_of_rank_0
import torch.distributed as dist


@torch.no_grad()
def count_right(model: nn.Module, dataset: Dataset) -> float:
    """The accuracy of all processes in percent; each tests its own images."""
    rank, world = rank_and_world_size()
    was_training = model.training
    model.eval()
    counts = torch.zeros(2, dtype=torch.long)
    mine = Subset(dataset, range(rank, len(cast(Sized, dataset)), world))
    for images, labels in DataLoader(mine, batch_size=100):
        counts[0] += (model(images).argmax(1) == labels).sum()
        counts[1] += len(labels)
    model.train(was_training)
    if world > 1:
        dist.all_reduce(counts)
    right, images = counts.tolist()
    return 100 * right / images


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
    rank, world = rank_and_world_size()
    ddp = model
    if world > 1:
        ddp = DistributedDataParallel(model)
    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)
    torch.manual_seed(2**20 * rank + 17)
    sampler = DistributedSampler(train_set, num_replicas=world, rank=rank)
    loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    rate = LambdaLR(optimizer, lambda s: world ** min(1, s / len(loader)))
    optimizer.register_step_post_hook(lambda *_: rate.step())

    results = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch + 1)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, torch.device("cpu"))
        total = torch.tensor(loss, dtype=torch.float64)
        if world > 1:
            dist.all_reduce(total)  # all have equally many images
        take_buffers_of_rank_0(model)
        accuracy = count_right(model, test_set)
        if rank == 0:
            torch.save(model.state_dict(), path)
        results.append((total.item() / world, accuracy))
        if accuracy >= goal:
            break
    return results
