"""The recording of what earlier digits are worth for later ones, at a tiny size."""

import json
import sys

import pytest
import torch
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import transfer

from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record with one or two steps a training; return the rows."""
    monkeypatch.setattr(transfer.torch, "set_num_threads", lambda threads: None)
    monkeypatch.setattr(
        transfer, "WAYS", {way: transfer.WAYS[way] for way in ("from scratch", "frozen")}
    )

    def run(*more):
        given = ["--steps", "1", "--images", "10", "--seeds", "1", "--runs", str(tmp_path)]
        monkeypatch.setattr(sys, "argv", ["transfer.py", *given, *more])
        transfer.main()
        path = tmp_path / transfer.NAME / "rows.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    return run


def test_each_training_has_a_row_and_is_not_repeated(record, monkeypatch):
    rows = record()
    assert [row["way"] for row in rows] == ["from scratch", "frozen"]
    assert all(set(row) == set(recorded_run(transfer.NAME).columns) for row in rows)
    monkeypatch.setattr(transfer, "measure", None)  # would raise
    assert record() == rows


def test_images_are_drawn_by_the_seed_and_evenly(digits):
    some = transfer.draw(digits, 25, seed=3)
    counts = torch.bincount(some.train_labels).tolist()
    assert sum(counts) == 25 and set(counts) == {2, 3}
    assert torch.equal(some.train_images, transfer.draw(digits, 25, seed=3).train_images)
    assert not torch.equal(some.train_images, transfer.draw(digits, 25, seed=4).train_images)
    assert torch.equal(some.test_images, digits.test_images)


def test_each_training_has_about_as_many_steps(digits, monkeypatch):
    """Whether it has ten images or all."""
    steps = []
    monkeypatch.setattr(
        transfer,
        "train_one_epoch",
        lambda model, loader, *_: steps.append(len(loader)),
    )
    for count in (10, 100, 716):
        steps.clear()
        config = transfer.Config(model="resnet18", device="cpu")
        transfer.train(config, transfer.draw(digits, count, 0), 84)
        assert 84 <= sum(steps) < 84 + len(digits.train_labels) / 64
