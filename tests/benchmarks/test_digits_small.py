"""The recording of the page's small network, and of what it costs in a browser, at a tiny size."""

import json
import sys

import pytest
import torch
from helpers import ROOT, first_images

sys.path.append(str(ROOT / "benchmarks"))

import digits_small

from tutorial_code.ch01_images import load_dataset
from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def few(monkeypatch):
    """A few digits in place of all."""
    few = first_images(load_dataset("digits"), 64, 8)
    monkeypatch.setattr(digits_small, "load_dataset", lambda _: few)


def test_a_recording_holds_its_epochs_and_weights_for_the_page(few, tmp_path, monkeypatch):
    from safetensors import safe_open
    from safetensors.torch import load_file

    options = ["--epochs", "2", "--blocks", "1", "2", "1", "1", "--runs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["digits_small.py", *options])
    digits_small.main()
    folder = tmp_path / digits_small.NAME
    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    *epochs, stored = map(json.loads, lines)
    assert [row["epoch"] for row in epochs] == [1, 2]
    assert all(
        set(row) <= recorded_run(digits_small.NAME).columns.keys() for row in [*epochs, stored]
    )
    weights = load_file(folder / digits_small.WEIGHTS)
    network = digits_small.make_network([1, 2, 1, 1], 10)
    network.load_state_dict(weights)
    assert stored["parameters"] == sum(each.numel() for each in network.parameters())
    assert stored["bytes"] == (folder / digits_small.WEIGHTS).stat().st_size
    assert weights["conv3_x.1.conv2.weight"].dtype == torch.float16
    assert weights["conv3_x.1.conv2.weight"].shape == (12, 12, 3, 3)
    with safe_open(folder / digits_small.WEIGHTS, framework="pt") as file:
        said = file.metadata()
    assert json.loads(said["classes"]) == [str(digit) for digit in range(10)]
    assert (said["stem"], said["blocks"], said["image_size"]) == ("3x3", "[1, 2, 1, 1]", "32")


@pytest.mark.filterwarnings("ignore")
def test_both_files_of_a_network_hold_the_same_network(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    pytest.importorskip("playwright", reason="the site's tools are not installed: uv sync")
    import in_browser
    from safetensors.torch import load_file

    images = torch.rand(6, 3, in_browser.SIZE, in_browser.SIZE)
    small, stem = in_browser.networks()["digits-small"]
    in_browser.write(in_browser.with_statistics(small, images), stem, tmp_path / "small")
    again = digits_small.make_network([2, 2, 2, 2], 10).eval()
    again.load_state_dict(load_file(tmp_path / "small.safetensors"))
    session = onnxruntime.InferenceSession(
        tmp_path / "small.onnx", providers=["CPUExecutionProvider"]
    )
    (logits,) = session.run(None, {"images": images[:1].numpy()})
    with torch.no_grad():
        assert torch.allclose(torch.from_numpy(logits), again(images[:1]), atol=1e-4)
    # By this the page knows a file of this form (safetensors.js).
    assert (tmp_path / "small.onnx").read_bytes()[0:3:2] == b"\x08\x12"
