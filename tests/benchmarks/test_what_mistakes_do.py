"""The measurement of the catalogued mistakes, in a small form."""

import json
import sys

import pytest
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import what_mistakes_do
from records import RIGHT, about

from tutorial_code.checks.catalogue import mistakes_of, solution_source
from tutorial_code.shared.tables import recorded_run


def test_the_narrow_network_has_a_quarter_of_each_width():
    sources = [solution_source(name) for name in ("Bottleneck", "ResNet50")]
    network = what_mistakes_do.narrow_network(*sources, classes=10)
    assert network.conv1.out_channels == 16 and network.fc.in_features == 512
    assert len(network.conv4_x) == 6


def test_a_row_for_each_mistake_that_is_not_repeated(tmp_path, monkeypatch, capsys):
    def run(*ids):
        given = ["--runs", str(tmp_path), "--seeds", "0", "--epochs", "1", "--batch-size", "512"]
        monkeypatch.setattr(sys, "argv", ["what_mistakes_do.py", *given, *ids])
        what_mistakes_do.main()
        text = (tmp_path / what_mistakes_do.NAME / "rows.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    first, failed = run("none", "x-overwritten")
    assert first["id"] == "none" and first["loss"] > 1
    text = (tmp_path / what_mistakes_do.NAME / "curves.jsonl").read_text(encoding="utf-8")
    (curve,) = [json.loads(line) for line in text.splitlines()]
    assert curve["id"] == "none" and curve["seed"] == 0 and len(curve["losses"]) == 1
    assert "steps" not in curve
    text = (tmp_path / what_mistakes_do.NAME / "steps.jsonl").read_text(encoding="utf-8")
    (steps,) = [json.loads(line) for line in text.splitlines()]
    sizes = [512, 512, 413]  # of 1,437 images
    mean = sum(n * loss for n, loss in zip(sizes, steps["losses"], strict=True)) / sum(sizes)
    assert steps["id"] == "none" and curve["losses"][0] == pytest.approx(mean, abs=1e-3)
    assert failed["id"] == "x-overwritten" and "RuntimeError" in failed["error"]
    monkeypatch.setattr(what_mistakes_do, "row_of", lambda *given: pytest.fail("it is repeated"))
    assert len(run("none", "x-overwritten")) == 2


def test_what_is_recorded_is_of_mistakes_that_there_are():
    known = [(name, each.id) for name in what_mistakes_do.NAMES for each in mistakes_of(name)]
    known.append((RIGHT, RIGHT))
    rows = recorded_run(what_mistakes_do.NAME).rows()
    assert {(row["answer"], row["id"]) for row in rows} <= set(known)
    ids = [id for _, id in known]
    # What is drawn is found by its id alone.
    assert all(ids.count(id) == 1 for id in what_mistakes_do.DRAWN)


def test_a_mistake_of_the_same_name_in_another_answer_has_its_own_row(tmp_path, monkeypatch):
    given = ["what_mistakes_do.py", "--runs", str(tmp_path), "no-super-init"]
    monkeypatch.setattr(sys, "argv", given)
    monkeypatch.setattr(what_mistakes_do, "row_of", lambda mistake, _: (about(mistake), []))
    what_mistakes_do.main()
    rows = (tmp_path / what_mistakes_do.NAME / "rows.jsonl").read_text(encoding="utf-8")
    answers = [json.loads(row)["answer"] for row in rows.splitlines()]
    assert answers == ["Bottleneck", "ResNet50"]


def test_a_mistake_that_switches_autograd_off_does_not_harm_the_next(tmp_path, monkeypatch):
    given = ["--runs", str(tmp_path), "--seeds", "0", "--epochs", "1", "--batch-size", "512"]
    for ids in (["no-grad-in-training"], ["none"]):
        monkeypatch.setattr(sys, "argv", ["what_mistakes_do.py", *given, *ids])
        what_mistakes_do.main()
    text = (tmp_path / what_mistakes_do.NAME / "rows.jsonl").read_text(encoding="utf-8")
    rows = {row["id"]: row for row in map(json.loads, text.splitlines())}
    assert "does not require grad" in rows["no-grad-in-training"]["error"]
    assert rows["none"]["loss"] > 1
