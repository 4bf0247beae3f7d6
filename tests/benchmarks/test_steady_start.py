"""The recording of the first steps, at a tiny size."""

import json
import sys

import pytest
from helpers import ROOT, first_images

sys.path.append(str(ROOT / "benchmarks"))

import steady_start

from tutorial_code.shared.tables import recorded_run


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record a few steps of small networks with a few more arguments; return curves and rows."""

    few = first_images(steady_start.load_dataset("digits"), 24)
    monkeypatch.setattr(steady_start, "load_dataset", lambda name: few)
    monkeypatch.setattr(steady_start, "STARTS", steady_start.STARTS[2:4])

    def run(*more):
        sizes = ["--steps", "4", "--batch-size", "8", "--blocks", "1", "1", "1", "1"]
        given = [*sizes, "--seeds", "2", "--runs", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["steady_start.py", *given])
        steady_start.main()
        files = (tmp_path / steady_start.NAME / name for name in ("curves.jsonl", "rows.jsonl"))
        return [
            [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            if file.exists()
            else []
            for file in files
        ]

    return run


def test_each_training_has_a_curve_and_each_start_a_row(record, monkeypatch, capsys, tmp_path):
    assert record("--time-limit", "-1") == [[], []]
    assert "the same command continues" in capsys.readouterr().out
    curves, rows = record()
    assert [len(curve["losses"]) for curve in curves] == [4] * 4
    constant, warm = curves[:2]
    # The weights and the first batch are the same, and the first step is a third as long.
    assert constant["losses"][0] == warm["losses"][0] and constant["losses"] != warm["losses"]
    assert set(rows[0]) == set(recorded_run(steady_start.NAME).columns)
    highest = [max(curve["losses"]) for curve in curves if not curve["warmup"]]
    assert rows[0]["warmup"] == "no" and rows[0]["seeds"] == 2
    assert [rows[0]["lowest_highest"], rows[0]["highest"]] == sorted(highest)
    monkeypatch.setattr(steady_start, "train", None)  # would raise
    environment = tmp_path / steady_start.NAME / "environment.json"
    environment.write_text("{}")  # as another machine would have written it
    assert record() == [curves, rows] and environment.read_text() == "{}"
    with pytest.raises(SystemExit, match="another configuration"):
        record("--batch-size", "12")


def test_the_three_kinds_of_first_weights():
    blocks = [1, 1, 1, 1]
    scales = {}
    for weights in (steady_start.PYTORCH, steady_start.HE, steady_start.ZERO):
        model = steady_start.network(weights, blocks)
        scales[weights] = model.conv2_x[0].bn3.weight.unique().tolist()
        spread = model.conv5_x[0].conv2.weight.std().item()
        he = (2 / (512 * 9)) ** 0.5
        expected = he / 6**0.5 if weights == steady_start.PYTORCH else he
        assert spread == pytest.approx(expected, rel=0.02)
    assert list(scales.values()) == [[1.0], [1.0], [0.0]]


def test_a_warm_up_lasts_an_epoch(monkeypatch):
    rates = []
    monkeypatch.setattr(
        steady_start,
        "train_one_epoch",
        lambda model, batches, criterion, optimizer, device: (
            (
                rates.append(optimizer.param_groups[0]["lr"]),
                optimizer.step(),
            )[0]
            or 1.0
        ),
    )
    training = {"weights": steady_start.ZERO, "lr": 0.3, "warmup": True, "seed": 0}
    steady_start.train(training, 5, 512, [1, 1, 1, 1])
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.3, 0.3])
