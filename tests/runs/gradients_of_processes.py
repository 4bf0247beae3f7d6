"""Writes the gradients and statistics of two batches in float64 to a file: what torchrun starts.

    gradients_of_processes.py FILE [BATCH_SIZE]

The last batch is too small for all processes to have a share of it.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

import torch
from ablation_trainings import NarrowResNet
from torch.nn.parallel import DistributedDataParallel

from tutorial_code.ch01_images import load_digits_data, make_loaders
from tutorial_code.ch12_machines import use_sync_batch_norm
from tutorial_code.data.sharded_loader import shard_training
from tutorial_code.runs.loop_wrappers import WatchedCriterion
from tutorial_code.runs.processes import join
from tutorial_code.shared.job_errors import leave

with join() as job:
    data = load_digits_data()
    data = data._replace(train_images=data.train_images[:20], train_labels=data.train_labels[:20])
    torch.manual_seed(0)
    network = model = NarrowResNet(10, width=8).double()
    loader = make_loaders(data, int(sys.argv[2]))[0]
    if job.several:
        loader = shard_training(loader, job.rank, job.processes)
        model = DistributedDataParallel(use_sync_batch_norm(network))
    criterion = WatchedCriterion(torch.nn.CrossEntropyLoss(), job)
    sizes, found = [], []
    for images, labels in loader:
        network.zero_grad()
        criterion(model(images.double()), labels).backward()
        sizes.append(len(labels))
        found.append(torch.cat([parameter.grad.flatten() for parameter in network.parameters()]))
    sizes, loss = job.to_first(sizes), criterion.end_epoch()
    if job.writes:
        statistics = torch.cat([buffer.double().flatten() for buffer in network.buffers()])
        torch.save({"sizes": sizes, "found": [*found, statistics], "loss": loss}, sys.argv[1])
leave(0)
