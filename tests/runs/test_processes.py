"""Trainings of several processes, started by torchrun: equal to one process, resumed by another
number of them, and ended with a sentence when a process fails.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from helpers import ROOT, metrics, read

from tutorial_code.runs.checkpoint import load_checkpoint
from tutorial_code.runs.own_code import components

RUNS = ROOT / "tests" / "runs"
NARROW = RUNS / "narrow_training.py"
OPTIONS = ["--data", "digits", "--device", "cpu", "--precision", "fp32", "--sync-batch-norm"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def begin(processes, *arguments, agent=("--standalone",), **environment):
    """Start a job; without a number of processes, without torchrun."""
    launcher = ["-m", "torch.distributed.run", *agent, "--nproc-per-node", str(processes)]
    return subprocess.Popen(
        [sys.executable, *(launcher if processes else []), *map(str, arguments)],
        env={**ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(job, seconds=180):
    """Return the exit code of a job and what it printed; nothing of it runs any more."""
    processes = [psutil.Process(job.pid)]
    try:
        processes += processes[0].children(recursive=True)
        printed = job.communicate(timeout=seconds)[0]
    finally:
        left = [one for one in processes if one.is_running() and one.status() != "zombie"]
        for one in left:
            one.kill()
    assert not left
    return job.returncode, printed


def run(*arguments, **environment):
    code, printed = ended(begin(*arguments, **environment))
    assert code == 0, printed
    return printed


def train(processes, folder, *options, **environment):
    return run(processes, NARROW, "train", *OPTIONS, "--output", folder, *options, **environment)


def wait_until(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def assert_same(one, other):
    """Three epochs magnify the last digit of float64 to the eighth of the loss."""
    assert len(one) == len(other)
    for row, like in zip(one, other, strict=True):
        assert row == pytest.approx(like, rel=1e-5)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The run of one process, without torchrun, that is not interrupted."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    train(0, folder, "--epochs", 3)
    return folder


def test_gradients_of_unequal_shares_are_those_of_one_process(tmp_path):
    """Of 18 images each of three processes takes six, of the two that are left only one takes any;
    of the batch of 10 the shares are 4, 3 and 3.
    """
    script = RUNS / "gradients_of_processes.py"
    for batch_size, sizes in ((18, [[6, 2], [6, 0], [6, 0]]), (10, [[4, 4], [3, 3], [3, 3]])):
        run(0, script, tmp_path / "one", batch_size)
        run(3, script, tmp_path / "three", batch_size)
        one, three = torch.load(tmp_path / "one"), torch.load(tmp_path / "three")
        assert three["sizes"] == sizes
        assert three["loss"] == pytest.approx(one["loss"], rel=1e-12)
        for found, expected in zip(three["found"], one["found"], strict=True):
            assert (found - expected).norm() < 1e-10 * expected.norm()


def test_one_process_under_torchrun_is_the_plain_command_bit_for_bit(tmp_path):
    options = ["--classes", "0,1", "--epochs", 1, "--ema", "--tta"]
    folders = [tmp_path / "plain", tmp_path / "torchrun"]
    for processes, folder in enumerate(folders):
        train(processes, folder, *options)
    assert metrics(folders[0]) == metrics(folders[1])
    logits = [(folder / "logits.npy").read_bytes() for folder in folders]
    assert logits[0] == logits[1]
    one, other = (load_checkpoint(folder / "checkpoint.pt") for folder in folders)
    for name in ("model", "ema"):
        assert all(torch.equal(value, other[name][key]) for key, value in one[name].items())


def test_the_full_recipe_trains_in_two_processes_and_warns_of_nothing(tmp_path):
    """Gradients of 1×1 kernels in bf16, with their channels last, made PyTorch warn."""
    few = ["--model", "resnet18", "--classes", "0,1", "--epochs", 1, "--no-compile"]
    command = ["-m", "tutorial_code", "train", "--device", "cpu", "--recipe", "full"]
    printed = run(2, *command, *few, "--output", tmp_path / "run")
    assert "processes  2" in printed and "test accuracy" in printed
    assert "arning" not in printed


def test_two_processes_with_synchronized_batch_norm_are_one_process(alone, tmp_path):
    printed = train(2, tmp_path / "run", "--epochs", 3)
    assert "processes  2, each with 32 of the 64 images of a step" in printed
    assert printed.count("training loss") == 1
    assert_same(metrics(alone), metrics(tmp_path / "run"))
    one, two = (np.load(folder / "logits.npy") for folder in (alone, tmp_path / "run"))
    assert np.abs(one - two).max() < 1e-3 * np.abs(one).max()
    assert read(tmp_path / "run" / "environment.json")["processes"] == 2
    assert read(alone / "environment.json")["processes"] == 1
    names = load_checkpoint(tmp_path / "run" / "checkpoint.pt")["model"]
    assert set(names) == set(load_checkpoint(alone / "checkpoint.pt")["model"])


@pytest.mark.parametrize(("first", "then", "killed"), [(1, 2, 0), (2, 1, 1), (2, 3, 0)])
def test_a_killed_run_goes_on_with_another_number_of_processes(
    first, then, killed, alone, tmp_path
):
    """The process is killed within the second epoch."""
    folder = tmp_path / "run"
    options = ["--epochs", 3, "--save-minutes", 0]
    job = begin(first, NARROW, "train", *OPTIONS, "--output", folder, *options)
    saved = folder / "checkpoint.pt"
    wait_until(lambda: (folder / "metrics.jsonl").exists() and len(metrics(folder)) == 1)
    seen = saved.stat().st_mtime_ns
    wait_until(lambda: saved.exists() and saved.stat().st_mtime_ns > seen)
    workers = psutil.Process(job.pid).children()
    ranks = {w.environ().get("RANK"): w for w in workers}
    ranks[str(killed)].kill()
    code, printed = ended(job)
    assert code != 0
    if first > 1:
        assert f"because rank {killed} ended" in printed
        assert printed.count("resnet50: ") == 1
    assert len(metrics(folder)) == 1
    printed = run(then, NARROW, "train", "--resume", "--output", folder)
    assert "in epoch 2 of 3, after" in printed
    assert_same(metrics(alone), metrics(folder))


def test_a_job_stops_together_and_saves(tmp_path):
    """Ctrl-C reaches torchrun, which passes it on; the time limit is that of one clock."""
    folder = tmp_path / "run"
    job = begin(2, NARROW, "train", *OPTIONS, "--output", folder, "--epochs", 50)
    wait_until(lambda: (folder / "metrics.jsonl").exists() and metrics(folder))
    job.send_signal(signal.SIGINT)
    _, printed = ended(job)
    assert printed.count("Stopped. Everything up to the last checkpoint is saved") == 1
    assert f"torchrun --nproc-per-node 2 -m tutorial_code train --resume --output {folder}" in (
        printed
    )
    printed = run(
        2, NARROW, "train", "--resume", "--output", folder, "--time-limit", 0.001, "--quiet"
    )
    assert printed.count("Stopped at the time limit, and saved") == 1


def free_port():
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return one.getsockname()[1]


def test_two_nodes_on_one_machine_and_another_job_beside_them(tmp_path):
    """With ordinary BatchNorm, and what else of a training has to agree."""
    agent = [
        "--nnodes=2",
        "--rdzv-backend=c10d",
        f"--rdzv-endpoint=localhost:{free_port()}",
        "--rdzv-id=1",
    ]
    options = ["--no-sync-batch-norm", "--classes", "0,1,2", "--epochs", 2, "--val-size", 50]
    options += ["--ema", "--loader", "device", "--cutout", 4, "--label-smoothing", 0.1]
    arguments = [NARROW, "train", *OPTIONS, "--output", tmp_path / "nodes", *options]
    nodes = [begin(1, *arguments, agent=agent) for _ in "12"]
    beside = begin(2, NARROW, "train", *OPTIONS, "--output", tmp_path / "beside", *options[1:])
    for job in (*nodes, beside):
        code, printed = ended(job)
        assert code == 0, printed
    assert len(metrics(tmp_path / "nodes")) == len(metrics(tmp_path / "beside")) == 2
    assert read(tmp_path / "nodes" / "environment.json")["processes"] == 2


@pytest.mark.parametrize(
    ("environment", "options", "sentence"),
    [
        (
            {"TROUBLE": "NAN 1"},
            [],
            "rank 1 of 2: Stopped because the loss became nan at step 1 (epoch 1, batch 1 of",
        ),
        (
            {"TROUBLE": "SLEEP 1", "RESNET50_START_LIMIT": "8"},
            [],
            "rank 0 of 2: Rank 1 has not started within 8 seconds",
        ),
        ({}, ["--batch-size", "3"], "rank 0 of 2: A batch of 3 is too small for 2 processes"),
    ],
    ids=["nan", "missing", "batch"],
)
def test_what_fails_in_a_process_is_one_sentence_with_its_rank(
    environment, options, sentence, tmp_path
):
    job = begin(2, NARROW, "train", *OPTIONS, "--output", tmp_path / "run", *options, **environment)
    began = time.monotonic()
    code, printed = ended(job)
    assert code != 0 and time.monotonic() - began < 100
    assert printed.count(f"resnet50: {sentence}") == 1
    assert f"traceback : {sentence}" in printed  # torchrun's own last lines say it, too


@pytest.fixture
def narrow(monkeypatch):
    """The network of the runs of this file, in float32."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from ablation_trainings import NarrowResNet

    monkeypatch.setattr(
        components,
        "CHAPTERS",
        components.CHAPTERS._replace(
            ResNet50=lambda num_classes: NarrowResNet(num_classes, width=8)
        ),
    )


def test_each_command_knows_the_run_of_two_processes(
    tmp_path, narrow, run_command, images_folder, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "run"
    train(2, folder, "--classes", "0,1", "--epochs", 1)
    image = next(Path(images_folder, "test").rglob("*.png"))
    for command in (
        ["test", folder],
        ["report", folder, "--to", "md"],
        ["report", folder, "--to", "ipynb"],
        ["predict", folder, image],
        ["explain", folder, image],
        ["compare", folder, folder],
        ["export", folder],
    ):
        assert run_command(*command) == 0, command
    assert json.loads((folder / "config.json").read_text())["sync_batch_norm"]
