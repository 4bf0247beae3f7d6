"""The recording of what mistakes do to a training by several processes, at a tiny size."""

import json
import sys

import pytest
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import parallel_mistakes

from tutorial_code.shared.tables import recorded_run

MISTAKES = ["none", "module-in-the-names", "accuracy-of-one-process"]


@pytest.fixture
def record(tmp_path, monkeypatch):
    def run(*mistakes):
        sizes = ["--epochs", "1", "--processes", "2", "--batch-size", "64", "--seeds", "1"]
        given = [*mistakes, *sizes, "--runs", str(tmp_path)]
        monkeypatch.setattr(sys, "argv", ["parallel_mistakes.py", *given])
        parallel_mistakes.main()
        return [
            [
                json.loads(line)
                for line in (tmp_path / parallel_mistakes.NAME / name).read_text().splitlines()
            ]
            for name in ("rows.jsonl", "curves.jsonl")
        ]

    return run


def test_a_row_says_what_rank_0_returns_and_what_the_file_is_worth(record, monkeypatch):
    rows, curves = record(*MISTAKES)
    right, module, own = rows
    assert [row["id"] for row in rows] == MISTAKES and len(curves) == 2
    assert set(right) | {"error"} == set(recorded_run(parallel_mistakes.NAME).columns)
    # All test images count: with those of rank 0 alone the accuracy is another one.
    assert right["accuracy"] == pytest.approx(right["saved"], abs=0.01)
    assert own["accuracy"] != pytest.approx(own["saved"], abs=0.01)
    assert own["saved"] == right["saved"]
    assert "state_dict" in module["error"]
    monkeypatch.setattr(parallel_mistakes, "train_and_test", None)  # would raise
    assert record(*MISTAKES) == [rows, curves]


def test_what_waits_for_ever_is_left_out(record):
    rows, _ = record("rank-0-alone", "exit-of-one", "no-return", "nothing-saved")
    assert {row["id"]: row["error"] for row in rows} == {
        "nothing-saved": "there is no file of weights",
        "no-return": "nothing is returned",
    }
