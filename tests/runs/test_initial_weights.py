"""`train --init`: a run begins with weights that another one found, all but the classifier's."""

import shutil
from pathlib import Path

import pytest
import torch
from helpers import ANSWERS, metrics, refused
from torch import nn

from tutorial_code.ch10_family import KeptInEvaluation, train_only
from tutorial_code.runs import pretrained
from tutorial_code.runs.checkpoint import load_checkpoint
from tutorial_code.runs.chosen_images import only_classes
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.own_code.own_files import components_in
from tutorial_code.runs.own_code.own_network import classifier_of
from tutorial_code.runs.trained_run import load_run
from tutorial_code.runs.training_setup import build
from tutorial_code.shared.errors import ReaderError

OWN = [
    ANSWERS / "bottleneck/right/07_moduledict.py",
    ANSWERS / "resnet50/right/05_one_big_sequential.py",
]


def weights(network):
    """Return copies of a network's weights and statistics, without its counts of batches."""
    state = network.state_dict().items()
    return {name: value.clone() for name, value in state if value.dim()}


def begun(init, data, pieces=None, **options):
    config = Config(init=str(init), device="cpu", precision="fp32", **options)
    return build(config, data, choose_hardware(config), pieces)


def differing(one, two):
    return {name for name in one if not torch.equal(one[name], two[name])}


@pytest.mark.parametrize("kind", ["run", "safetensors", "torchvision", "pretrained"])
def test_all_but_the_classifier_is_taken(kind, finished, data, command, monkeypatch):
    source = weights(load_run(finished).network)
    init = finished
    if kind in ("safetensors", "torchvision"):
        init = Path("weights.pth" if kind == "torchvision" else "weights.safetensors")
        assert command("export", finished, "--to", kind, "-o", init)[0] == 0
    if kind == "pretrained":
        init = "pretrained"
        monkeypatch.setattr(pretrained, "imagenet_state", {"resnet50": source}.__getitem__)
    found = weights(begun(init, data).network)
    assert differing(found, source) == {"fc.weight", "fc.bias"}


def test_the_classifier_may_be_of_another_size(finished, digits):
    network = begun(finished, digits).network
    assert network.fc.out_features == 10  # where the run has two classes
    assert torch.equal(network.conv1.weight, load_run(finished).network.conv1.weight)


def test_the_readers_own_network_takes_them_and_gives_them(finished, data, tmp_path):
    """Whatever its layers are called; and a network of the chapters begins with them again."""
    images = torch.randn(2, 3, 32, 32)
    own = begun(finished, data, components_in(OWN)).network
    assert not any("conv2_x" in name for name in own.state_dict())
    theirs = begun(finished, data).network
    pooled = []
    for network in (own, theirs):
        (weight,) = [each for each in classifier_of(network) if each.dim() == 2]
        with torch.no_grad():
            weight.copy_(torch.eye(2, 2048))
            next(each for each in classifier_of(network) if each.dim() == 1).zero_()
            pooled.append(network.eval()(images))
    assert torch.allclose(*pooled, rtol=1e-3, atol=1e-4)


def test_a_run_with_the_readers_code_is_taken(finished, data, monkeypatch):
    run = load_run(finished)
    pieces = components_in(OWN)
    own = begun(finished, data, pieces).network
    monkeypatch.setattr(
        "tutorial_code.runs.trained_run.load_run",
        lambda folder: run.__class__(
            own, own, run.checkpoint, run.config, run.device, pieces._replace(mine=("ResNet50",))
        ),
    )
    found, source = weights(begun(finished, data).network), weights(run.network)
    assert differing(found, source) == {"fc.weight", "fc.bias"}


def steps(setup, count=3):
    setup.model.train()
    for images, labels in list(setup.train_loader)[:count]:
        setup.optimizer.zero_grad()
        setup.criterion(setup.model(images), labels).backward()
        setup.optimizer.step()


@pytest.mark.parametrize("pieces", [None, OWN], ids=["chapters", "own"])
@pytest.mark.parametrize("ema", [False, True])
def test_a_frozen_network_learns_in_its_classifier_alone(finished, data, pieces, ema):
    pieces = components_in(pieces) if pieces else None
    setup = begun(finished, data, pieces, batch_size=4, freeze=True, ema=ema)
    classifier = {id(each) for each in classifier_of(setup.network)}
    names = {name for name, each in setup.network.named_parameters() if id(each) in classifier}
    before = weights(setup.network)
    steps(setup)
    assert differing(before, weights(setup.network)) == names and len(names) == 2
    assert [name for name, each in setup.network.named_parameters() if each.grad is not None] == [
        name for name, _ in setup.network.named_parameters() if name in names
    ]


def test_without_freezing_every_weight_and_statistic_learns(finished, data):
    setup = begun(finished, data, batch_size=4)
    before = weights(setup.network)
    steps(setup)
    assert differing(before, weights(setup.network)) == set(before)


def test_kept_in_evaluation_whatever_the_loop_says():
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    kept = KeptInEvaluation(network)
    assert kept.train() is kept
    assert not any(module.training for module in kept.modules())
    train_only(network, network[1].parameters())
    assert [each.requires_grad for each in network.parameters()] == [False, False, True, True]


def test_a_run_goes_on_without_what_it_began_with(finished, tmp_path, small, command):
    source = Path(shutil.copytree(finished, tmp_path / "source"))
    options = [*small, "--init", source, "--freeze", "--epochs", 2]
    assert command(*options, "--out", "whole")[0] == 0
    code, out, _ = command(*options, "--out", "cut", "--time-limit", "0.0001")
    assert code == 0 and "only the classifier learns" in out and "time limit" in out
    shutil.rmtree(source)
    assert command("train", "--resume", "--out", "cut")[0] == 0
    assert metrics(Path("cut")) == metrics(Path("whole"))
    one, two = (load_checkpoint(Path(name) / "checkpoint.pt") for name in ("cut", "whole"))
    assert not differing(one["model"], two["model"])
    assert command("test", "cut")[0] == 0


def test_weights_that_do_not_fit_end_in_a_sentence(finished, small, command, tmp_path):
    refused(command(*small, "--init", "none", "--out", "run"), "no such run and no such file")
    Path("notes.txt").write_text("no weights")
    refused(command(*small, "--init", "notes.txt", "--out", "run"), "holds no weights")
    torch.save([1, 2], "list.pth")
    refused(command(*small, "--init", "list.pth", "--out", "run"), "holds no weights")
    for options in (["--model", "resnet18"], ["--stem", "3x3"]):
        result = command(*small, *options, "--init", finished, "--out", "run")
        refused(result, "give the --model and the --stem that it was trained with")
    refused(command(*small, "--freeze", "--out", "run"), "--freeze needs --init")
    assert not Path("run").exists()


def test_a_network_without_a_linear_layer_has_no_classifier():
    network = nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(ReaderError, match="finds no classifier"):
        classifier_of(network)


def test_only_some_classes_are_numbered_anew(digits):
    some = only_classes(digits, ["7", "3"])
    assert some.classes == ("7", "3") and set(some.train_labels.tolist()) == {0, 1}
    assert len(some.test_labels) == len(some.test_images) == 36 + 37
    assert torch.equal(
        some.train_images[some.train_labels == 0], digits.train_images[digits.train_labels == 7]
    )
    for names, said in ((["3"], "two different"), (["3", "3"], "two different"), (["x"], "'x'")):
        with pytest.raises(ReaderError, match=said):
            only_classes(digits, names)
