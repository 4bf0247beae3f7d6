# EXPECT: saved-once-at-the-end
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

CPU = torch.device("cpu")


def warm_up(optimizer: torch.optim.Optimizer, lr: float, processes: int, steps: int) -> None:
    """Set the rate just before each step."""
    done = 0

    def set_rate(optimizer, args, kwargs):
        nonlocal done
        progress = min(done / steps, 1.0)
        for group in optimizer.param_groups:
            group["lr"] = lr + (processes * lr - lr) * progress
        done += 1

    optimizer.register_step_pre_hook(set_rate)


def test(model: nn.Module, test_set: Dataset, criterion: nn.Module) -> float:
    rank, processes = rank_and_world_size()
    take_buffers_of_rank_0(model)
    indices = list(range(len(cast(Sized, test_set))))[rank::processes]
    loss, accuracy = 0.0, 0.0
    if indices:
        loader = DataLoader(Subset(test_set, indices), batch_size=128)
        loss, accuracy = evaluate(model, loader, criterion, CPU)
    return mean_over_processes(loss, accuracy, len(indices), CPU)[1]


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
    rank, processes = rank_and_world_size()
    network = model
    if processes > 1:
        network = DistributedDataParallel(model)
    torch.manual_seed(1000 + rank)
    sampler = DistributedSampler(train_set, processes, rank, shuffle=True, seed=3)
    loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    criterion, optimizer = make_criterion(), make_optimizer(network, lr)
    warm_up(optimizer, lr, processes, len(loader))
    history: list[tuple[float, float]] = []
    epoch = 0
    while epoch < epochs and not (history and history[-1][1] >= goal):
        sampler.set_epoch(epoch)
        own = train_one_epoch(network, loader, criterion, optimizer, CPU)
        everybody = mean_over_processes(own, 0, len(sampler), CPU)[0]
        history.append((everybody, test(model, test_set, criterion)))
        epoch += 1
    if rank == 0:
        torch.save(model.state_dict(), path)
    return history
