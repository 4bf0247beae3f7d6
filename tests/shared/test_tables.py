"""Recorded runs and their tables."""

import json

import pytest

from tutorial_code.shared import tables


def test_a_table_that_is_recorded_and_one_that_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "PLACES", (tmp_path / "missing", tmp_path))
    for order, name in enumerate(["some", "nothing"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.toml").write_text(
            f"order = {order}\n"
            'caption = "c"\n'
            'command = "c"\n'
            "[columns]\n"
            'step = ["step", "{}"]\n'
            'seconds = ["seconds", "{:.0f}"]\n'
            'memory_gb = ["GB", "{:.2f}"]\n'
            'epochs = ["epochs", "{}"]\n'
            'fused = ["fused", "{}"]\n'
        )
    tables.show("nothing")
    assert "not recorded yet" in capsys.readouterr().out
    (tmp_path / "some" / "environment.json").write_text('{"gpu": null, "cpu": "C", "torch": "2"}')
    rows = (
        {"step": "a", "seconds": 123.4, "memory_gb": None},
        {"step": "bb", "seconds": None, "memory_gb": None},
        {"step": "c", "epochs": 3},
        {"step": "d", "fused": True},
        {"step": "e", "fused": False},
    )
    (tmp_path / "some" / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    tables.show("some")
    first, other = "step  seconds\na         123\nbb\n", "step  epochs\nc          3\n"
    last = "step  fused\nd       yes\ne        no\n"
    assert capsys.readouterr().out == "some, measured on C, torch 2\n" + first + other + last
    with pytest.raises(LookupError, match="other"):
        tables.recorded_run("other")


# A table is no wider than a page: what the chapter says once need not stand in each row.
LEFT_OUT = {"depth-cpu": {"parameters", "images"}, "depth-gpu": {"parameters", "seconds"}}


def test_every_recorded_run_describes_itself():
    for run in tables.recorded_runs():
        assert run.caption and run.command.split()[0] in ("resnet50", "python")
        for row in run.rows():
            # Switches may be said by a number that stands for them, such as a combination.
            shown = {key for key, v in row.items() if v is not None and not isinstance(v, bool)}
            assert shown - LEFT_OUT.get(run.name, set()) <= set(run.columns), run.name
