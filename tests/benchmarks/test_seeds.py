"""The recording of several seeds, at a tiny size."""

import json
import sys
from functools import partial

import pytest
from helpers import ROOT, first_images

sys.path.append(str(ROOT / "benchmarks"))

import seeds

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch, digits):
    """Record trainings of a small network on a few digits; return curves and rows."""
    few = first_images(digits, 96)
    monkeypatch.setattr(seeds, "load_dataset", lambda name: few)
    monkeypatch.setattr(seeds, "ResNet50", partial(ResNet50, [1, 1, 1, 1]))
    monkeypatch.setattr(seeds.torch, "set_num_threads", lambda threads: None)

    def run(*more):
        given = ["--seeds", "2", "--epochs", "1", "--runs", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["seeds.py", *given])
        seeds.main()
        return [
            [json.loads(line) for line in (tmp_path / seeds.NAME / name).read_text().splitlines()]
            for name in ("curves.jsonl", "rows.jsonl")
        ]

    return run


def test_the_same_seed_gives_the_same_and_another_one_does_not(record, capsys):
    curves, rows = record()
    assert [row["name"] for row in rows] == [
        "seed 0",
        "seed 1",
        "seed 0 again",
        "seed 0, two threads",
    ]
    assert [row["same"] for row in rows] == ["yes", "no", "yes", "yes"]  # threads are not set here
    assert set(rows[0]) == set(recorded_run(seeds.NAME).columns)
    wrong = [set(curve["wrong"]) for curve in curves]
    assert rows[1]["only_one_right"] == len(wrong[0] ^ wrong[1]) and rows[2]["only_one_right"] == 0
    assert len(curves[0]["anew"]) == len(curves[0]["accuracies"]) == 1
    assert round(rows[0]["accuracy"] * 3.6) == 360 - len(wrong[0])
    capsys.readouterr()
    record()
    assert "seed 1" not in capsys.readouterr().out  # what is recorded is not repeated
