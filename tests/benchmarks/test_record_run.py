"""Recording a run: by its run.toml, never under the name of a commit that did not compute it."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import record_run

from tutorial_code.runs import run_files
from tutorial_code.shared import tables


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A training that is to be recorded, in a folder of its own."""
    folder = tmp_path / "runs" / "some"
    folder.mkdir(parents=True)
    about = 'order = 1\ncaption = "c"\ncommand = "resnet50 train --data {data}"\n'
    (folder / "run.toml").write_text(about, encoding="utf-8")
    monkeypatch.setattr(tables, "PLACES", (tmp_path / "runs",))
    monkeypatch.setenv("KEEP", str(tmp_path / "kept"))
    monkeypatch.setattr(record_run, "describe_project", lambda: {"commit": "new"})
    return tables.recorded_run("some")


def finish(folder, commit):
    folder.mkdir(parents=True, exist_ok=True)
    for name in record_run.KEPT:
        (folder / name).write_text(json.dumps({"commit": commit}), encoding="utf-8")


def test_a_training_is_begun_by_its_command_and_its_small_files_are_kept(
    run, tmp_path, monkeypatch, capsys
):
    commands = []

    def train(command):
        commands.append(command)
        finish(tmp_path / "kept" / "record-some", "new")
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", train)
    monkeypatch.setattr(sys, "argv", ["record_run.py", "some", "8"])
    monkeypatch.setenv("DATA", "folder:images")
    assert record_run.main() == 0
    (command,) = commands
    assert command[1:6] == ["-m", "tutorial_code", "train", "--data", "folder:images"]
    assert command[6:8] == ["--time-limit", "8"] and "--resume" not in command
    assert {path.name for path in run.folder.iterdir()} == {"run.toml", *record_run.KEPT}


@pytest.mark.parametrize(("finished", "commit"), [(True, "new"), (True, "old"), (False, "old")])
def test_what_another_commit_computed_is_not_taken_for_this_ones(
    finished, commit, run, tmp_path, monkeypatch, capsys
):
    kept = tmp_path / "kept" / "record-some"
    finish(kept, commit)
    if not finished:
        (kept / run_files.SUMMARY).unlink()
    monkeypatch.setattr(subprocess, "run", None)
    assert record_run.record_training(run, ["train"]) == 2
    assert f"of commit {commit}: remove it to record again" in capsys.readouterr().out


def test_an_unfinished_training_of_this_commit_goes_on(run, tmp_path, monkeypatch):
    kept = tmp_path / "kept" / "record-some"
    finish(kept, "new")
    (kept / run_files.SUMMARY).unlink()
    commands = []
    monkeypatch.setattr(
        subprocess, "run", lambda command: commands.append(command) or SimpleNamespace(returncode=0)
    )
    assert record_run.record_training(run, ["train"]) == 0
    assert commands[0][-1] == "--resume"


def test_a_measurement_that_writes_no_rows_is_not_called_recorded(run, monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", lambda command: SimpleNamespace(returncode=0))
    assert record_run.record_measurement(run, ["benchmarks/ema_step.py"], []) == 1
    assert "nothing is recorded" in capsys.readouterr().out
