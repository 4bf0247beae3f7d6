"""Chapter 7: the whole training and its results."""

import pytest
import torch
from helpers import first_images
from torch import nn

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch05_training import make_criterion
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch07_results import (
    Epoch,
    calibration_error,
    count_confusions,
    fit,
    grad_cam,
    most_confident_misclassified,
    paired_difference,
    predict,
    reliability,
    small_network,
    train_small_network,
)

CPU = torch.device("cpu")


LOGITS = torch.tensor(
    [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 1.0], [5.0, 0.0, 0.0], [0.0, 0.0, 4.0]]
)


LABELS = torch.tensor([0, 1, 0, 0, 1])


UNEVEN = [(LOGITS[:2], LABELS[:2]), (LOGITS[2:4], LABELS[2:4]), (LOGITS[4:], LABELS[4:])]


def test_fit_goes_on_after_a_history_and_reports_each_epoch():
    model = nn.Linear(3, 3)
    done = [Epoch(1, 2.0, 2.0, 30.0, 1.0)]
    seen = []
    history = fit(
        model,
        UNEVEN,
        UNEVEN,
        make_criterion(),
        torch.optim.SGD(model.parameters(), lr=0.1),
        CPU,
        epochs=3,
        history=done,
        after_epoch=lambda history: seen.append(len(history)),
    )
    assert seen == [2, 3]
    assert [epoch.epoch for epoch in history] == [1, 2, 3]
    assert history[0] == done[0]
    assert len(done) == 1
    assert (history[-1].test_loss, history[-1].test_accuracy) == evaluate(
        model, UNEVEN, make_criterion(), CPU
    )


def test_confusions_and_mistakes_by_hand():
    probabilities = predict(nn.Identity(), UNEVEN, CPU)
    torch.testing.assert_close(probabilities, LOGITS.softmax(dim=1))
    assert count_confusions(probabilities, LABELS) == [[2, 0, 1], [0, 1, 1], [0, 0, 0]]
    mistakes = most_confident_misclassified(probabilities, LABELS)
    assert [(m.index, m.true, m.predicted) for m in mistakes] == [(4, 1, 2), (2, 0, 2)]
    assert mistakes[0].probability == pytest.approx(probabilities[4, 2].item())
    assert most_confident_misclassified(probabilities, LABELS, most=1) == mistakes[:1]


def test_reliability_by_hand():
    confidence = torch.tensor([0.9, 0.9, 0.9, 0.9, 0.65, 1.0])
    probabilities = torch.stack([confidence, 1 - confidence], dim=1)
    bins = reliability(probabilities, torch.tensor([0, 0, 0, 1, 1, 0]), bins=10)
    assert [each.count for each in bins] == [1, 5]  # a confidence of 1 belongs to the last bin
    assert bins[0].confidence == pytest.approx(0.65) and bins[0].accuracy == 0.0
    assert bins[1].confidence == pytest.approx(0.92) and bins[1].accuracy == pytest.approx(0.8)
    assert calibration_error(bins) == pytest.approx(100 * (0.65 + 5 * 0.12) / 6)


def test_grad_cam_is_the_last_layers_weights_before_a_mean_and_a_linear_layer():
    model = small_network().eval()
    image = torch.randn(3, 32, 32)
    seen = {}
    handle = model[6].register_forward_hook(lambda module, given, output: seen.update(maps=output))
    model(image[None])
    handle.remove()
    cam = grad_cam(model, model[6], image, target=4)
    weights = model[-1].weight[4].view(1, 16, 1, 1) / 64
    expected = torch.relu((weights * seen["maps"]).sum(dim=1))[0]
    torch.testing.assert_close(cam, expected.detach())
    assert cam.shape == (8, 8) and not cam.requires_grad and model[-1].weight.grad is None
    assert not model[6]._forward_hooks


def test_a_paired_difference_counts_what_only_one_gets_right():
    first = torch.tensor([True] * 340 + [True] * 9 + [False] * 3 + [False] * 8)
    second = torch.tensor([True] * 340 + [False] * 9 + [True] * 3 + [False] * 8)
    found = paired_difference(first, second)
    assert (found.only_first, found.only_second) == (9, 3)
    assert found.points == pytest.approx(100 * 6 / 360)
    assert found.standard_error == pytest.approx(100 * 12**0.5 / 360)
    assert paired_difference(second, first).points == pytest.approx(-found.points)


def test_the_paired_error_is_that_of_a_toss_of_a_coin():
    generator = torch.Generator().manual_seed(0)
    coins = torch.rand(2000, 12, generator=generator) < 0.5
    points = [paired_difference(c, ~c).points for c in coins]
    expected = paired_difference(coins[0], ~coins[0]).standard_error
    assert torch.tensor(points).std().item() == pytest.approx(expected, rel=0.05)


def test_the_small_network_learns():
    digits = load_dataset("digits")
    few = first_images(digits, 256)
    seen = []
    _, history = train_small_network(few, 0, 3, lambda history: seen.append(history[-1].epoch))
    assert seen == [1, 2, 3]
    assert history[-1].train_loss < history[0].train_loss
