# EXPECT: momentum-begins-anew
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
from torch.utils.data import Sampler


class MyShare(Sampler):
    """Every process draws the same order, and takes each world-th of it."""

    def __init__(self, count: int, rank: int, world: int) -> None:
        self.count, self.rank, self.world = count, rank, world
        self.each = -(-count // world)
        self.epoch = -1

    def __len__(self) -> int:
        return self.each

    def __iter__(self):
        self.epoch += 1
        dice = torch.Generator().manual_seed(12345 + self.epoch)
        order = torch.randperm(self.count, generator=dice).tolist()
        missing = self.each * self.world - self.count
        order = order + [order[i % self.count] for i in range(missing)]
        return iter(order[self.rank :: self.world])


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
    device = torch.device("cpu")
    ddp = DistributedDataParallel(model) if world > 1 else model
    torch.manual_seed(rank)

    sampler = MyShare(len(cast(Sized, train_set)), rank, world)
    loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    optimizer = make_optimizer(ddp, lr)
    criterion = make_criterion()

    step = 0

    def after_step(opt, *_):
        nonlocal step
        step += 1
        factor = 1 + (world - 1) * step / len(loader) if step < len(loader) else world
        for group in opt.param_groups:
            group["lr"] = lr * factor


    positions = range(rank, len(cast(Sized, test_set)), world)
    test_loader = DataLoader(Subset(test_set, positions), batch_size=256)
    results = []
    for _ in range(epochs):
        rate = optimizer.param_groups[0]["lr"]
        optimizer = make_optimizer(ddp, rate)
        optimizer.register_step_post_hook(after_step)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, device)
        take_buffers_of_rank_0(model)
        tested = (0.0, 0.0)
        if len(positions):
            tested = evaluate(model, test_loader, criterion, device)
        _, accuracy = mean_over_processes(*tested, len(positions), device)
        loss, _ = mean_over_processes(loss, 0.0, len(sampler), device)
        results.append((loss, accuracy))
        if rank == 0:
            torch.save(model.state_dict(), path)
        if not accuracy < goal:
            break
    return results
