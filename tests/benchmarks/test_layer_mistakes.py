"""What mistakes of chapter 2's functions do is recorded once for each of them."""

import json
import sys

from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import layer_mistakes

from tutorial_code.checks.catalogue import mistakes_of


def test_a_mistake_that_has_a_row_is_not_repeated(tmp_path, monkeypatch):
    seen = []

    def fake(functions, seed):
        seen.append(seed)
        return 0.5 + seed, 90.0 + seed, 80.0

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


def test_an_error_is_a_row_too(monkeypatch):
    def fails(functions, seed):
        raise RuntimeError("the sizes do not fit\nmore")

    monkeypatch.setattr(layer_mistakes, "train_and_test", fails)
    row = layer_mistakes.row_of(mistakes_of("batch_norm")[0])
    assert row["error"] == "RuntimeError: the sizes do not fit" and row["answer"] == "batch_norm"
