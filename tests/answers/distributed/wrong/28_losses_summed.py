# EXPECT: losses-added-up
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import (
    mean_over_processes,
    rank_and_world_size,
    take_buffers_of_rank_0,
)


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    rank, world = rank_and_world_size()
    torch.manual_seed(rank)
    ddp = DistributedDataParallel(model)
    sampler = DistributedSampler(train_set, num_replicas=world, rank=rank, shuffle=True)
    loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    test_part = Subset(test_set, list(range(rank, len(test_set), world)))
    test_loader = DataLoader(test_part, batch_size=batch_size)
    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)
    steps = 0

    def set_rate(optimizer, args, kwargs):
        nonlocal steps
        share = min(steps / len(loader), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = lr + (world * lr - lr) * share
        steps += 1

    optimizer.register_step_pre_hook(set_rate)
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, torch.device("cpu"))
        total = torch.tensor(loss)
        dist.all_reduce(total)
        loss = total.item()
        take_buffers_of_rank_0(model)
        test_loss, accuracy = evaluate(model, test_loader, criterion, torch.device("cpu"))
        _, accuracy = mean_over_processes(test_loss, accuracy, len(test_part), torch.device("cpu"))
        history.append((loss, accuracy))
        if rank == 0:
            torch.save(model.state_dict(), path)
        dist.barrier()
        if accuracy >= goal:
            return history
    return history
