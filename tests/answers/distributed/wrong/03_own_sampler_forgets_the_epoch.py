# EXPECT: no-set-epoch
import torch
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Sampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import (
    all_reduce_sum,
    rank_and_world_size,
    take_buffers_of_rank_0,
)


class Share(Sampler):
    """Every n-th image of an order that all processes draw from one seed."""

    def __init__(self, count):
        self.count, self.epoch = count, 0
        self.rank, self.processes = rank_and_world_size()

    def __len__(self):
        return len(range(self.rank, self.count, self.processes))

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.epoch)
        order = torch.randperm(self.count, generator=generator).tolist()
        return iter(order[self.rank :: self.processes])


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    rank, processes = rank_and_world_size()
    cpu = torch.device("cpu")
    ddp = DistributedDataParallel(model)
    torch.seed()
    loader = DataLoader(train_set, batch_size, sampler=Share(len(train_set)))
    mine = range(rank, len(test_set), processes)
    test_loader = DataLoader(Subset(test_set, mine), batch_size)
    criterion, optimizer = make_criterion(), make_optimizer(model, lr)
    length = len(loader)
    schedule = LambdaLR(
        optimizer, lambda k: (processes - 1) * min(k, length) / length + 1
    )
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    losses, accuracies = [], []
    while len(losses) < epochs and not (accuracies and accuracies[-1] >= goal):
        loss = train_one_epoch(ddp, loader, criterion, optimizer, cpu)
        take_buffers_of_rank_0(model)
        _, accuracy = evaluate(model, test_loader, criterion, cpu)
        sums = torch.tensor(
            [loss * len(loader.sampler), len(loader.sampler), accuracy * len(mine), len(mine)],
            dtype=torch.float64,
        )
        sums = all_reduce_sum(sums)
        losses.append((sums[0] / sums[1]).item())
        accuracies.append((sums[2] / sums[3]).item())
        if rank == 0:
            torch.save(model.state_dict(), str(path))
    return list(zip(losses, accuracies, strict=True))
