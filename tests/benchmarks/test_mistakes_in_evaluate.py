"""The measurement of the mistakes of evaluate, with a network that takes no time."""

import json
import sys

import pytest
import torch
from helpers import ROOT
from torch import nn

sys.path.append(str(ROOT / "benchmarks"))

import mistakes_in_evaluate as measured

from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Measure some mistakes with a tiny network; return the rows by the mistakes' names."""
    images = torch.randn(10, 3, 4, 4) + 5
    batches = [(images[:7], torch.arange(7) % 3), (images[7:], torch.arange(3))]

    def trained(seed, settings):
        torch.manual_seed(seed)
        network = nn.Sequential(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(48, 3))
        for images, _ in batches * 30:
            network(images)
        return network, batches

    monkeypatch.setattr(measured, "trained", trained)

    def run(*ids):
        given = [*ids, "--seeds", "0", "1", "--runs", str(tmp_path)]
        monkeypatch.setattr(sys, "argv", ["mistakes_in_evaluate.py", *given])
        measured.main()
        lines = (tmp_path / measured.NAME / "rows.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["id"]: row for row in map(json.loads, lines)}

    return run


def test_each_mistake_has_a_row_beside_the_right_one(record):
    rows = record("none", "fraction", "only-accuracy", "trains-while-testing", "autograd-stays-off")
    assert "none" in rows and len(rows) == 5
    assert set(rows["none"]) | {"error"} == set(recorded_run(measured.NAME).columns)
    right = [float(each) for each in rows["none"]["accuracy"].split()]
    assert rows["none"]["accuracy"] == rows["none"]["third"] == rows["none"]["after"]
    fractions = [float(each) for each in rows["fraction"]["accuracy"].split()]
    assert fractions == pytest.approx([each / 100 for each in right])
    assert "unpack" in rows["only-accuracy"]["error"]
    assert rows["trains-while-testing"]["loss"] != rows["none"]["loss"]
    assert torch.is_grad_enabled()
