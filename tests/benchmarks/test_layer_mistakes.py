"""What mistakes of chapter 2's functions do is recorded once for each of them."""

import json
import sys

from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import layer_mistakes
import torch.nn.functional as F

from tutorial_code.checks.catalogue import mistakes_of, solution


def test_a_mistake_that_has_a_row_is_not_repeated(tmp_path, monkeypatch):
    seen = []

    def fake(functions, seed):
        seen.append(seed)
        losses, accuracies = [2.0, 0.5 + seed], [70.0, 90.0 + seed]
        return {"losses": losses, "accuracies": accuracies, "with_batch": 80.0}

    monkeypatch.setattr(layer_mistakes, "train_and_test", fake)
    mistake = mistakes_of("conv2d")[0].id
    command = ["layer_mistakes.py", "none", mistake, "--runs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    layer_mistakes.main()
    layer_mistakes.main()
    lines = (tmp_path / "layer-mistakes-cpu" / "rows.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    assert [row["id"] for row in rows] == ["none", mistake] and len(seen) == 6
    assert rows[1]["accuracy"] == 91.0 and rows[1]["lowest"] == 90.0 and rows[1]["loss"] == 1.5
    lines = (tmp_path / "layer-mistakes-cpu" / "curves.jsonl").read_text(encoding="utf-8")
    curves = [json.loads(line) for line in lines.splitlines()]
    assert [(curve["id"], curve["seed"]) for curve in curves] == [
        (id, seed) for id in ("none", mistake) for seed in range(3)
    ]
    assert curves[5]["accuracies"] == [70.0, 92.0] and curves[5]["losses"] == [2.0, 2.5]


def test_a_small_network_learns_with_the_right_functions(monkeypatch):
    monkeypatch.setattr(layer_mistakes, "EPOCHS", 2)
    functions = {"conv2d": F.conv2d, "batch_statistics": solution("batch_statistics")}
    functions["batch_norm"] = solution("batch_norm")
    curve = layer_mistakes.train_and_test(functions, 0)
    assert len(curve["losses"]) == len(curve["accuracies"]) == 2
    assert curve["losses"][1] < curve["losses"][0] and curve["with_batch"] > 60


def test_an_error_is_a_row_too(monkeypatch):
    def fails(functions, seed):
        raise RuntimeError("the sizes do not fit\nmore")

    monkeypatch.setattr(layer_mistakes, "train_and_test", fails)
    row, curves = layer_mistakes.row_of(mistakes_of("batch_norm")[0])
    assert not curves
    assert row["error"] == "RuntimeError: the sizes do not fit" and row["answer"] == "batch_norm"
