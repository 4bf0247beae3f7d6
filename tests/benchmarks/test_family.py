"""The recording of the five networks, at a tiny size."""

import json
import sys

import pytest
from helpers import ROOT, first_images

sys.path.append(str(ROOT / "benchmarks"))

import family

from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch, digits):
    """Record one network on a few digits; return curves and rows."""
    few = first_images(digits, 64)
    monkeypatch.setattr(family, "load_dataset", lambda name: few)
    monkeypatch.setattr(family.torch, "set_num_threads", lambda threads: None)

    def run(*more):
        given = ["--models", "resnet18", "--epochs", "1", "--runs", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["family.py", *given])
        family.main()
        return [
            [json.loads(line) for line in (tmp_path / family.NAME / name).read_text().splitlines()]
            for name in ("curves.jsonl", "rows.jsonl")
        ]

    return run


def test_each_seed_has_a_curve_and_each_network_a_row(record, monkeypatch):
    curves, (row,) = record("--seeds", "2")
    assert [curve["seed"] for curve in curves] == [0, 1]
    assert curves[0]["losses"] != curves[1]["losses"] and len(curves[0]["accuracies"]) == 1
    assert set(row) == set(recorded_run(family.NAME).columns) and row["seeds"] == 2
    assert row["lowest"] <= row["accuracy"] <= row["highest"]
    monkeypatch.setattr(family, "train", None)  # would raise
    assert record("--seeds", "2") == [curves, [row]]
