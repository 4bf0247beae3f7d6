"""The recording of feature maps, at a tiny size."""

import base64
import io
import json
import sys

import numpy as np
import pytest
import torch
from helpers import ROOT, first_images
from PIL import Image

sys.path.append(str(ROOT / "benchmarks"))

import feature_maps
import records

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.shared.tables import recorded_run


def pixels(row):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(row["png"]))))


@pytest.fixture
def few(monkeypatch):
    """A few digits in place of all."""
    data = first_images(load_dataset("digits"), 32, 8)
    monkeypatch.setattr(feature_maps, "load_dataset", lambda _: data)
    return data


def test_a_recording_holds_maps_and_probabilities_and_is_continued(
    few, tmp_path, monkeypatch, capsys
):
    chosen = [2, 3, 4, 5, 6]
    monkeypatch.setattr(feature_maps, "choose_images", lambda likely, labels: chosen)
    options = ["--size", "32", "--epochs", "2", "--batch-size", "16"]
    places = ["--runs", str(tmp_path), "--keep", str(tmp_path / "kept")]
    monkeypatch.setattr(sys, "argv", ["feature_maps.py", *options, *places])
    train = records.train_one_epoch
    epochs = []

    def interrupted(*given):
        if len(epochs) == 1:
            epochs.append("stopped")
            raise KeyboardInterrupt
        epochs.append("trained")
        return train(*given)

    monkeypatch.setattr(records, "train_one_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        feature_maps.main()
    feature_maps.main()
    assert epochs == ["trained", "stopped", "trained"]

    folder = tmp_path / feature_maps.NAME
    read = {
        name: [
            json.loads(line)
            for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for name in ("rows", "maps", "fresh")
    }
    assert [row.get("epoch") for row in read["rows"]] == [1, 2] + 5 * [None]
    columns = set(recorded_run(feature_maps.NAME).columns)
    assert all(set(row) <= columns for row in read["rows"])
    for name in ("maps", "fresh"):
        assert [row["test_image"] for row in read[name]] == chosen
        for row in read[name]:
            assert (
                np.abs(
                    pixels(row).astype(int) - few.test_images[row["test_image"], 0].numpy()
                ).max()
                <= 2
            )
            assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-3)
            assert [
                (group, maps["size"], maps["of"], pixels(maps).shape)
                for group, maps in row["maps"].items()
            ] == [
                ("conv1", 16, 64, (16, 96)),
                ("conv2_x", 8, 256, (8, 48)),
                ("conv3_x", 4, 512, (4, 24)),
                ("conv4_x", 2, 1024, (2, 12)),
                ("conv5_x", 1, 2048, (1, 6)),
            ]
    trained = read["maps"][0]
    assert trained["predicted"] == int(np.argmax(trained["probabilities"]))


def test_the_digits_are_enlarged_and_the_fresh_network_has_seen_some_images(few):
    torch.manual_seed(0)
    network = feature_maps.with_statistics(ResNet50(), few, images=16)
    assert not network.training and network.bn1.running_mean.abs().max() > 0
    enlarged = feature_maps.enlarged(few, 128)
    assert enlarged.train_images.shape == (32, 3, 128, 128) and enlarged.max_shift == 8
