"""The recording of depth, at a tiny size: what it measures, and that it goes on after a kill."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from helpers import ROOT, first_images

sys.path.append(str(ROOT / "benchmarks"))

import depth
import depth_trainings
import records
from depth_trainings import Scale, all_trainings, train

from tutorial_code.ch11_depth import DEPTHS
from tutorial_code.shared.tables import recorded_run

TINY = Scale("digits", (20,), (300, 200), 2, 9, 100, "cpu", 2, (20,))
ABOUT = {"images": 300, "layers": 20, "kind": "residual", "seed": 0}
NEVER = float("inf")


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Use 300 of the digits, five places on a surface, and threads in place of processes."""
    real = depth_trainings.tiny_digits

    monkeypatch.setattr(depth_trainings, "tiny_digits", lambda: first_images(real(), 300))
    monkeypatch.setattr(depth_trainings, "LOOKED_AT", 20)
    monkeypatch.setattr(depth_trainings, "AT", [-1.0, 0.0, 1.0])
    monkeypatch.setattr(records, "ProcessPoolExecutor", lambda jobs, *_: ThreadPoolExecutor(1))


def without_seconds(result):
    """Return the lines of a result but for the time that it took."""
    curve = {key: value for key, value in result.curve.items() if key != "seconds"}
    return result._replace(curve=curve)


def test_a_training_that_was_killed_or_stopped_goes_on_as_if_it_had_not_been(tmp_path, monkeypatch):
    whole = train(ABOUT, TINY, tmp_path / "whole", NEVER)
    assert whole.curve["train_errors"][-1] < whole.curve["train_errors"][0]
    assert len(whole.curve["train_errors"]) == len(whole.curve["test_errors"]) == 3

    monkeypatch.setattr(depth_trainings, "SAVE_EVERY", -1)
    real, tested = depth_trainings.error_of, []

    def dies(*arguments):
        tested.append(1)
        if len(tested) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(depth_trainings, "error_of", dies)
    with pytest.raises(KeyboardInterrupt):
        train(ABOUT, TINY, tmp_path, NEVER)
    assert len(list(tmp_path.glob("*.pt"))) == 1
    monkeypatch.setattr(depth_trainings, "error_of", real)
    assert without_seconds(train(ABOUT, TINY, tmp_path, NEVER)) == without_seconds(whole)

    clock = iter(range(1_000))  # each look at the clock is a second later than the last
    monkeypatch.setattr(time, "time", lambda: next(clock))
    stopped = tmp_path / "stopped"
    assert train(ABOUT, TINY, stopped, 5) is None and len(list(stopped.glob("*.pt"))) == 1
    assert without_seconds(train(ABOUT, TINY, stopped, NEVER)) == without_seconds(whole)
    assert train(ABOUT, TINY, tmp_path / "none", 0) is None
    with pytest.raises(SystemExit, match="another configuration"):
        train(ABOUT, TINY._replace(steps=8), stopped, NEVER)


def test_the_rate_is_the_papers(tmp_path, monkeypatch):
    """0.1 for half of the steps, then a tenth, then a hundredth; less while 110 layers warm up."""
    rates = []

    def watch(network, *arguments, **options):
        optimizer = real(network, *arguments, **options)
        optimizer.register_step_post_hook(lambda o, *_: rates.append(o.param_groups[0]["lr"]))
        return optimizer

    real = depth_trainings.make_optimizer
    monkeypatch.setattr(depth_trainings, "make_optimizer", watch)
    train(ABOUT, TINY._replace(steps=8, surfaces=None), tmp_path, NEVER)
    assert rates == pytest.approx([0.1] * 4 + [0.01] * 2 + [0.001] * 2)
    rates.clear()
    monkeypatch.setattr(depth_trainings, "DEPTHS", {20: 1})  # the deepest of all
    monkeypatch.setattr(depth_trainings, "WARMED_UP", 101)  # at once
    train(ABOUT, TINY._replace(steps=8, surfaces=None), tmp_path / "warm", NEVER)
    assert rates == pytest.approx([0.01] * 3 + [0.1] + [0.01] * 2 + [0.001] * 2)


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record tiny trainings with a few more arguments; return the rows of all files."""
    monkeypatch.setitem(depth.SCALES, "depth-digits-cpu", TINY)

    def run(*more):
        given = ["depth-digits-cpu", "--runs", str(tmp_path), "--keep", str(tmp_path / "kept")]
        monkeypatch.setattr(sys, "argv", ["depth.py", *given, *more])
        depth.main()
        files = {path.stem: path for path in (tmp_path / "depth-digits-cpu").glob("*.jsonl")}
        return {
            name: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for name, path in files.items()
        }

    return run


def test_all_is_recorded_once_and_in_order(record, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(depth_trainings, "SAVE_EVERY", -1)
    assert record("--time-limit", "0") == {}
    assert "the same command continues" in capsys.readouterr().out
    found = record()
    assert "all is recorded" in capsys.readouterr().out
    assert not list((tmp_path / "kept").iterdir())  # what is recorded needs no state
    order = list(all_trainings(TINY))
    assert [{key: curve[key] for key in ABOUT} for curve in found["curves"]] == order
    assert len(found["layers"]) == 2 * len(order)
    assert [row["images"] for row in found["rows"]] == [300, 300, 200, 200]
    (plain, residual), (held, _) = found["rows"][:2], found["rows"][2:]
    assert plain["parameters"] == residual["parameters"] == 269_722
    assert "validation_error" in held and "validation_error" not in plain
    assert set(held) - {"parameters", "seconds"} == set(recorded_run("depth-gpu").columns)
    alike = [c for c in found["curves"] if c["kind"] == "plain" and c["images"] == 300]
    assert plain["test_error"] == pytest.approx(sum(c["test_error"] for c in alike) / 2)
    for cut in found["cuts"]:
        assert len(cut["without"]) == 9 and 0 <= min(cut["without"]) <= max(cut["without"]) <= 100
    for line in found["layers"]:
        assert len(line["gradients"]) == len(line["responses"]) == 19
        assert len(line["activations"]) == 9
    for surface in found["surfaces"]:
        assert torch.tensor(surface["losses"]).shape == (3, 3)

    def again(*_arguments, **_more):
        raise AssertionError("a training is repeated")

    monkeypatch.setattr(depth, "train", again)
    assert record() == found


def test_a_record_that_was_cut_short_is_whole_again(tmp_path):
    """Killed between two files: the curve is missing, the other lines are not."""
    order = list(all_trainings(TINY))
    record = depth.Record(tmp_path, order)
    lines = [order[1] | {"value": 1}]
    old = depth_trainings.Result(order[1], lines, lines, lines)
    for name in depth.FILES:
        record._write(name, order[1], getattr(old, name))
    again = depth.Record(tmp_path, order)
    assert not again.holds(order[1])
    curve = {"train_error": 1.0, "test_error": 2.0, "seconds": 3.0}
    new = [order[1] | {"value": 2}]
    for about, each in ((order[3], [order[3] | {"value": 4}]), (order[1], new)):
        again.add(about, depth_trainings.Result(about | curve, each, each, each))
    third = depth.Record(tmp_path, order)
    assert [line["value"] for line in third.lines["cuts"]] == [2, 4]
    assert third.holds(order[1]) and third.holds(order[3]) and not third.holds(order[0])


def test_the_trainings_are_those_of_the_paper():
    gpu = depth.SCALES["depth-gpu"]
    assert gpu.layers == tuple(DEPTHS) == (20, 32, 44, 56, 110)
    assert (gpu.steps, gpu.batch_size, gpu.images) == (64_000, 128, (50_000, 45_000))
    assert len(list(all_trainings(gpu))) == 2 * 3 * 5 * 2
