"""The curves of recorded mistakes beside the right ones."""

import json
import re

import pytest

from tutorial_code.shared import mistake_curves, plots, tables


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A recorded run of the right version and two mistakes, one of which explodes."""
    monkeypatch.setattr(tables, "PLACES", (tmp_path,))
    folder = tmp_path / mistake_curves.RUN
    folder.mkdir()
    (folder / "run.toml").write_text('order = 1\ncaption = "c"\ncommand = "python c"\n')
    losses = {"none": [2.0, 1.0], "slow": [2.0, 1.9], "wild": [2.0, float("nan")]}
    files = {
        "rows.jsonl": [
            {"id": id, "accuracy": 50.0, "lowest": 40.0, "highest": 60.0, "loss": each[-1]}
            for id, each in losses.items()
        ],
        "steps.jsonl": [{"id": id, "seed": 0, "losses": each} for id, each in losses.items()],
        "curves.jsonl": [{"id": id, "seed": 0, "accuracies": [10.0, 50.0]} for id in losses],
    }
    for name, rows in files.items():
        (folder / name).write_text("\n".join(map(json.dumps, rows)) + "\n")


def test_each_mistake_is_drawn_beside_the_right_one(record, monkeypatch):
    shown = {}
    monkeypatch.setattr(
        plots, "show", lambda *given, narrow: shown.update({given[1]: (given[0], narrow)})
    )
    mistake_curves.show_mistakes({"slow": "too slow", "wild": "too wild"}, "some", "c", "a")
    for figure in shown["some"]:
        assert len(figure.axes) == 4
        drawn = [[line.get_ydata().tolist() for line in axis.lines] for axis in figure.axes]
        assert [[2.0, 1.0], [2.0, 1.9]] in drawn and [[10.0, 50.0]] * 2 in drawn
        assert [[2.0, 1.0], [2.0, 5.0]] in drawn  # what is no number is at the edge
        svg = plots.to_svg(figure)
        assert "too slow" in svg and len(re.findall("test accuracy, %", svg)) >= 1
    wide, narrow = shown["some"]
    assert wide.get_size_inches()[0] <= 6.4 and narrow.get_size_inches()[0] <= 3.0


def test_what_the_mistakes_reach_is_printed(record, capsys):
    mistake_curves.print_mistakes({"slow": "too slow"})
    _, right, slow = capsys.readouterr().out.splitlines()
    assert right.startswith("right") and slow.startswith("too slow")
    assert "50.0% (40.0 to 60.0)" in slow and "1.90" in slow
