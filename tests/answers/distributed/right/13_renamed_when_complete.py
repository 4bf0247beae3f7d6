import math
import os
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.optim.lr_scheduler import LambdaLR, LinearLR
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Sampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import (
    all_reduce_sum,
    mean_over_processes,
    rank_and_world_size,
    take_buffers_of_rank_0,
)


def train_distributed(model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0):
    rank, world = rank_and_world_size()
    device = torch.device("cpu")
    ddp = DDP(model)
    torch.manual_seed(17 + rank)
    sampler = DistributedSampler(train_set, num_replicas=world, rank=rank, shuffle=True)
    train_loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    own = list(range(rank, len(test_set), world))
    test_loader = DataLoader(Subset(test_set, own), batch_size=batch_size)
    criterion = make_criterion()
    optimizer = make_optimizer(model, lr)
    steps = len(train_loader)
    scheduler = LambdaLR(optimizer, lambda s: 1 + (world - 1) * min(1.0, s / steps))
    optimizer.register_step_post_hook(lambda *args: scheduler.step())
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        train_loss = train_one_epoch(ddp, train_loader, criterion, optimizer, device)
        train_loss = mean_over_processes(train_loss, 0.0, len(sampler), device)[0]
        take_buffers_of_rank_0(model)
        test_loss, accuracy = evaluate(model, test_loader, criterion, device)
        accuracy = mean_over_processes(test_loss, accuracy, len(own), device)[1]
        history.append((train_loss, accuracy))
        if rank == 0:
            temporary = Path(path).with_suffix(".part")
            torch.save({k: v.clone() for k, v in ddp.module.state_dict().items()}, temporary)
            os.replace(temporary, path)
        if world > 1:
            dist.barrier()
        if accuracy >= goal:
            break
    return history
