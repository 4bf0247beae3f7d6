"""The recording of degradation, at a tiny size."""

import json
import sys

import pytest
import torch
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import degradation

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch03_bottleneck import Stack
from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record tiny stacks with a few more arguments; return curves and rows."""

    def run(*more):
        sizes = ["--images", "96", "--depths", "2", "4", "--seeds", "2", "--epochs", "3"]
        given = ["--data", "digits", *sizes, "--runs", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["degradation.py", *given])
        degradation.main()
        files = (tmp_path / degradation.NAME / name for name in ("curves.jsonl", "rows.jsonl"))
        return [
            [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            if file.exists()
            else []
            for file in files
        ]

    return run


def test_each_training_has_a_curve_and_each_kind_a_row(record):
    curves, rows = record()
    assert len(curves) == 2 * 2 * 2 + 2
    assert all(len(curve["losses"]) == curve["epochs"] for curve in curves)
    assert [(row["layers"], row["kind"], row["epochs"]) for row in rows] == [
        (2, "plain", 3),
        (2, "residual", 3),
        (4, "plain", 3),
        (4, "residual", 3),
        (4, "plain", 9),
    ]
    assert set(rows[0]) == set(recorded_run(degradation.NAME).columns)
    of_first = [c for c in curves if (c["layers"], c["kind"], c["epochs"]) == (2, "plain", 3)]
    last = [curve["losses"][-1] for curve in of_first]
    assert rows[0]["lowest"] == min(last) and rows[0]["highest"] == max(last)
    assert rows[0]["loss"] == pytest.approx(sum(last) / 2)
    # Trained three times as long, a stack knows its images better, in evaluation mode, too.
    assert rows[4]["loss"] < rows[2]["loss"]
    assert rows[4]["loss_in_evaluation"] < rows[2]["loss_in_evaluation"]


def test_what_is_recorded_is_not_repeated(record, monkeypatch, capsys):
    assert record("--time-limit", "-1") == [[], []]
    assert "the same command continues" in capsys.readouterr().out
    whole, _ = record()
    monkeypatch.setattr(degradation, "train", None)  # would raise
    again, _ = record()
    assert again == whole
    with pytest.raises(SystemExit, match="another configuration"):
        record("--lr", "0.1")


def test_the_statistics_are_those_of_all_images():
    data = degradation.some_images(load_dataset("digits"), 128)
    loader, _ = degradation.make_loaders(data, 64, augmented=False)
    torch.manual_seed(0)
    stack = Stack(2, residual=False)
    degradation.estimate_statistics(stack, loader)
    with torch.no_grad():
        seen = torch.cat([stack.pairs[0][0](stack.stem(images)) for images, _ in loader])
    norm = stack.pairs[0][1]
    torch.testing.assert_close(norm.running_mean, seen.mean(dim=(0, 2, 3)), rtol=1e-4, atol=1e-5)


def test_the_same_images_are_drawn_each_time():
    data = load_dataset("digits")
    first, second = (degradation.some_images(data, 100) for _ in range(2))
    assert torch.equal(first.train_images, second.train_images)
    assert len(first.train_labels) == 100 and first.test_images is data.test_images
