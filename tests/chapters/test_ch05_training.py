"""Chapter 5: loss, optimizer, the loop of an epoch, and a steady start."""

import math
from itertools import pairwise

import pytest
import torch
from table_of_logits import LABELS, LOGITS, TableOfLogits, loss_by_hand
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    START,
    add_schedule,
    descend,
    initialize,
    line_gradient,
    line_loss,
    make_criterion,
    make_optimizer,
    memorize,
    train_one_epoch,
    warmup_cosine,
    watch_steps,
)

CPU = torch.device("cpu")


def test_the_gradient_of_the_line_is_its_slope():
    weights, by_hand = torch.tensor(START), line_gradient(torch.tensor(START))
    for place in range(2):
        moved = 0.5 * torch.eye(2)[place]  # the loss is a square: any distance will do
        rise = line_loss(weights + moved) - line_loss(weights - moved)
        assert by_hand[place].item() == pytest.approx(rise.item(), rel=1e-4)


@pytest.mark.parametrize(("momentum", "decay"), [(0.0, 0.0), (0.8, 0.0), (0.9, 0.1)])
def test_steps_by_hand_equal_those_of_pytorch(momentum, decay):
    weights = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=0.04, momentum=momentum, weight_decay=decay)
    for _ in range(7):
        optimizer.zero_grad()
        line_loss(weights).backward()
        optimizer.step()
    ours = descend(0.04, momentum, decay, steps=7)
    torch.testing.assert_close(ours, weights.detach(), rtol=1e-5, atol=1e-6)


def test_beyond_the_edge_the_path_diverges():
    assert line_loss(descend(0.23)) < 0.1 < 1000 < line_loss(descend(0.25))


def test_each_step_changes_what_the_figure_says():
    torch.manual_seed(0)
    model = ResNet50([1, 1, 1, 1])
    batches = [(torch.randn(4, 3, 32, 32), torch.arange(4)) for _ in range(2)]
    seen = watch_steps(model, batches, make_criterion(), make_optimizer(model))
    changed = [
        (
            after.step,
            {thing for thing in after.values if after.values[thing] != before.values[thing]},
        )
        for before, after in pairwise(seen)
    ]
    once = [
        ("forward", {"running mean"}),
        ("loss", set()),
        ("backward", {"gradient"}),
        ("step", {"weight", "velocity"}),
    ]
    assert changed == [("zero_grad", set()), *once, ("zero_grad", {"gradient"}), *once]


def test_train_one_epoch_returns_the_mean_loss_per_image():
    model = TableOfLogits()
    uneven = [(LOGITS[:3], LABELS[:3]), (LOGITS[3:], LABELS[3:])]
    loss = train_one_epoch(
        model, uneven, make_criterion(), torch.optim.SGD(model.parameters(), lr=0.0), CPU
    )
    assert loss == pytest.approx(sum(loss_by_hand()) / 5, rel=1e-6)
    assert type(loss) is float
    assert model.modes == [(True, True)] * 2


def test_train_one_epoch_takes_one_step_a_batch_on_that_batchs_gradient():
    model = TableOfLogits()
    rate, scale, expected = 0.1, 1.0, []
    batches = [(LOGITS[:3], LABELS[:3]), (LOGITS[3:], LABELS[3:])]
    for rows in ([0, 1, 2], [3, 4]):
        expected.append(sum(loss_by_hand(scale)[row] for row in rows))
        slope = 1e-4
        rise = sum(
            loss_by_hand(scale + slope)[row] - loss_by_hand(scale - slope)[row] for row in rows
        ) / len(rows)
        scale -= rate * rise / (2 * slope)
    loss = train_one_epoch(
        model, batches, make_criterion(), torch.optim.SGD(model.parameters(), lr=rate), CPU
    )
    assert model.scale.item() == pytest.approx(scale, rel=1e-5)
    assert loss == pytest.approx(sum(expected) / 5, rel=1e-5)


def test_optimizer_is_sgd_over_all_parameters():
    model = ResNet50([1, 1, 1, 1])
    optimizer = make_optimizer(model, lr=0.5, momentum=0.8, weight_decay=0.1)
    assert type(optimizer) is torch.optim.SGD
    (group,) = optimizer.param_groups
    assert (group["lr"], group["momentum"], group["weight_decay"]) == (0.5, 0.8, 0.1)
    assert len(group["params"]) == len(list(model.parameters()))
    assert make_optimizer(model).param_groups[0]["lr"] > 0


def test_blocks_start_as_their_shortcut():
    model = initialize(ResNet50())
    block = model.conv3_x[1].eval()
    assert isinstance(block, Bottleneck)
    x = torch.randn(2, 512, 4, 4)
    assert torch.equal(block(x), torch.relu(x))
    deviation = model.conv4_x[1].conv2.weight.std().item()
    assert deviation == pytest.approx(math.sqrt(2 / (256 * 9)), rel=0.01)  # He: sqrt(2 / fan_out)


def test_schedule_rises_in_a_line_and_falls_along_a_cosine():
    factors = [warmup_cosine(step, total_steps=12, warmup_steps=4) for step in range(13)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4] == 1.0
    assert factors[8] == pytest.approx(0.5)
    assert factors[12] == pytest.approx(0.0)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
    add_schedule(optimizer, total_steps=12, warmup_steps=4)
    seen = []
    for _ in range(13):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    assert seen == pytest.approx([2 * factor for factor in factors])


def test_one_batch_can_be_memorized():
    torch.manual_seed(0)
    losses = memorize(initialize(ResNet50([1, 1, 1, 1])), steps=20)
    assert losses[0] == pytest.approx(math.log(10), abs=0.7)
    assert losses[-1] < 0.1
