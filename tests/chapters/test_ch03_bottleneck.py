"""Chapter 3: the block, compared with torchvision's."""

import copy
import statistics

import pytest
import torch
from torch import nn
from torchinfo import summary
from torchvision.models.resnet import Bottleneck as TheirBottleneck

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import (
    ResNet50,
)
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.tables import recorded_run


def parameters(model, size):
    return summary(model, input_size=size, verbose=0).total_params


@pytest.mark.parametrize(
    ("in_channels", "channels", "stride", "count"),
    [(64, 64, 1, 75_008), (256, 64, 1, 70_400), (256, 128, 2, 379_392), (512, 128, 1, 280_064)],
)
def test_bottleneck_counts_and_shapes(in_channels, channels, stride, count):
    block = Bottleneck(in_channels, channels, stride)
    assert parameters(block, (2, in_channels, 9, 8)) == count
    assert block(torch.randn(2, in_channels, 9, 8)).shape == (
        2,
        4 * channels,
        -(-9 // stride),
        -(-8 // stride),
    )


@pytest.mark.parametrize(
    ("in_channels", "stride", "identity"), [(32, 1, True), (32, 2, False), (8, 1, False)]
)
def test_shortcut_is_a_projection_only_where_shapes_differ(in_channels, stride, identity):
    block = Bottleneck(in_channels, 8, stride)
    assert isinstance(block.shortcut, nn.Identity) == identity
    nn.init.zeros_(block.bn3.weight)
    x = torch.randn(4, in_channels, 6, 6)
    assert torch.equal(block(x), torch.relu(block.shortcut(x)))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("in_channels", "stride"), [(32, 1), (16, 1), (32, 2)])
def test_bottleneck_equals_torchvisions(in_channels, stride, training):
    mine = Bottleneck(in_channels, 8, stride).train(training)
    downsample = None if isinstance(mine.shortcut, nn.Identity) else copy.deepcopy(mine.shortcut)
    theirs = TheirBottleneck(in_channels, 8, stride, downsample).train(training)
    renamed = {
        name.replace("shortcut.", "downsample."): value for name, value in mine.state_dict().items()
    }
    theirs.load_state_dict(renamed)
    x = torch.randn(3, in_channels, 7, 7)
    before = x.clone()
    torch.testing.assert_close(mine(x), theirs(x), rtol=0, atol=0)
    assert torch.equal(x, before)


def test_convolutions_have_no_bias_and_every_parameter_gets_a_gradient():
    model = ResNet50()
    assert all(module.bias is None for module in model.modules() if isinstance(module, nn.Conv2d))
    model(torch.randn(2, 3, 32, 32)).square().sum().backward()
    assert all(
        parameter.grad is not None and parameter.grad.abs().sum() > 0
        for parameter in model.parameters()
    )


def test_the_prose_says_what_is_recorded_of_degradation():
    runs = {}
    for row in recorded_run("degradation-cpu").rows("curves.jsonl"):
        runs.setdefault((row["kind"], row["layers"], row["epochs"]), []).append(row["losses"][-1])
    mean = {key: statistics.mean(losses) for key, losses in runs.items()}
    assert all(len(losses) == 3 for losses in runs.values())
    [chapter] = [each for each in read_chapters() if each.number == 3]
    prose = " ".join(chapter.text.split("\n# "))
    short, long = mean["plain", 48, 30], mean["plain", 48, 90]
    assert f"falls from {short:.2f} to {long:.2f}" in prose
    assert f"the stack of 24 layers ended at {mean['plain', 24, 30]:.2f}" in prose
    assert mean["plain", 8, 30] < mean["plain", 24, 30] < long < short
    plain, residual = (
        {depth: runs[kind, depth, 30] for depth in (8, 24, 48)} for kind in ("plain", "residual")
    )
    assert max(map(max, residual.values())) < min(map(min, plain.values()))
    assert max(residual[24] + residual[48]) < min(residual[8])
