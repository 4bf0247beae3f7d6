"""The output of the commands for runs."""

import math
import subprocess
import sys

import pytest
import torch
from helpers import ROOT, refused

from tutorial_code.runs import training


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--epochs", "0"),
        ("--epochs", "-1"),
        ("--epochs", "two"),
        ("--batch-size", "0"),
        ("--batch-size", "1"),
        ("--batch-size", "1.5"),
        ("--lr", "0"),
        ("--lr", "-0.1"),
        ("--lr", "nan"),
        ("--lr", "inf"),
        ("--lr", "fast"),
        ("--momentum", "1"),
        ("--momentum", "nan"),
        ("--weight-decay", "-1"),
        ("--weight-decay", "nan"),
        ("--schedule", "linear"),
        ("--device", "tpu"),
        ("--precision", "fp8"),
        ("--recipe", "best"),
        ("--stem", "5x5"),
        ("--decay-on", "none"),
        ("--loader", "disk"),
        ("--warmup-epochs", "-1"),
        ("--label-smoothing", "1"),
        ("--label-smoothing", "nan"),
        ("--cutout", "-1"),
        ("--cutout", "8"),  # needs --loader device
        ("--cuda-graphs", ""),  # needs --compile
        ("--val-size", "-1"),
        ("--val-size", "1436"),
        ("--workers", "-1"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--save-minutes", "-1"),
        ("--data", "mnist"),
        ("--data", "folder:nowhere"),
        ("--seed", "-1"),
        ("--color", "red"),
    ],
)
def test_bad_options_are_refused_in_one_sentence(option, value, command, tmp_path):
    refused(command("train", option, *([value] if value else [])))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_device_that_is_not_there(command):
    refused(command("train", "--device", "cuda"), "--device cpu")


def test_a_full_memory_is_said(small, command, monkeypatch):

    def full(*args):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    monkeypatch.setattr(training, "fit", full)
    refused(command(*small, "--out", "run", "--quiet"), "memory is full", "smaller --batch-size")


def test_missing_and_damaged_run_folders(run, command, tmp_path):
    for name in ("test", "report"):
        refused(command(name, tmp_path / "nothing"), "nothing")
    refused(command("predict", run, tmp_path / "nothing.png"), "no image")
    (run / "summary.json").write_text("{")
    refused(command("report", run), "damaged")
    (run / "summary.json").unlink()
    refused(command("report", run), "no finished run")


@pytest.mark.parametrize(
    "name", [None, "train", "test", "predict", "explain", "report", "compare", "export", "try"]
)
def test_help(name, command):
    code, out, err = command(*([name] if name else []), "--help")
    assert code == 0 and "Usage" in out and not err


def test_help_does_not_wait_for_torch():
    code = "import sys, tutorial_code.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_progress_says_what_was_chosen_and_why(small, command):
    code, out, _ = command(*small, "--precision", "auto", "--epochs", "1", "--out", "run")
    assert code == 0
    assert "cpu (asked for)" in out
    assert (
        "bf16 (this cpu computes in it directly)" in out or "fp32 (no fast bf16 was found)" in out
    )
    assert math.isfinite(float(out.split("test loss")[-1].split()[0]))
