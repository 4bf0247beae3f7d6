"""Figures that are drawn, not plotted: every shape and count in them is taken from the network
itself.
"""

from functools import cache

import torch
from torch import nn

from pipeline.figures import figure
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import GroupCount, ResNet50, count_groups

SIZE, CLASSES = 224, 1000
WHOLE = 300  # the width of a bar that holds everything


@cache
def groups() -> list[GroupCount]:
    """Return the counts of ResNet-50 as the paper uses it."""
    with torch.no_grad():
        return count_groups(ResNet50(num_classes=CLASSES), SIZE)


def network() -> str:
    """Draw the network to scale: a box for each block's output, as high as the image, as wide as
    its channels.
    """
    parts, y = [], 8
    for group in groups()[:-1]:
        channels, side, _ = group.output_shape
        height, width = side * 0.8, channels * 0.045
        row = max(height, 34)
        top = y + (row - height) / 2
        for block in range(max(group.blocks, 1)):
            parts.append(_box(126 + block * (width + 1.5), top, width, height))
        parts.append(_text(0, y + row / 2 - 3, group.name, "bold"))
        parts.append(_text(0, y + row / 2 + 13, f"{side}×{side}×{channels}"))
        if not group.blocks:
            parts.append(_text(140, y + row / 2 + 5, "7×7 convolution"))
        y += row + 12
    alt = (
        "The network to scale. From the stem to conv5_x the boxes, one for each block, get "
        "flatter and wider: height and width halve from stage to stage, and the channels double."
    )
    return figure(_svg(426, y, alt, parts), f"{alt} Input: {SIZE}×{SIZE} pixels.")


def bottleneck() -> str:
    """Draw a bottleneck block with the shapes that go through it."""
    shapes: list[tuple[int, ...]] = []
    block = Bottleneck(256, 64)
    for layer in (block.conv1, block.conv2, block.conv3):
        layer.register_forward_hook(
            lambda layer, given, output: shapes.append(tuple(output.shape[1:]))
        )
    x = torch.zeros(1, 256, 56, 56)
    with torch.no_grad():
        block.eval()(x)
    layers = [
        (layer.kernel_size[0], shape)
        for layer, shape in zip(_convolutions(block), shapes, strict=True)
    ]
    parts = [_wide(16, tuple(x.shape[1:]), "x"), _arrow(150, 42, 62)]
    y = 64
    for number, (kernel, shape) in enumerate(layers):
        after = "BatchNorm, ReLU" if number < 2 else "BatchNorm"
        parts += [
            _wide(y, shape, f"{kernel}×{kernel}"),
            _text(292, y + 17, after),
            _arrow(150, y + 26, y + 46),
        ]
        y += 48
    shortcut = 'fill="none" stroke="var(--figure-2)" stroke-width="2.5"'
    parts += [
        f'<circle cx="150" cy="{y + 10}" r="11" fill="none" stroke="currentColor"/>',
        _text(150, y + 15, "+", "middle"),
        f'<path d="M150 52 H14 V{y + 10} H136" {shortcut}/>',
        f'<path d="M130 {y + 5} l8 5 l-8 5" {shortcut}/>',
        _text(20, y + 30, "shortcut"),
        _arrow(150, y + 21, y + 42),
        _text(160, y + 38, "ReLU"),
        _wide(y + 44, tuple(x.shape[1:]), "output"),
    ]
    alt = (
        "A bottleneck block, from top to bottom: x goes through a 1×1, a 3×3 and a 1×1 "
        "convolution, narrow in the middle; the shortcut leads x past them to the addition; a "
        "ReLU follows."
    )
    return figure(_svg(426, y + 78, alt, parts), alt)


def _convolutions(block: nn.Module) -> list[nn.Conv2d]:
    return [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)]


def _wide(y: float, shape: tuple[int, ...], name: str) -> str:
    """Draw a tensor as a bar as wide as its channels, its name and shape in it."""
    width = 60 + shape[0] * 0.75
    text = f"{name}, {shape[1]}×{shape[2]}×{shape[0]}"
    return _box(150 - width / 2, y, width, 26) + _text(150, y + 17, text, "middle")


def shares() -> str:
    """Draw where parameters and multiply-adds are, a pair of bars for each group; the calculator
    moves them.
    """
    parts, y = [], 20
    total_parameters = sum(group.parameters for group in groups())
    total_adds = sum(group.multiply_adds for group in groups())
    for group in groups():
        parameters, adds = group.parameters / total_parameters, group.multiply_adds / total_adds
        parts.append(_text(0, y + 17, group.name, "bold"))
        for offset, share, colour in ((0, parameters, 1), (14, adds, 2)):
            bar = _box(66, y + offset, share * WHOLE, 12, colour)
            label = _text(71 + share * WHOLE, y + offset + 10.5, f"{share:.1%}")
            parts.append(f'<g class="bar">{bar}{label}</g>')
        y += 38
    parts += [
        _box(66, 0, 10, 10),
        _text(80, 10, "parameters"),
        _box(180, 0, 10, 10, 2),
        _text(194, 10, "multiply-adds"),
    ]
    alt = "Shares of parameters and of multiply-adds: " + "; ".join(
        f"{group.name} {group.parameters / total_parameters:.1%} and "
        f"{group.multiply_adds / total_adds:.1%}"
        for group in groups()
    )
    largest = max(groups(), key=lambda group: group.parameters)
    busiest = max(groups(), key=lambda group: group.multiply_adds)
    sentence = (
        f"At {SIZE}×{SIZE} pixels {largest.name} holds the largest share of the parameters, "
        f"{largest.parameters / total_parameters:.1%}, and {busiest.name} the largest share of the "
        f"multiply-adds, {busiest.multiply_adds / total_adds:.1%}."
    )
    drawing = figure(_svg(426, y, alt, parts), sentence)
    return f"<div id='shares' data-left='66' data-whole='{WHOLE}'>\n{drawing}\n</div>"


def _svg(width: float, height: float, alt: str, parts: list[str]) -> str:
    body = "\n".join(filter(None, parts))
    return (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 {width:g} {height:g}" '
        f'style="width: min(100%, {width * 1.4:.0f}px); height: auto">\n{body}\n</svg>'
    )


def _box(x: float, y: float, width: float, height: float, colour: int = 1) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
        f'fill="var(--figure-{colour})" fill-opacity="0.3" stroke="var(--figure-{colour})"/>'
    )


def _text(x: float, y: float, text: str, kind: str = "start") -> str:
    style = 'font-weight="bold"' if kind == "bold" else f'text-anchor="{kind}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="currentColor" {style}>{text}</text>'


def _arrow(x: float, start: float, end: float) -> str:
    return f'<path d="M{x} {start} V{end} m-4 -6 l4 6 l4 -6" fill="none" stroke="currentColor"/>'
