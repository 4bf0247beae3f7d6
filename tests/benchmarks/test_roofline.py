"""The ledger of operations: what it counts of each kind, and that it changes nothing."""

import sys

import pytest
import torch
import torch.nn.functional as F
from helpers import ROOT
from torch import nn

sys.path.append(str(ROOT / "benchmarks"))

from roofline import Ledger, measure


def test_operations_and_bytes_are_those_of_the_shapes():
    x = torch.randn(2, 3, 8, 8)
    weight = torch.randn(5, 3, 3, 3)
    with Ledger() as ledger:
        found = F.conv2d(x, weight, padding=1)
        F.relu(found)
        found.view(2, -1)
    assert torch.equal(found, F.conv2d(x, weight, padding=1))
    of_conv, of_relu = ledger.sums["3×3 convolutions"], ledger.sums["ReLU"]
    assert of_conv.operations == 2 * found.numel() * 3 * 9
    assert of_conv.moved == 4 * (x.numel() + weight.numel() + found.numel())
    assert of_relu.moved == 4 * 2 * found.numel() and of_relu.operations == 0
    assert of_conv.seconds > 0
    assert sum(entry.moved for entry in ledger.sums.values()) == of_conv.moved + of_relu.moved


def test_a_training_step_is_seen_whole_and_its_kinds_add_up():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, fused=True)

    def loop(batches):
        for _ in range(batches):
            optimizer.zero_grad()
            model(torch.randn(8, 3, 4, 4)).square().mean().backward()
            optimizer.step()

    rows = measure({"some": loop}, rounds=2, batches=3)
    kinds = {row["kind"]: row for row in rows}
    assert {"1×1 convolutions", "BatchNorm", "ReLU", "optimizer"} <= kinds.keys()
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    forward = 2 * 8 * 16 * 4 * 3  # the weights take as much; the images need no gradient
    assert kinds["1×1 convolutions"]["gflop"] == pytest.approx(2 * forward / 1e9)
