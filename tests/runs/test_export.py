"""Weights exported for use elsewhere."""

import json
import sys

import pytest
import torch
from helpers import refused
from torchvision.models import resnet50

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.runs.checkpoint import load_checkpoint, save_checkpoint
from tutorial_code.runs.trained_run import load_run


@pytest.fixture
def images():
    return torch.randn(3, 3, 32, 32)


def logits_of(folder, images):
    with torch.no_grad():
        return load_run(folder).network.eval()(images)


def test_export_to_torchvision(finished, command, images):
    code, out, _ = command("export", finished, "--to", "torchvision", "-o", "weights.pth")
    assert code == 0 and out == "weights.pth\n"
    theirs = resnet50(num_classes=2)
    theirs.load_state_dict(torch.load("weights.pth", weights_only=True))
    with torch.no_grad():
        assert torch.allclose(theirs.eval()(images), logits_of(finished, images), atol=1e-5)


def test_export_to_safetensors(full, command, images):
    from safetensors import safe_open
    from safetensors.torch import load_file

    assert command("export", full, "-o", "weights.safetensors")[0] == 0
    network = ResNet50(num_classes=2)
    network.load_state_dict(load_file("weights.safetensors"))
    with torch.no_grad():
        # it has no products
        assert torch.allclose(network.eval()(images), logits_of(full, images), atol=1e-5)
    with safe_open("weights.safetensors", framework="pt") as file:
        said = file.metadata()
    assert json.loads(said["classes"]) == ["one", "zero"]
    checkpoint = load_checkpoint(full / "checkpoint.pt")
    assert json.loads(said["mean"]) == checkpoint["mean"]
    assert json.loads(said["std"]) == checkpoint["std"]
    assert (said["model"], said["stem"], said["image_size"]) == ("resnet50", "7x7", "32")
    assert json.loads(said["blocks"]) == [3, 4, 6, 3]


def test_the_name_of_a_class_may_have_a_comma(finished, command, tmp_path):
    from safetensors import safe_open

    state = load_checkpoint(finished / "checkpoint.pt")
    state["classes"] = ["one, or 1", "zéro"]
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    assert command("export", tmp_path, "-o", "weights.safetensors")[0] == 0
    with safe_open("weights.safetensors", framework="pt") as file:
        assert json.loads(file.metadata()["classes"]) == state["classes"]


def test_export_to_onnx(finished, command, images):
    import onnxruntime

    assert command("export", finished, "--to", "onnx", "-o", "weights.onnx")[0] == 0
    session = onnxruntime.InferenceSession("weights.onnx", providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"images": images.numpy()})
    assert torch.allclose(torch.from_numpy(logits), logits_of(finished, images), atol=1e-4)


def test_export_refuses_what_cannot_be(finished, command, tmp_path, monkeypatch):
    refused(command("export", tmp_path), "no checkpoint")
    state = load_checkpoint(finished / "checkpoint.pt")
    state["config"]["stem"] = "3x3"
    state["model"] = use_small_stem(ResNet50(num_classes=2)).state_dict()
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    refused(command("export", tmp_path, "--to", "torchvision"), "7×7 stem")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    refused(command("export", tmp_path, "--to", "onnx"), "needs the package onnxscript")
    assert command("export", tmp_path)[0] == 0
    refused(command("export", tmp_path, "-o", "."), "cannot be written")
