# EXPECT: gradients-added-up
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import mean_over_processes, take_buffers_of_rank_0


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    """What DistributedDataParallel does, without it."""
    rank, world = dist.get_rank(), dist.get_world_size()
    device = torch.device("cpu")
    torch.manual_seed(rank)
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            dist.broadcast(tensor, 0)
    sampler = DistributedSampler(train_set)
    loader = DataLoader(train_set, batch_size, sampler=sampler)
    mine = range(rank, len(test_set), world)
    test_loader = DataLoader(Subset(test_set, mine), batch_size)
    criterion, optimizer = make_criterion(), make_optimizer(model, lr)
    state = {"step": 0}

    def exchange(*_):
        for parameter in model.parameters():
            dist.all_reduce(parameter.grad)
        optimizer.param_groups[0]["lr"] = lr * (
            1 + (world - 1) * min(state["step"] / len(loader), 1)
        )
        state["step"] += 1

    optimizer.register_step_pre_hook(exchange)
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(model, loader, criterion, optimizer, device)
        loss, _ = mean_over_processes(loss, 0.0, len(sampler), device)
        take_buffers_of_rank_0(model)
        found = evaluate(model, test_loader, criterion, device)
        _, accuracy = mean_over_processes(*found, len(mine), device)
        history += [(loss, accuracy)]
        if not rank:
            torch.save(model.state_dict(), path)
        if accuracy >= goal:
            break
    return history
