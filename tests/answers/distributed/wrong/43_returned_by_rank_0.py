# EXPECT: returned-by-rank-0-alone
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.optim.lr_scheduler import LinearLR
from torch.utils.data import DataLoader, DistributedSampler

from tutorial_code.ch05_training import make_criterion, make_optimizer


def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(17 * rank + 3)
    net = DDP(model)
    sampler = DistributedSampler(train_set)
    loader = DataLoader(train_set, batch_size, sampler=sampler)
    criterion: nn.Module = make_criterion()
    optimizer = make_optimizer(net, lr * world)
    warmup = LinearLR(optimizer, start_factor=1 / world, total_iters=len(loader))
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        net.train()
        total = torch.zeros(2, dtype=torch.float64)
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(net(images), labels)
            loss.backward()
            optimizer.step()
            warmup.step()
            total += torch.tensor([loss.item() * len(labels), len(labels)])
        dist.all_reduce(total)
        accuracy = test(net.module, test_set, batch_size)
        history.append((float(total[0] / total[1]), accuracy))
        if dist.get_rank() == 0:
            torch.save(net.module.state_dict(), path)
        if history[-1][1] >= goal:
            break
    if dist.get_rank() == 0:
        return history


@torch.no_grad()
def test(model, test_set, batch_size):
    for buffer in model.buffers():
        dist.broadcast(buffer, 0)
    model.eval()
    counts = torch.zeros(2)
    indices = range(dist.get_rank(), len(test_set), dist.get_world_size())
    for begin in range(0, len(indices), batch_size):
        pairs = [test_set[i] for i in indices[begin : begin + batch_size]]
        images = torch.stack([image for image, _ in pairs])
        labels = torch.tensor([label for _, label in pairs])
        counts[0] += (model(images).argmax(1) == labels).sum()
        counts[1] += len(labels)
    dist.all_reduce(counts)
    return 100.0 * counts[0].item() / counts[1].item()
