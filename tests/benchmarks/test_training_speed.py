"""The speed benchmark, at a tiny size: what the loops return, and that a table comes of it."""

import json
import sys
from functools import partial

import pytest
import torch
from helpers import ROOT, first_images
from torchvision.models import ResNet
from torchvision.models.resnet import Bottleneck as TorchvisionBottleneck

sys.path.append(str(ROOT / "benchmarks"))

import speed_steps
import training_speed

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.runs import training_setup
from tutorial_code.runs.own_code.components import CHAPTERS
from tutorial_code.shared.chapters import PACKAGE, read_chapter

ONE_EACH = [1, 1, 1, 1]


@pytest.fixture
def small(monkeypatch, digits, tmp_path):
    """Measure small networks on a few digits; a record goes into a folder of its own."""
    few = first_images(digits, 160)
    pieces = CHAPTERS._replace(ResNet50=partial(ResNet50, ONE_EACH))
    monkeypatch.setattr(training_setup.components, "CHAPTERS", pieces)
    monkeypatch.setattr(speed_steps, "resnet50", partial(ResNet, TorchvisionBottleneck, ONE_EACH))
    monkeypatch.setattr(training_speed, "load_dataset", lambda name: few)
    monkeypatch.setattr(training_speed, "product_peak", lambda *_: 1e12)
    monkeypatch.setattr(training_speed, "ROOT", tmp_path)
    steps = {name: change for name, change in speed_steps.STEPS.items() if "compile" not in change}
    monkeypatch.setattr(speed_steps, "STEPS", steps)
    return few


def test_the_plain_loop_counts_its_images_as_ours_does(small):
    device = torch.device("cpu")
    configs = speed_steps.configurations(device, "7x7", len(small.train_labels))
    config = next(iter(configs.values()))
    plain = speed_steps.plain_loop(speed_steps.set_up(config, small), device)
    ours = speed_steps.our_loop(speed_steps.set_up(config, small), config, device)
    assert plain(2) == ours(2) == len(small.train_labels)  # batches of 128 and 32


def test_a_table_is_recorded_with_both_trainings(small, monkeypatch, tmp_path):
    options = "--device cpu --rounds 1 --batches 1 --accuracy 1 --record tried"
    monkeypatch.setattr(sys, "argv", ["training_speed.py", *options.split()])
    training_speed.main()
    lines = (tmp_path / "runs" / "tried" / "rows.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows[0]["step"] == speed_steps.PLAIN and rows[0]["speedup"] == 1
    assert all(row["images_per_second"] > 0 for row in rows[:-2])
    assert [row["epochs"] for row in rows[-2:]] == [1, 1]


def test_memory_on_a_gpu_is_the_most_of_the_first_three_batches(monkeypatch):
    """As chapter 9 says of this column: what is only needed at the start counts, too."""
    lying, taken, peak = 70, [300, 350, 900, 1000], [0]

    def loop(batches):
        peak[0] = max(peak[0], *(lying + each for each in taken[:batches]))

    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: lying)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: peak.__setitem__(0, lying))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: peak[0])
    assert training_speed.measure_memory(loop, torch.device("cuda")) == 900
    assert "during the first three batches of a row" in " ".join(
        cell.text.replace("\n", " ") for cell in read_chapter(PACKAGE / "ch09_speed.py").cells
    )
