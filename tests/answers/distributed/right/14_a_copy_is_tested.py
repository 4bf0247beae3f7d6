from collections.abc import Sized

from pathlib import Path
from typing import cast
from copy import deepcopy

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import rank_and_world_size, mean_over_processes, take_buffers_of_rank_0


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
    torch.manual_seed(torch.initial_seed() + rank)

    ddp = DistributedDataParallel(model) if world > 1 else model
    sampler = DistributedSampler(train_set, num_replicas=world, rank=rank)
    train_loader = DataLoader(train_set, batch_size, sampler=sampler)
    mine = Subset(test_set, range(rank, len(cast(Sized, test_set)), world))
    test_loader = DataLoader(mine, batch_size)

    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)
    steps = len(train_loader)
    schedule = LambdaLR(
        optimizer, lambda step: 1 + (world - 1) * min(step / steps, 1)
    )
    optimizer.register_step_post_hook(lambda *_: schedule.step())

    results = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(ddp, train_loader, criterion, optimizer, device)
        loss, _ = mean_over_processes(loss, 0.0, len(sampler), device)
        take_buffers_of_rank_0(model)
        tested = deepcopy(model)
        if len(mine) > 0:
            test_loss, accuracy = evaluate(tested, test_loader, criterion, device)
        else:
            test_loss, accuracy = 0.0, 0.0
        _, accuracy = mean_over_processes(test_loss, accuracy, len(mine), device)
        if rank == 0:
            torch.save(model.state_dict(), path)
        results.append((loss, accuracy))
        if accuracy >= goal:
            break
    return results
