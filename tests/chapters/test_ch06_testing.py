"""Chapter 6: the test of a network."""

import copy

import pytest
import torch
from table_of_logits import LABELS, LOGITS, TableOfLogits, loss_by_hand

from tutorial_code.ch05_training import (
    make_criterion,
)
from tutorial_code.ch06_testing import estimate_statistics, evaluate

CPU = torch.device("cpu")


UNEVEN = [(LOGITS[:2], LABELS[:2]), (LOGITS[2:4], LABELS[2:4]), (LOGITS[4:], LABELS[4:])]


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


def test_statistics_are_estimated_anew_and_nothing_else_changes():
    model = torch.nn.Sequential(torch.nn.BatchNorm2d(2))
    torch.nn.init.constant_(model[0].weight, 3.0)
    batches = [(torch.randn(8, 2, 4, 4) + shift, None) for shift in (1.0, 5.0)]
    model(100 + torch.randn(8, 2, 4, 4))
    estimate_statistics(model, batches)
    means = torch.stack([images.mean(dim=(0, 2, 3)) for images, _ in batches])
    torch.testing.assert_close(model[0].running_mean, means.mean(dim=0))
    assert model[0].num_batches_tracked == 2 and model[0].momentum == 0.1
    assert torch.equal(model[0].weight, torch.full((2,), 3.0))
