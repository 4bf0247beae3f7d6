"""Chapter 10: the five networks, compared with the paper's counts and torchvision's networks."""

import statistics

import pytest
import torch
from torch import nn
from torchvision import models

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50, from_torchvision, to_torchvision
from tutorial_code.ch10_family import FAMILY, PAPER, BasicBlock, ResNet, count, make_resnet
from tutorial_code.runs.config import MODELS
from tutorial_code.shared.tables import recorded_run

PARAMETERS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
}


@pytest.mark.parametrize("name", FAMILY)
def test_the_counts_are_the_papers_but_for_two_that_are_explained(name):
    with torch.device("meta"):
        found = count(name)
    assert found.parameters == PARAMETERS[name]
    rounded = round(found.on_first_conv / 1e9, 1)
    unlike = {"resnet34": 3.7, "resnet50": 3.9}
    assert rounded == unlike.get(name, PAPER[name])


def test_34_layers_without_projections_round_to_the_papers_number():
    with torch.device("meta"):
        work = count("resnet34").multiply_adds
        model = make_resnet("resnet34", 1000)
    for stage, side in (("conv3_x", 28), ("conv4_x", 14), ("conv5_x", 7)):
        work -= getattr(model, stage)[0].shortcut[0].weight.numel() * side**2
    assert round(work / 1e9, 1) == PAPER["resnet34"]


def twins(name):
    """Return a network and torchvision's with the same weights, in float64."""
    torch.manual_seed(0)
    theirs = getattr(models, name)(num_classes=5).double()
    mine = make_resnet(name, num_classes=5).double()
    mine.load_state_dict(from_torchvision(theirs.state_dict()))
    return mine, theirs


@pytest.mark.parametrize("name", FAMILY)
def test_outputs_gradients_and_three_steps_are_torchvisions(name):
    mine, theirs = twins(name)
    images, labels = torch.randn(2, 3, 32, 32, dtype=torch.float64), torch.tensor([1, 3])
    optimizers = [
        torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
        for m in (mine, theirs)
    ]
    for _ in range(3):
        outputs = []
        for model, optimizer in zip((mine, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            outputs.append(model(images))
            nn.functional.cross_entropy(outputs[-1], labels).backward()
        assert torch.equal(*outputs)
        for ours, other in zip(mine.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(ours.grad, other.grad)
        for optimizer in optimizers:
            optimizer.step()
    back = to_torchvision(mine.state_dict())
    assert back.keys() == theirs.state_dict().keys()
    assert all(torch.equal(value, theirs.state_dict()[key]) for key, value in back.items())


def test_chapter_4s_network_is_the_one_of_50_layers():
    ours = {name: value.shape for name, value in ResNet50().state_dict().items()}
    family = {name: value.shape for name, value in make_resnet("resnet50").state_dict().items()}
    assert list(ours.items()) == list(family.items())


def test_the_options_of_the_command_are_the_family():
    assert MODELS.keys() == FAMILY.keys()
    assert all(MODELS[name][0] == block.__name__ for name, (block, _) in FAMILY.items())


@pytest.mark.parametrize(
    ("arguments", "shape", "projects"),
    [((8, 8), (2, 8, 7, 6), False), ((8, 8, 2), (2, 8, 4, 3), True), ((4, 8), (2, 8, 7, 6), True)],
)
def test_a_basic_block_projects_where_the_shape_changes(arguments, shape, projects):
    block = BasicBlock(*arguments)
    assert block(torch.randn(2, arguments[0], 7, 6)).shape == shape
    assert isinstance(block.shortcut, nn.Identity) is not projects


def test_two_networks_share_nothing():
    first, second = (ResNet(BasicBlock, (1, 1, 1, 1), 3) for _ in range(2))
    assert not {p.data_ptr() for p in first.parameters()} & {
        p.data_ptr() for p in second.parameters()
    }
    assert ResNet(Bottleneck, [1, 1, 1, 1])(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_the_record_of_transfer_shows_what_the_prose_says():
    """That it saves no images: fine-tuned networks are as good as new ones, the others worse."""
    found = {}
    for row in recorded_run("transfer-cpu").rows():
        found.setdefault((row["images"], row["way"]), []).append(row["accuracy"])
    assert len(found) == 24 and {len(seeds) for seeds in found.values()} == {3}
    for images in (10, 20, 50, 100, 200, 716):
        new = found[images, "from scratch"]
        means = {
            way: statistics.mean(found[images, way])
            for way in ("fine-tuned", "fine-tuned, lower rate", "frozen")
        }
        assert means["fine-tuned"] - statistics.mean(new) < max(new) - min(new)
        if images >= 20:
            assert means["fine-tuned, lower rate"] < statistics.mean(new)
            assert means["frozen"] < statistics.mean(new)
