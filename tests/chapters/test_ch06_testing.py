"""Chapter 6: the test of a network."""

import copy
import math

import pytest
import torch
from torch import nn

from tutorial_code.ch05_training import (
    make_criterion,
)
from tutorial_code.ch06_testing import evaluate

CPU = torch.device("cpu")


class TableOfLogits(nn.Module):
    """Gives the logits that the "images" are: (batch, classes) in, the same out, scaled by one
    weight.
    """

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.norm = nn.BatchNorm1d(3)
        self.modes = []

    def forward(self, x):
        self.modes.append((self.training, torch.is_grad_enabled()))
        self.norm(x)
        return x * self.scale


LOGITS = torch.tensor(
    [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 1.0], [5.0, 0.0, 0.0], [0.0, 0.0, 4.0]]
)


LABELS = torch.tensor([0, 1, 0, 0, 1])


UNEVEN = [(LOGITS[:2], LABELS[:2]), (LOGITS[2:4], LABELS[2:4]), (LOGITS[4:], LABELS[4:])]


def loss_by_hand(scale=1.0):
    losses = []
    for row, label in zip(LOGITS.tolist(), LABELS.tolist(), strict=True):
        exponentials = [math.exp(scale * value) for value in row]
        losses.append(-math.log(exponentials[label] / sum(exponentials)))
    return losses


def test_evaluate_is_exact_with_an_uneven_last_batch():
    model = TableOfLogits()
    model.norm.eval()  # a batch of one has no spread
    before = copy.deepcopy(model.state_dict())
    loss, accuracy = evaluate(model, UNEVEN, make_criterion(), CPU)
    assert loss == pytest.approx(sum(loss_by_hand()) / 5, rel=1e-6)
    assert accuracy == 60.0
    assert type(loss) is type(accuracy) is float
    assert model.modes == [(False, False)] * 3
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
