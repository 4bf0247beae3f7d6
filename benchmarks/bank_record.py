"""Record what the field's usual checks and ours make of the bank.

    bash benchmarks/record_run.sh bank-cpu

A row says, of one checker and one exercise, how many right answers it accepts and how many wrong
ones it catches; of ours also how many it names as the bank expects. The last row of a checker sums
them up. The usual checks (``usual_checks.py``) run each answer in a process of its own and refuse
what does not end in time; ours is the machinery of ``resnet50 grade``. What a checker gets wrong
is listed in ``disagreements.jsonl``.
"""

import multiprocessing
import os
import time
from collections.abc import Iterator
from typing import Any

import bank
import records
import torch
import usual_checks
from bank import Answer, Judged, find_exercise

from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.checks.isolate.process_trees import kill
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.checks.isolate.zygote import import_optimizer
from tutorial_code.runs import run_files

NAME = "bank-cpu"
OURS = "resnet50 check"
CHECKERS = {"runs": "it runs, right shape", "counts": "counts and shape", "ours": OURS}
ALL = "all"  # stands for every exercise
DISAGREEMENTS = "disagreements.jsonl"


def usual(answers: list[Answer], time_limit: float) -> Iterator[dict[str, Judged]]:
    """Yield what the usual checks say about each answer, by the name of the check."""
    context = multiprocessing.get_context("fork")  # so that torch is imported once, by this process
    import_optimizer()
    for answer in answers:
        start = time.monotonic()
        receives, sends = context.Pipe(duplex=False)
        text = bank.text_for_a_checker(answer).decode()
        process = context.Process(target=_usual, args=(text, answer.exercise.id, sends))
        process.start()
        sends.close()
        passed = dict.fromkeys(usual_checks.NAMES, False)
        if receives.poll(time_limit):
            passed = _received(receives, passed)
        kill(process.pid)
        process.join()
        seconds = time.monotonic() - start
        yield {name: Judged(answer, says, False, seconds) for name, says in passed.items()}


def _received(receives: Any, otherwise: dict[str, bool]) -> dict[str, bool]:
    try:
        return receives.recv()
    except EOFError:  # the answer ended its process
        return otherwise


def _usual(text: str, exercise: str, sends: Any) -> None:
    os.setsid()  # what the answer starts is ended with it
    torch.set_num_threads(1)
    sends.send(usual_checks.judge(text, find_exercise(exercise)))


def ours(answers: list[Answer]) -> Iterator[Judged]:
    """Yield what this project's own checks say about each answer."""
    verdicts = judge_files([(answer.path, answer.exercise) for answer in answers], jobs=1)
    for answer, verdict in zip(answers, verdicts, strict=True):
        named = verdict.mistake is not None and verdict.mistake.id == answer.mistake
        yield Judged(answer, verdict.passed, named, verdict.seconds)


def judge(piece: tuple[str, Exercise], limit: int | None, time_limit: float) -> dict:
    """Return what the checkers of one kind, ``usual`` or ``ours``, say about an exercise."""
    kind, exercise = piece
    answers = bank.answers_of(bank.BANK, [exercise], limit)
    if kind == "ours":
        return {"ours": list(ours(answers))}
    judged = list(usual(answers, time_limit))
    return {name: [each[name] for each in judged] for name in usual_checks.NAMES}


def row_of(checker: str, exercise: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a checker; only ours names mistakes."""
    shown = {key: value for key, value in found.items() if key != "no_verdict"}
    if checker != "ours":
        shown["named"] = None
    return {"checker": CHECKERS[checker], "exercise": exercise, **shown}


def sums(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over the exercises of one checker."""
    keys = ("right", "accepted", "wrong", "caught", "named", "seconds")
    return {key: round(sum(row[key] or 0 for row in rows), 1) for key in keys}


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows by checker, each checker with its sums where every exercise has a row."""
    made = []
    for checker, words in CHECKERS.items():
        own = [row for row in rows if row["checker"] == words and row["exercise"] != ALL]
        ids = [exercise.id for exercise in EXERCISES]
        made += sorted(own, key=lambda row: ids.index(row["exercise"]))
        if len(own) == len(EXERCISES):
            made.append(row_of(checker, ALL, sums(own)))
    return made


def main() -> None:
    """Judge the answers of each exercise that has no row yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--limit", type=int, help="at most so many answers of each folder")
    parser.add_argument("--seconds", type=float, default=60.0, help="of an answer, usual checks")
    arguments = parser.parse_args()
    folder = arguments.runs / NAME
    rows, missed = (run_files.read_rows(folder / name) for name in (run_files.ROWS, DISAGREEMENTS))
    records.describe(folder, records.settings_of(arguments), rows)
    first = {"usual": CHECKERS["runs"], "ours": OURS}
    pieces = [(kind, exercise) for kind in first for exercise in EXERCISES]

    def recorded(piece: tuple[str, Exercise]) -> bool:
        return records.holds(rows, {"checker": first[piece[0]], "exercise": piece[1].id})

    for piece in records.unrecorded(pieces, recorded, arguments.time_limit):
        for checker, judged in judge(piece, arguments.limit, arguments.seconds).items():
            about = {"checker": CHECKERS[checker], "exercise": piece[1].id}
            rows.append(row_of(checker, piece[1].id, bank.counts(judged)))
            missed.append({**about, "answers": bank.disagreements(judged, checker == "ours")})
            print(rows[-1], flush=True)
        rows = in_order(rows)
        run_files.write_rows(folder / DISAGREEMENTS, missed)
        run_files.write_rows(folder / run_files.ROWS, rows)


if __name__ == "__main__":
    main()
