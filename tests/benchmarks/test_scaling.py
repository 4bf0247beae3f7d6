"""The recording of how two processes scale, with a step of two images."""

import json
import sys

from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import scaling

from tutorial_code.shared.tables import recorded_run


def test_every_way_has_a_row_and_a_profile_shows_the_exchange_within_backward(
    tmp_path, monkeypatch
):
    few = [
        (name, processes, 2, exchange, alone)
        for name, processes, _, exchange, alone in scaling.WAYS
    ]
    monkeypatch.setattr(scaling, "WAYS", few)
    monkeypatch.setattr(scaling, "EACH", 2)
    given = ["--rounds", "1", "--steps", "1", "--runs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["scaling.py", *given])
    scaling.main()
    rows, parts = (
        [json.loads(line) for line in (tmp_path / scaling.NAME / name).read_text().splitlines()]
        for name in ("rows.jsonl", scaling.TIMELINE)
    )
    assert [row["way"] for row in rows] == [way[0] for way in scaling.WAYS]
    assert all(set(row) == set(recorded_run(scaling.NAME).columns) for row in rows)
    assert rows[0]["ratio"] == 1 and all(row["speed"] > 0 for row in rows)
    [backward] = [row for row in parts if row["part"] == "backward"]
    exchanges = [row for row in parts if row["part"] == "exchange"]
    assert len(exchanges) > 1  # DDP sends the gradient in buckets
    assert backward["begin"] < exchanges[0]["begin"] < backward["end"]
    assert {row["part"] for row in parts} == set(scaling.PARTS.values())
