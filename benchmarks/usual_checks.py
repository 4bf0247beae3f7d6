"""The field's usual checks, as a course writes them, to be compared with others on the bank.

    uv run python benchmarks/usual_checks.py FILE EXERCISE --check runs|counts

``runs``: what the answer defines can be called as the exercise says, and what comes back has the
right shape; a loop runs and returns. ``counts`` asks for that, and for what one can count: a
network has as many parameters as it should, an optimizer holds all of them, the loss of a training
falls, and a function gives the right numbers for one example. An answer that raises an error is
refused. The exit code is 0 if the answer passes and 1 if it does not.
"""

import argparse
import contextlib
import io
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.exercises import Exercise, find_exercise

NAMES = ("runs", "counts")
CPU = torch.device("cpu")
PROCESSES = 2
Passed = dict[str, bool]  # by the name of the check


def judge(source: str, exercise: Exercise) -> Passed:
    """Return which of the checks an answer passes."""
    try:
        torch.manual_seed(0)
        defined: dict[str, Any] = {"__name__": "answer"}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "<answer>", "exec"), defined)
            found = [CHECKS[name](defined[name], defined) for name in exercise.names]
    except Exception:
        return dict.fromkeys(NAMES, False)
    runs = all(each["runs"] for each in found)
    return {"runs": runs, "counts": runs and all(each["counts"] for each in found)}


def network(name: str, calls: Sequence[tuple], answer: Any, defined: dict[str, Any]) -> Passed:
    """Build a network and its reference, and compare the shape of the output and the number of
    parameters.

    Args:
        name: of the class.
        calls: arguments of its constructor, and the shape of an input.
        answer: the class of the answer.
        defined: all that the answer's file defines.
    """
    runs = counts = True
    for arguments, shape in calls:
        expected, got = solution(name)(*arguments), answer(*arguments)
        x = torch.randn(shape)
        runs &= got(x).shape == expected(x).shape
        counts &= count(got) == count(expected)
    return {"runs": runs, "counts": counts}


def count(model: nn.Module) -> int:
    """Return the number of parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def function(name: str, make: Callable[[], tuple], answer: Any, defined: dict) -> Passed:
    """Call a function of tensors once, and compare shape and values with what is right."""
    arguments = make()
    expected, got = solution(name)(*arguments), answer(*arguments)
    # Where several tensors are asked for, they are unpacked, whatever they come in.
    wanted, given = (
        list(value) if isinstance(expected, tuple) else [value] for value in (expected, got)
    )
    runs = [value.shape for value in given] == [value.shape for value in wanted]
    close = runs and all(
        torch.allclose(a, b, atol=1e-4) for a, b in zip(given, wanted, strict=True)
    )
    return {"runs": runs, "counts": close}


def convolution_example() -> tuple:
    """Return arguments of ``conv2d``."""
    return torch.randn(2, 3, 8, 8), torch.randn(4, 3, 3, 3), 2, 1


def statistics_example() -> tuple:
    """Return arguments of ``batch_statistics``."""
    return (torch.randn(8, 3, 5, 5),)


def norm_example() -> tuple:
    """Return arguments of ``batch_norm``."""
    x = torch.randn(8, 3, 5, 5)
    return x, x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3)), torch.ones(3), torch.zeros(3)


def criterion(answer: Any, defined: dict[str, Any]) -> Passed:
    """Ask the loss for a scalar, and for its value on one batch."""
    logits, labels = torch.randn(8, 10), torch.randint(10, (8,))
    loss = answer()(logits, labels)
    value = torch.allclose(loss, F.cross_entropy(logits, labels))
    return {"runs": loss.shape == (), "counts": value}


def optimizer(answer: Any, defined: dict[str, Any]) -> Passed:
    """Let an optimizer make a step, and count the parameters that it holds."""
    model = small_network()
    made = answer(model)
    model(torch.randn(2, 3, 8, 8)).sum().backward()
    made.step()
    held = sum(p.numel() for group in made.param_groups for p in group["params"])
    return {"runs": isinstance(made, torch.optim.Optimizer), "counts": held == count(model)}


def training_loop(answer: Any, defined: dict[str, Any]) -> Passed:
    """Train for five epochs with the answer's own loss and optimizer; the loss must fall."""
    model = small_network()
    loss, made = defined["make_criterion"](), defined["make_optimizer"](model)
    loader = DataLoader(images_and_labels(), batch_size=16, shuffle=True)
    losses = [float(answer(model, loader, loss, made, CPU)) for _ in range(5)]
    return {"runs": True, "counts": losses[-1] < losses[0]}


def test_loop(answer: Any, defined: dict[str, Any]) -> Passed:
    """Test a network on four equal batches: two numbers come back, and they are the right ones."""
    model, data = small_network(), images_and_labels()
    loss, accuracy = answer(model, DataLoader(data, batch_size=16), nn.CrossEntropyLoss(), CPU)
    images, labels = data.tensors
    logits = model(images)
    expected = torch.stack(
        [F.cross_entropy(logits, labels), 100 * (logits.argmax(1) == labels).float().mean()]
    )
    got = torch.tensor([float(loss), float(accuracy)])
    return {"runs": True, "counts": torch.allclose(got, expected, rtol=1e-3)}


def small_network() -> nn.Module:
    """Return a network that trains in no time."""
    return nn.Sequential(nn.Flatten(), nn.Linear(192, 32), nn.ReLU(), nn.Linear(32, 10))


def images_and_labels() -> TensorDataset:
    """Return 64 images of noise, with labels that a network can memorize."""
    return TensorDataset(torch.randn(64, 3, 8, 8), torch.randint(10, (64,)))


def parallel_layer(answer: Any, defined: dict[str, Any]) -> Passed:
    """Call the layer in two processes, and count its parameters."""
    shapes = in_group(lambda: answer(8)(torch.randn(4, 8, 5, 5)).shape)
    runs = all(shape == (4, 8, 5, 5) for shape in shapes)
    return {"runs": runs, "counts": count(answer(8)) == count(nn.BatchNorm2d(8))}


def parallel_training(answer: Any, defined: dict[str, Any]) -> Passed:
    """Train by two processes for three epochs: it returns, it saves, and the loss falls."""
    model, data = small_network(), images_and_labels()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pth"
        history, *_ = in_group(lambda: answer(model, data, data, path, 3, 8))
        runs = len(history) == 3 and path.exists()
    return {"runs": runs, "counts": history[-1][0] < history[0][0]}


def in_group(function: Callable[[], Any]) -> list[Any]:
    """Call a function in two forked processes of one group; return the results by rank."""
    context = multiprocessing.get_context("fork")  # so that the answer needs not be pickled
    pipes = [context.Pipe(duplex=False) for _ in range(PROCESSES)]
    with tempfile.TemporaryDirectory() as folder:
        place = (Path(folder) / "group").as_uri()
        processes = [
            context.Process(target=_member, args=(function, place, rank, pipe))
            for rank, (_, pipe) in enumerate(pipes)
        ]
        for process in processes:
            process.start()
        for _, sends in pipes:
            sends.close()
        try:
            results = [receives.recv() for receives, _ in pipes]  # EOFError where one has failed
        finally:
            for process in processes:  # where one has failed, others would wait for it
                process.kill()
                process.join()
    return results


def _member(function: Callable[[], Any], place: str, rank: int, pipe: Any) -> None:
    with contextlib.redirect_stderr(io.StringIO()):
        dist.init_process_group("gloo", init_method=place, rank=rank, world_size=PROCESSES)
        result = function()
        dist.barrier()  # the first to send its result is the first to be ended
        pipe.send(result)


BASIC, NECK = solution("BasicBlock"), solution("Bottleneck")
SMALL = (2, 3, 64, 64)
# As a course would choose them: one or two ordinary configurations.
CHECKS: dict[str, Callable[[Any, dict[str, Any]], Passed]] = {
    "conv2d": partial(function, "conv2d", convolution_example),
    "batch_statistics": partial(function, "batch_statistics", statistics_example),
    "batch_norm": partial(function, "batch_norm", norm_example),
    "Bottleneck": partial(
        network, "Bottleneck", [((256, 64), (2, 256, 8, 8)), ((256, 128, 2), (2, 256, 8, 8))]
    ),
    "ResNet50": partial(network, "ResNet50", [((), SMALL), (([3, 4, 6, 3], 1000), SMALL)]),
    "make_criterion": criterion,
    "make_optimizer": optimizer,
    "train_one_epoch": training_loop,
    "evaluate": test_loop,
    "BasicBlock": partial(
        network, "BasicBlock", [((64, 64), (2, 64, 8, 8)), ((64, 128, 2), (2, 64, 8, 8))]
    ),
    "ResNet": partial(
        network, "ResNet", [((BASIC, [2, 2, 2, 2]), SMALL), ((NECK, [3, 4, 6, 3], 1000), SMALL)]
    ),
    "SyncBatchNorm": parallel_layer,
    "train_distributed": parallel_training,
}


def main() -> int:
    """Judge one file by one of the checks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("exercise")
    parser.add_argument("--check", choices=NAMES, default=NAMES[-1])
    given = parser.parse_args()
    torch.set_num_threads(1)
    passed = judge(given.file.read_text(encoding="utf-8"), find_exercise(given.exercise))
    print("right" if passed[given.check] else "wrong")
    return 0 if passed[given.check] else 1


if __name__ == "__main__":
    sys.exit(main())
