"""Resuming a run."""

import json

from helpers import metrics, refused

from tutorial_code.runs.checkpoint import load_checkpoint, save_checkpoint


def test_resume_where_there_is_no_run(command, tmp_path):
    refused(command("train", "--resume", "--out", tmp_path / "nothing"), "no run")
    refused(command("train", "--resume"), "no run")


def test_resume_with_another_configuration(run, small, command):
    refused(command(*small, "--resume", "--lr", "0.5", "--out", run), "--lr", "0.04")


def test_a_run_that_is_older_than_an_option_goes_on(run, command):
    state = load_checkpoint(run / "checkpoint.pt")
    del state["config"]["conv1x1_matmul"]
    save_checkpoint(run / "checkpoint.pt", state)
    (run / "config.json").write_text(json.dumps(state["config"]), encoding="utf-8")
    assert command("train", "--resume", "--out", run, "--quiet")[0] == 0
    state["config"] = "none"
    save_checkpoint(run / "checkpoint.pt", state)
    refused(command("train", "--resume", "--out", run), "not written by resnet50 train")


def test_resuming_a_finished_run_changes_nothing(run, command):
    before = metrics(run)
    assert command("train", "--resume", "--out", run, "--quiet")[0] == 0
    assert metrics(run) == before
