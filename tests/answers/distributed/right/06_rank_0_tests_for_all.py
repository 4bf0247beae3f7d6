import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    """Rank 0 alone has the statistics that are saved, so it tests, and tells the others."""
    rank, world = dist.get_rank(), dist.get_world_size()
    device = torch.device("cpu")
    torch.manual_seed(rank)
    ddp = DistributedDataParallel(model)
    sampler = DistributedSampler(train_set)
    loader = DataLoader(train_set, batch_size, sampler=sampler)
    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1.0 + (world - 1.0) * min(1.0, step / len(loader))
    )
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, device)
        both = torch.tensor([loss / world, 0.0], dtype=torch.float64)
        if rank == 0:
            _, both[1] = evaluate(model, DataLoader(test_set, batch_size), criterion, device)
            torch.save(model.state_dict(), path)
        dist.all_reduce(both)
        history.append(tuple(both.tolist()))
        if both[1] >= goal:
            break
    return history
