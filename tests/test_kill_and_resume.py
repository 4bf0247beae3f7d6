"""A run that is killed, with a real signal, and resumed ends with exactly the weights of one that was not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tutorial_code.runs.checkpoint import load_checkpoint

ROOT = Path(__file__).parent.parent


def begin(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tutorial_code", "train", "--out", str(folder), *arguments]
    with folder.with_name("errors.txt").open("w", encoding="utf-8") as errors:
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)


def errors_of(folder):
    return folder.with_name("errors.txt").read_text(encoding="utf-8")


def wait_until(condition, process, folder):
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, errors_of(folder)
        assert time.monotonic() < deadline
        time.sleep(0.002)


def epochs_saved(folder):
    path = folder / "metrics.jsonl"
    return path.read_text(encoding="utf-8").count("\n") if path.exists() else -1


@pytest.fixture(scope="module")
def arguments(pictures_folder):
    data = f"folder:{pictures_folder}"
    return ["--data", data, "--batch-size", "8", "--epochs", "2", "--device", "cpu", "--precision", "fp32"]


@pytest.fixture(scope="module")
def uninterrupted(train_small):
    return load_checkpoint(train_small(2) / "checkpoint.pt")


def test_three_kills(arguments, uninterrupted, tmp_path):
    folder = tmp_path / "run"
    half_written = folder / "checkpoint.pt.tmp"

    def while_starting():
        return (folder / "config.json").exists()

    def while_the_first_epoch_is_saved():
        return epochs_saved(folder) == 0 and half_written.exists()

    def in_the_second_epoch():
        return epochs_saved(folder) >= 1

    kills = [while_starting, while_the_first_epoch_is_saved, in_the_second_epoch]
    for number, moment in enumerate(kills):
        process = begin(folder, *(arguments if number == 0 else ["--resume"]))
        wait_until(moment, process, folder)
        process.kill()
        process.wait()
    process = begin(folder, "--resume")
    assert process.wait(timeout=300) == 0, errors_of(folder)

    resumed = load_checkpoint(folder / "checkpoint.pt")
    for name, value in uninterrupted["model"].items():
        assert torch.equal(resumed["model"][name], value), name
    assert [row[:4] for row in resumed["history"]] == [row[:4] for row in uninterrupted["history"]]
    assert epochs_saved(folder) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single process")
def test_ctrl_c_saves_and_says_how_to_go_on(arguments, tmp_path):
    folder = tmp_path / "run"
    process = begin(folder, *arguments)
    wait_until(lambda: epochs_saved(folder) >= 1, process, folder)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert f"resnet50 train --resume --out {folder}" in errors_of(folder)
    assert "Traceback" not in errors_of(folder)
    assert len(load_checkpoint(folder / "checkpoint.pt")["history"]) == epochs_saved(folder)
