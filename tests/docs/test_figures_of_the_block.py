"""The figures of chapter 3 say what PyTorch computes."""

import json

import pytest
import torch
from torch import nn
from torchinfo import summary

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed: uv sync")
from pipeline.drawings import D3, FIGURES, LANGUAGE
from py_mini_racer import MiniRacer

from tutorial_code.ch03_bottleneck import Bottleneck


@pytest.fixture(scope="module")
def says():
    """Return what a figure says in a state, as a function that also draws it in both widths."""
    context = MiniRacer()
    names = ("bottleneck", "block-cost", "factors")
    for script in (*D3, LANGUAGE, *(FIGURES / f"{name}.js" for name in names)):
        context.eval(script.read_text(encoding="utf-8"))

    def say(name, **state):
        word, given = json.dumps(name), json.dumps(state)
        for narrow in ("false", "true"):
            svg = context.eval(
                f"drawFigure({word}, {{...firstState({word}), ...{given}}}, {narrow}, null)"
            )
            assert "NaN" not in svg and "undefined" not in svg
        return context.eval(f"figures[{word}].say({{...firstState({word}), ...{given}}}, null)")

    yield say
    context.close()


@pytest.mark.parametrize("size", [56, 7])
@pytest.mark.parametrize(
    ("in_channels", "channels", "stride"),
    [(64, 64, 1), (256, 64, 1), (256, 128, 2), (1024, 512, 3), (2048, 512, 1)],
)
def test_the_drawing_of_the_block_has_the_blocks_shapes_and_counts(
    says, in_channels, channels, stride, size
):
    said = says(
        "bottleneck",
        in_channels=str(in_channels),
        channels=str(channels),
        stride=stride,
        size=size,
    )
    block = Bottleneck(in_channels, channels, stride)
    x = torch.randn(1, in_channels, size, size)
    with torch.no_grad():
        y = block.eval()(x)
    assert f"turns {in_channels}×{size}×{size} into {'×'.join(map(str, y.shape[1:]))}." in said
    assert f"It has {summary(block, verbose=0).total_params:,} parameters" in said
    multiply_adds = 0

    def count(conv, _, output):
        nonlocal multiply_adds
        multiply_adds += conv.weight.numel() * output[0, 0].numel()

    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    block(x)
    assert f"make {multiply_adds:,} multiply-adds" in said
    assert ("needs a projection" in said) != isinstance(block.shortcut, nn.Identity)


def test_a_projection_says_why_it_is_needed(says):
    first = says("bottleneck", in_channels="64", channels="64", stride=1)
    assert "because 64 channels are not 256." in first
    both = says("bottleneck", in_channels="256", channels="128", stride=2)
    assert "because 256 channels are not 512 and the stride is 2." in both
    stride = says("bottleneck", in_channels="256", channels="64", stride=2)
    assert "because the stride is 2." in stride


def test_the_weights_of_both_designs_are_counted(says):
    two = 2 * nn.Conv2d(256, 256, 3, bias=False).weight.numel()
    three = [nn.Conv2d(256, 64, 1), nn.Conv2d(64, 64, 3), nn.Conv2d(64, 256, 1)]
    few = sum(conv.weight.numel() for conv in three)
    said = says("block-cost", channels="256", narrower=4)
    assert f"{two:,} weights" in said and f"have {few:,}, {two / few:.1f} times fewer" in said
    assert "1 channels inside" not in says("block-cost", channels="64", narrower=16)


def test_the_chains_multiply_their_slopes(says):
    said = says("factors", slope=0.5, pairs=24)
    assert "6.0 × 10⁻⁸" in said and f"{1.5**24:,.0f} in all" in said
    assert "0 + 1 = 1 a pair, and 1 in all" in says("factors", slope=0, pairs=24)
    assert "−1 + 1 = 0 a pair, and 0 in all" in says("factors", slope=-1, pairs=3)
    assert "by −0.5, and 3 pairs by −0.125" in says("factors", slope=-0.5, pairs=3)
