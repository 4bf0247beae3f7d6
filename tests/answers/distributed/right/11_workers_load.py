import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import mean_over_processes, take_buffers_of_rank_0


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    rank, world = dist.get_rank(), dist.get_world_size()
    device = torch.device("cpu")
    torch.manual_seed(100 + rank)
    ddp = DistributedDataParallel(model)
    sampler = DistributedSampler(train_set, seed=5)
    loader = DataLoader(train_set, batch_size, sampler=sampler, num_workers=1)
    mine = list(range(len(test_set)))[rank::world]
    test_loader = DataLoader(Subset(test_set, mine), batch_size)
    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)

    def factor(step):
        if step >= len(loader):
            return world
        return 1 + step * (world - 1) / len(loader)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        loss = train_one_epoch(ddp, loader, criterion, optimizer, device)
        loss, _ = mean_over_processes(loss, 0.0, len(sampler), device)
        take_buffers_of_rank_0(ddp.module)
        found = evaluate(ddp.module, test_loader, criterion, device)
        _, accuracy = mean_over_processes(*found, len(mine), device)
        history.append((loss, accuracy))
        stop = torch.zeros(1)
        if rank == 0:
            torch.save(ddp.module.state_dict(), path)
            stop += accuracy >= goal
        dist.broadcast(stop, src=0)
        if stop.item():
            break
    return history
