# EXPECT: other-gradient
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
from copy import deepcopy

import torch.distributed as dist

# Rank 0 shuffles and sends the order to all others, each epoch.


def deal(count: int) -> list[int]:
    rank, world = rank_and_world_size()
    order = torch.randperm(count)
    if world > 1:
        dist.broadcast(order, src=0)
    cards = order.tolist()
    while len(cards) % world:
        cards.append(cards[len(cards) - count])
    return cards[rank::world]


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
    cpu = torch.device("cpu")
    torch.manual_seed(torch.initial_seed() + rank)
    ddp = DistributedDataParallel(deepcopy(model)) if world > 1 else model
    criterion = make_criterion()
    optimizer = make_optimizer(ddp, lr)
    each = -(-len(cast(Sized, train_set)) // world)
    first_epoch = -(-each // batch_size)
    rates = [1 + (world - 1) * i / first_epoch for i in range(first_epoch)]
    scheduler = LambdaLR(optimizer, lambda i: rates[i] if i < first_epoch else world)
    optimizer.register_step_post_hook(lambda o, a, k: scheduler.step())
    results: list[tuple[float, float]] = []
    for _ in range(epochs):
        share = deal(len(cast(Sized, train_set)))
        loader = DataLoader(Subset(train_set, share), batch_size)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, cpu)
        loss = mean_over_processes(loss, 0, len(share), cpu)[0]

        take_buffers_of_rank_0(model)
        tests = [i for i in range(len(cast(Sized, test_set))) if i % world == rank]
        if tests:
            test_loader = DataLoader(Subset(test_set, tests), batch_size)
            numbers = evaluate(model, test_loader, criterion, cpu)
        else:
            numbers = (0.0, 0.0)
        accuracy = mean_over_processes(*numbers, len(tests), cpu)[1]

        results += [(loss, accuracy)]
        if rank == 0:
            torch.save(model.state_dict(), path)
        if accuracy >= goal:
            break
    return results
