"""Chapter 6: the test of a network."""

import copy

import pytest
import torch
from table_of_logits import LABELS, LOGITS, TableOfLogits, loss_by_hand

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_criterion
from tutorial_code.ch06_testing import (
    estimate_statistics,
    evaluate,
    kept_by_part,
    logits_in_batches,
    stages_of_training,
)

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


def test_an_image_has_one_answer_in_evaluation_mode_and_many_in_training_mode():
    model = torch.nn.Sequential(torch.nn.BatchNorm2d(3), torch.nn.Flatten())
    images = torch.randn(20, 3, 4, 4)
    for mode, same in ((True, False), (False, True)):
        model.train(mode)
        logits = logits_in_batches(model, images[0], images[1:], batch_size=4, batches=5)
        assert logits.shape == (5, 48) and not logits.requires_grad
        assert torch.allclose(logits, logits[:1].expand(5, -1)) == same


def test_what_autograd_keeps_grows_with_the_batch_and_vanishes_without_it():
    network = ResNet50([1, 1, 1, 1]).eval()
    one, three = (kept_by_part(network, torch.zeros(n, 3, 32, 32)) for n in (1, 3))
    assert list(one) == ["conv1", "conv1 pool", *(f"conv{s}_x 1" for s in range(2, 6)), "fc"]
    # Of conv2_x: its input, 8×8, which the pool gave, is kept by the block that uses it.
    assert all(2 * one[name] <= three[name] <= 3 * one[name] for name in one)
    assert one["conv1"] > 3 * 32 * 32 * 4  # the image itself, and more
    with torch.no_grad():
        assert sum(kept_by_part(network, torch.zeros(1, 3, 32, 32)).values()) == 0


def test_the_stages_of_a_training_are_copies_that_improve():
    stages = stages_of_training(seed=0, epochs=2)
    assert len(stages) == 3
    counts = [stage.pairs[0][1].num_batches_tracked.item() for stage in stages]
    assert counts == [5, 23, 46]
