"""Checkpoints: a damaged one costs little, and no save loses what was there."""

import os
import pickle
from pathlib import Path

import pytest
import torch
from helpers import refused

from tutorial_code.runs.checkpoint import load_checkpoint, load_last_checkpoint, save_checkpoint


@pytest.mark.parametrize(
    "damage", ["truncated", "garbage", "empty", "pickle", "missing", "foreign", "code"]
)
def test_a_bad_checkpoint_falls_back_to_the_one_before_or_is_refused(
    damage, run, command, tmp_path
):
    path = run / "checkpoint.pt"

    class Evil:
        def __reduce__(self):
            return (Path(tmp_path / "executed").touch, ())

    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:1_000_000])
    elif damage == "garbage":
        path.write_bytes(b"not a checkpoint" * 1000)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "pickle":
        path.write_bytes(pickle.dumps(Evil()))
    elif damage == "missing":
        path.unlink()
    elif damage == "foreign":
        torch.save({"weights": torch.ones(3)}, path)
    else:
        torch.save({"weights": Evil()}, path)
    if damage not in ("foreign", "code"):
        code, out, err = command("test", run)
        assert code == 0 and out.startswith("test loss")
        assert (
            err == f"{path} is missing or damaged, so the one before is used: it holds epoch 1.\n"
        )
        (run / "checkpoint-before.pt").unlink()
    for arguments in (["train", "--resume", "--out", run], ["test", run]):
        refused(command(*arguments), "checkpoint.pt")
    assert not (tmp_path / "executed").exists()


def test_a_mended_checkpoint_is_not_lost_by_the_next_save(run):
    path = run / "checkpoint.pt"
    path.write_bytes(b"cut off")
    state = load_last_checkpoint(path, mend=True)
    assert len(state["history"]) == 1 and not (run / "checkpoint-before.pt").exists()
    save_checkpoint(path, state)
    assert len(load_checkpoint(run / "checkpoint-before.pt")["history"]) == 1


def test_a_truncated_checkpoint_costs_an_epoch_and_not_the_run(finished, run, command):
    path = run / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1_000_000])
    code, _, err = command("train", "--resume", "--out", run, "--quiet")
    assert code == 0 and "the one before is used" in err
    again, whole = load_checkpoint(path), load_checkpoint(finished / "checkpoint.pt")
    assert all(torch.equal(again["model"][name], value) for name, value in whole["model"].items())


def test_resume_with_the_checkpoint_of_another_run(run, command):
    state = load_checkpoint(run / "checkpoint.pt")
    state["config"]["seed"] = 5
    save_checkpoint(run / "checkpoint.pt", state)
    refused(command("train", "--resume", "--out", run), "another configuration")


@pytest.mark.filterwarnings("ignore")
def test_a_loss_that_explodes_stops_and_keeps_the_last_good_checkpoint(small, command, tmp_path):
    result = command(
        *small, "--out", "run", "--lr", "1e30", "--schedule", "constant", "--epochs", "3"
    )
    refused(result, "at step 2 (epoch 1, batch 2 of 3)", "--lr 1e+29")
    checkpoint = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    assert all(value.isfinite().all() for value in checkpoint["model"].values())


def test_a_full_disk_while_saving_loses_nothing(run, monkeypatch):
    before = (run / "checkpoint.pt").read_bytes()
    from tutorial_code.shared.errors import ReaderError

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReaderError, match="No space left"):
        save_checkpoint(run / "checkpoint.pt", {"model": torch.ones(10)})
    assert (run / "checkpoint.pt").read_bytes() == before
    assert not list(run.glob("*.tmp"))
