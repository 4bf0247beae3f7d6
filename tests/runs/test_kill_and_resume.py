"""A run that is killed, with a real signal, and resumed ends with exactly the weights of one that
was not.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch
from helpers import ROOT

from tutorial_code.runs.checkpoint import load_checkpoint

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


class Command:
    """A command in a process of its own, started by the fork server."""

    def __init__(self, server, arguments):
        self.server = server
        server.stdin.write(json.dumps([str(argument) for argument in arguments]) + "\n")
        server.stdin.flush()
        self.pid = int(server.stdout.readline())

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self):
        return int(self.server.stdout.readline())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork a process")
    errors = tmp_path_factory.mktemp("server") / "errors.txt"
    command = [sys.executable, str(ROOT / "tests" / "runs" / "fork_server.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        errors.open("w", encoding="utf-8") as file,
        subprocess.Popen(command, env=ENVIRONMENT, stderr=file, **pipes) as it,
    ):
        it.errors = errors
        yield it
        it.stdin.close()


def arguments_for(images_folder, epochs):
    options = [
        "--batch-size",
        "8",
        "--epochs",
        str(epochs),
        "--device",
        "cpu",
        "--precision",
        "fp32",
    ]
    return ["train", "--data", f"folder:{images_folder}", *options, "--quiet"]


def same_weights(one, other):
    one, other = load_checkpoint(one / "checkpoint.pt"), load_checkpoint(other / "checkpoint.pt")
    for name in ("model", "ema"):
        for key, value in (one[name] or {}).items():
            assert torch.equal(value, other[name][key]), key
    assert [row[:4] for row in one["history"]] == [row[:4] for row in other["history"]]
    return True


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def inode(path):
    """What tells one file under a name from the next, or None while there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


FULL = ["--recipe", "full", "--no-compile"]


@pytest.mark.parametrize(
    ("recipe", "epochs", "kills"), [([], 20, 20), (FULL, 12, 10)], ids=["basic", "full"]
)
def test_kills(recipe, epochs, kills, server, images_folder, tmp_path):
    """While it starts, while a checkpoint is written, and a random while after one."""
    moments = random.Random(0)
    folder, whole = tmp_path / "run", tmp_path / "whole"
    arguments = [*arguments_for(images_folder, epochs), *recipe]
    resume = ["train", "--resume", "--quiet", "--out", folder]
    checkpoint, half_written = folder / "checkpoint.pt", folder / "checkpoint.pt.tmp"
    writing, in_an_epoch = 0, 0
    for number in range(kills):
        start = resume if (folder / "config.json").exists() else [*arguments, "--out", folder]
        before = inode(checkpoint)
        command = Command(server, [*start, "--save-minutes", "0"])
        if number % 5 == 0:
            time.sleep(moments.uniform(0, 0.3))
        else:
            wait_until(half_written.exists)
        if number % 5 > 1:
            wait_until(lambda: inode(checkpoint) not in (None, before))  # noqa: B023
            time.sleep(moments.uniform(0, 0.03))
        assert command.kill() == -signal.SIGKILL, server.errors.read_text(encoding="utf-8")
        writing += half_written.exists()
        if checkpoint.exists():
            in_an_epoch += load_checkpoint(checkpoint)["progress"]["loader"]["batch"] > 0
    assert writing and in_an_epoch
    assert Command(server, resume).wait() == 0, server.errors.read_text(encoding="utf-8")
    assert Command(server, [*arguments, "--out", whole]).wait() == 0
    assert same_weights(folder, whole)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single process")
def test_ctrl_c_saves_the_batch_and_says_how_to_go_on(server, images_folder, tmp_path):
    folder = tmp_path / "run"
    command = Command(server, [*arguments_for(images_folder, 400), "--out", folder])
    metrics = folder / "metrics.jsonl"
    wait_until(lambda: metrics.exists() and metrics.read_text(encoding="utf-8").count("\n"))
    os.kill(command.pid, signal.SIGINT)
    assert command.wait() == 130
    errors = server.errors.read_text(encoding="utf-8")
    assert f"resnet50 train --resume --output {folder}" in errors and "Traceback" not in errors
    saved = load_checkpoint(folder / "checkpoint.pt")
    assert len(saved["history"]) == metrics.read_text(encoding="utf-8").count("\n")


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=9m", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk needs Linux and the right to mount one")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing(server, images_folder, small_disk, tmp_path):
    """It holds two checkpoints and no third, which is written before the oldest goes."""
    folder, whole = small_disk / "run", tmp_path / "whole"
    arguments = arguments_for(images_folder, 2)
    errors = len(server.errors.read_text(encoding="utf-8"))
    assert Command(server, [*arguments, "--save-minutes", "0", "--out", folder]).wait() == 2
    said = server.errors.read_text(encoding="utf-8")[errors:]
    assert said.count("\n") == 1 and "checkpoint.pt" in said and "free space" in said
    assert load_checkpoint(folder / "checkpoint.pt")["progress"]["loader"]["batch"] == 1
    assert not (folder / "checkpoint.pt.tmp").exists()
    subprocess.run(["mount", "-o", "remount,size=90m", str(small_disk)], check=True)
    assert Command(server, ["train", "--resume", "--quiet", "--out", folder]).wait() == 0
    assert Command(server, [*arguments, "--out", whole]).wait() == 0
    assert same_weights(folder, whole)
