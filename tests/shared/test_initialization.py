"""First weights for any network: blocks and convolutions are found in every right answer."""

from pathlib import Path

import pytest
import torch
from helpers import ANSWERS
from torch import nn

from tutorial_code import ch03_bottleneck, ch04_resnet50
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import initialize
from tutorial_code.checks.isolate.answers import run_source, use_own
from tutorial_code.shared.initialization import (
    block_scales,
    start_blocks_as_shortcuts,
    use_he_initialization,
)

BLOCKS = sorted((ANSWERS / "bottleneck" / "right").glob("*.py"))
NETWORKS = sorted((ANSWERS / "resnet50" / "right").glob("*.py"))
CHANNELS = [256] * 3 + [512] * 4 + [1024] * 6 + [2048] * 3  # that each block of ResNet-50 gives


def answer(path):
    return run_source(path.read_text(encoding="utf-8"), path.name)


def network_of(block):
    """The tutorial's ResNet50 with another block."""
    source = Path(ch04_resnet50.__file__).read_text(encoding="utf-8")
    names = run_source(source, "ch04_resnet50.py")
    use_own(names, {"Bottleneck": ch03_bottleneck.Bottleneck}, {"Bottleneck": block})
    return names["ResNet50"]()


@pytest.mark.parametrize("path", BLOCKS, ids=lambda path: path.stem)
def test_a_right_block_starts_as_its_shortcut(path):
    block = answer(path)["Bottleneck"](32, 8)
    x = torch.randn(2, 32, 5, 5)
    assert start_blocks_as_shortcuts(block, x) == 1
    assert torch.equal(block(x), x.relu())


@pytest.mark.parametrize("path", BLOCKS, ids=lambda path: path.stem)
def test_sixteen_blocks_are_found_whatever_the_block_looks_like(path):
    assert [
        len(scale) for scale in block_scales(network_of(answer(path)["Bottleneck"]))
    ] == CHANNELS


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_sixteen_blocks_are_found_in_every_right_network(path):
    network = answer(path)["ResNet50"]()
    before = [buffer.clone() for buffer in network.buffers() if not nn.parameter.is_lazy(buffer)]
    scales = block_scales(network)
    assert [len(scale) for scale in scales] == CHANNELS
    assert len({id(scale) for scale in scales}) == 16
    assert network.training and all(module.training for module in network.modules())
    assert all(map(torch.equal, before, network.buffers()))


@pytest.mark.parametrize(
    "path", [*BLOCKS, *NETWORKS], ids=lambda path: f"{path.parent.parent.name}-{path.stem}"
)
def test_convolutions_get_he_initialization_and_the_classifier_does_not(path):
    names = answer(path)
    network = (
        names["ResNet50"]([1, 1, 1, 1]) if "ResNet50" in names else names["Bottleneck"](256, 64)
    )
    x = torch.zeros(2, 3, 32, 32) if "ResNet50" in names else torch.zeros(2, 256, 4, 4)
    block_scales(network, x)  # lazy layers get their weights
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1)
    use_he_initialization(network, x)
    drawn = [parameter for parameter in network.parameters() if parameter.std() > 0]
    assert len(drawn) == (17 if "ResNet50" in names else 3)
    for weight in drawn:
        assert weight.ndim == 4
        expected = (2 / (weight.shape[0] * weight[0, 0].numel())) ** 0.5
        assert weight.std().item() == pytest.approx(expected, rel=0.1)


class Unusual(nn.Module):
    """A block whose ReLU is a product with a mask, and whose 1×1 convolutions are products with
    plain matrices.
    """

    def __init__(self, channels):
        super().__init__()
        self.squeeze = nn.Parameter(torch.ones(channels, 4 * channels))
        self.middle = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.widen = nn.Parameter(torch.ones(4 * channels, channels))
        self.norms = nn.ModuleList(map(nn.BatchNorm2d, (channels, channels, 4 * channels)))

    def forward(self, x):
        y = self.norms[0](torch.einsum("oi,bihw->bohw", self.squeeze, x))
        y = self.norms[1](self.middle(y * (y > 0)))
        y = self.norms[2](torch.einsum("oi,bihw->bohw", self.widen, y * (y > 0)))
        return (y + x).relu()


def test_masks_and_matrix_products_are_seen_through():
    block, x = Unusual(8), torch.randn(2, 32, 5, 5)
    use_he_initialization(block, x)
    assert block.squeeze.std() > 0 and block.widen.std() > 0
    assert block_scales(block, x) == [block.norms[2].weight]


def test_the_chapters_network_gets_the_weights_that_chapter_4_gives_it():
    torch.manual_seed(3)
    taught = initialize(ResNet50((1, 2, 1, 1)))
    torch.manual_seed(3)
    found = ResNet50((1, 2, 1, 1))
    use_he_initialization(found)
    assert start_blocks_as_shortcuts(found) == 5
    for name, value in taught.state_dict().items():
        assert torch.equal(value, found.state_dict()[name]), name
