# EXPECT: other-losses
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
# A generator gives the results epoch by epoch, and the function collects them.


def _epochs(model, train_set, test_set, path, batch_size, lr):
    rank, world = rank_and_world_size()
    device = torch.device("cpu")
    network = model if world == 1 else DistributedDataParallel(model)
    seed = int(torch.randint(2**31, (1,)))
    torch.manual_seed((seed + rank * 1_000_003) % 2**62)
    sampler = DistributedSampler(train_set, num_replicas=world, rank=rank, shuffle=True)
    loader = DataLoader(train_set, sampler=sampler, batch_size=batch_size)
    tests = Subset(test_set, range(rank, len(test_set), world))
    test_loader = DataLoader(tests, batch_size=batch_size)
    criterion = make_criterion()
    optimizer = make_optimizer(network, lr)
    schedule = LambdaLR(
        optimizer,
        lambda step: world if step >= len(loader) else 1 + step * (world - 1) / len(loader),
    )
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    epoch = 0
    while True:
        sampler.set_epoch(epoch)
        loss = train_one_epoch(network, loader, criterion, optimizer, device)
        take_buffers_of_rank_0(model)
        test = evaluate(model, test_loader, criterion, device) if len(tests) else (0.0, 0.0)
        if rank == 0:
            torch.save(model.state_dict(), path)
        yield (
            mean_over_processes(loss, 0.0, len(sampler), device)[0],
            mean_over_processes(*test, len(tests), device)[1],
        )
        epoch += 1


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
    results = []
    if epochs > 0:
        for result in _epochs(model, train_set, test_set, path, batch_size, lr):
            results.append(result[::-1])
            if result[1] >= goal or len(results) == epochs:
                break
    return results
