"""From a configuration to the objects of a training."""

from dataclasses import replace

import pytest
import torch

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.ch09_speed import Accelerated
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.recipes import FULL, configure
from tutorial_code.runs.training_setup import build

CPU = torch.device("cpu")


def test_recipes():
    assert configure({}) == Config()
    assert configure({"recipe": "basic", "epochs": 3}) == replace(Config(), epochs=3)
    full = configure({"recipe": "full"})
    assert all(getattr(full, name) == value for name, value in FULL.items())
    assert full.lr == pytest.approx(0.4)
    assert configure({"recipe": "full", "batch_size": 128}).lr == pytest.approx(0.1)
    assert configure({"recipe": "full", "lr": 0.2, "cutout": 0}).lr == 0.2


def set_up(data, **options):
    config = replace(Config(device="cpu", precision="fp32", batch_size=4), **options)
    return build(config, data, choose_hardware(config))


def test_cutout_reaches_the_images(data, small_network):
    plain, cut = (set_up(data, loader="device", augment=False, cutout=side) for side in (0, 8))
    assert not any((images == 0).any() for images, _ in plain.train_loader)
    assert all((images == 0).any() for images, _ in cut.train_loader)
    assert not any((images == 0).any() for images, _ in cut.test_loader)


def test_a_compiled_training_is_the_same_training(data, small_network, monkeypatch):
    """What TorchInductor computes is PyTorch's to test; here the same operations run eagerly."""
    from tutorial_code.runs import hardware

    modes = []

    def compile_eagerly(network, mode, dynamic):
        modes.append((mode, dynamic))
        return torch_compile(network, backend="eager", dynamic=dynamic)

    torch_compile = torch.compile
    monkeypatch.setattr(torch, "compile", compile_eagerly)
    monkeypatch.setattr(hardware, "choose_compile", lambda device: (True, ""))
    losses = []
    for options in ({}, {"compile": True}, {"compile": True, "cuda_graphs": True}):
        setup = set_up(data, loader="device", ema=True, batch_size=10, **options)
        losses.append(
            train_one_epoch(setup.model, setup.train_loader, setup.criterion, setup.optimizer, CPU)
        )
        assert set(setup.network.state_dict()) == set(ResNet50((1, 1, 1, 1)).state_dict())
    assert losses[1:] == pytest.approx(losses[:1] * 2, rel=1e-5)
    assert modes == [(None, False), ("reduce-overhead", False)]


def test_digits_are_not_mirrored_in_testing(data, small_network):
    assert isinstance(set_up(data._replace(may_flip=False), tta=True).model, Accelerated)
