"""Measurements that are recorded piece by piece, and go on where they were stopped."""

import argparse
import json
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from tutorial_code.ch05_training import make_criterion, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch07_results import standard_error
from tutorial_code.checks.catalogue import Mistake, mistakes_of
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import describe_machine

ROOT = Path(__file__).parent.parent
Piece = TypeVar("Piece")
Result = TypeVar("Result")
RIGHT = "none"  # stands for the right version among mistakes
NOT_SETTINGS = {"runs", "time_limit", "ids"}


def make_parser(doc: str) -> argparse.ArgumentParser:
    """Return a parser with the options of every record, and the first line of ``doc``."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where it is recorded")
    parser.add_argument("--time-limit", type=float, default=float("inf"), help="minutes")
    return parser


def settings_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments that a result depends on."""
    return {key: value for key, value in vars(arguments).items() if key not in NOT_SETTINGS}


def describe(
    folder: Path, settings: Mapping[str, Any], pieces: Iterable, machine: Mapping | None = None
) -> None:
    """Write what is measured, with which settings and on what machine.

    Args:
        folder: of the record; it is made if it is not there.
        settings: of the measurement.
        pieces: what the record holds already.
        machine: what it is measured on; without it, this machine's CPU.

    Raises:
        SystemExit: the record holds pieces that were measured with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / run_files.CONFIG
    settings = json.loads(json.dumps(settings))
    if list(pieces):
        if json.loads(config.read_text(encoding="utf-8")) != settings:
            raise SystemExit(
                f"{folder} holds pieces of another configuration: delete them to record this one."
            )
        return  # a record names the machine and the commit that began it
    run_files.write_json(config, settings)
    run_files.write_json(
        folder / run_files.ENVIRONMENT, machine or describe_machine(torch.device("cpu"))
    )


def unrecorded(
    pieces: Iterable[Piece], recorded: Callable[[Piece], bool], minutes: float
) -> Iterator[Piece]:
    """Yield the pieces that are not recorded yet, as long as one more fits into the time."""
    began, longest = time.monotonic(), 0.0
    for piece in pieces:
        if recorded(piece):
            continue
        start = time.monotonic()
        if (start - began + longest) / 60 > minutes:
            print("stopped at the time limit; the same command continues")
            return
        yield piece
        longest = max(longest, time.monotonic() - start)
    print("all is recorded")


def side_by_side(
    pieces: Iterable[Piece], work: Callable[[Piece], Result], jobs: int, minutes: float
) -> Iterator[tuple[Piece, Result]]:
    """Yield pieces with what ``work`` made of them, ``jobs`` of them at a time, as they get done.

    Each works in a process of its own, with one thread. A piece is begun as long as the longest
    one so far would still be done in time.

    Args:
        pieces: in the order in which they are begun.
        work: a function of a module, so that another process finds it.
        jobs: processes.
        minutes: for all of them together.
    """
    began, longest = time.monotonic(), 0.0
    todo = list(pieces)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, torch.set_num_threads, (1,)) as pool:
        running: dict[Future[Result], tuple[Piece, float]] = {}
        while todo or running:
            now = time.monotonic()
            in_time = (now - began + longest) / 60 <= minutes
            while todo and in_time and len(running) < jobs:
                piece = todo.pop(0)
                running[pool.submit(work, piece)] = piece, now
            if not running:
                return
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                piece, start = running.pop(done)
                longest = max(longest, time.monotonic() - start)
                yield piece, done.result()


def row_of_epoch(
    epoch: int, model: nn.Module, loaders: tuple[DataLoader, DataLoader], optimizer: Optimizer
) -> dict[str, Any]:
    """Train for one epoch on a CPU by the chapters' own loops, and test; print and return its row.

    Args:
        epoch: its number, from 1 on.
        model: the network as the loops call it.
        loaders: of training and test batches.
        optimizer: with its schedule.
    """
    train_loader, test_loader = loaders
    criterion, cpu = make_criterion(), torch.device("cpu")
    start = time.perf_counter()
    train_loss = train_one_epoch(model, train_loader, criterion, optimizer, cpu)
    seconds = time.perf_counter() - start
    test_loss, accuracy = evaluate(model, test_loader, criterion, cpu)
    print(f"epoch {epoch:2}  loss {train_loss:.3f}  test {accuracy:.2f}%")
    return {
        "epoch": epoch,
        "train_loss": train_loss,
        "test_loss": test_loss,
        "accuracy": accuracy,
        "standard_error": standard_error(accuracy, len(test_loader.dataset)),
        "seconds": seconds,
    }


def holds(rows: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> bool:
    """Tell whether one of the rows has all of these entries."""
    return any(about.items() <= row.items() for row in rows)


def about(mistake: Mistake | None) -> dict[str, str]:
    """Return what names a mistake in a record; None stands for the right version."""
    if mistake is None:
        return {"id": RIGHT, "answer": RIGHT}
    return {"id": mistake.id, "answer": mistake.answer}


def row_of_seeds(
    mistake: Mistake | None, seeds: Iterable[int], train: Callable[[int], dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Train with a mistake from each seed, as far as there is no error; return its row, and its
    curves: a row for each seed.

    Args:
        mistake: what is trained with; None stands for the right version.
        seeds: of the trainings.
        train: returns ``losses`` and ``accuracies`` of the epochs for a seed, or an ``error``.
    """
    named = about(mistake)
    found = []
    for seed in seeds:
        found.append(train(seed))
        if "error" in found[-1]:
            return named | found[-1], []
    final = [each["accuracies"][-1] for each in found]
    row = named | {
        "accuracy": statistics.mean(final),
        "lowest": min(final),
        "highest": max(final),
        "loss": statistics.mean(each["losses"][-1] for each in found),
    }
    return row, [named | {"seed": seed, **each} for seed, each in zip(seeds, found, strict=True)]


def unrecorded_mistakes(
    answers: Iterable[str], arguments: argparse.Namespace, rows: list[dict[str, Any]]
) -> Iterator[Mistake | None]:
    """Yield the mistakes of these answers that have no row yet, after the right version: those that
    ``arguments.ids`` names, or all.
    """
    every = [None, *(mistake for name in answers for mistake in mistakes_of(name))]
    chosen = [each for each in every if not arguments.ids or about(each)["id"] in arguments.ids]
    return unrecorded(chosen, lambda each: holds(rows, about(each)), arguments.time_limit)
