"""Run any checker over the bank: the right and wrong answers in tests/answers.

    uv run python benchmarks/bank.py --checker "COMMAND {file} {exercise}" [--named] [--limit 3]

The command is called once for each answer, with the path of a copy whose name and first lines do
not say whether it is right. Its exit code is the verdict: 0 says right, 1 says wrong. Any other
code, and no end within the time limit, is no verdict: it accepts no right answer and catches no
wrong one. With --named, the last line that it prints should hold the id of the mistake.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.exercises import EXERCISES, Exercise, find_exercise
from tutorial_code.checks.isolate.process_trees import kill
from tutorial_code.shared.errors import ReaderError

BANK = Path(__file__).parent.parent / "tests" / "answers"
HOSTILE = "hostile"
ATTACKED = "bottleneck"  # the exercise that every hostile answer is one of
# What the first lines of an answer tell: the id of its diagnosis, and what is wrong in words.
TOLD = re.compile(rb"\A(# (EXPECT|MISTAKE|HOSTILE): .*\r?\n)+")
EXPECTED = re.compile(rb"\A# EXPECT: (.+)")


class Answer(NamedTuple):
    """One answer of the bank."""

    path: Path
    exercise: Exercise
    right: bool
    mistake: str  # the id of the diagnosis that a wrong answer is expected to get
    hostile: bool = False


class Judged(NamedTuple):
    """What a checker said about one answer."""

    answer: Answer
    says_right: bool | None  # None: it gave no verdict
    named: bool  # whether it named the expected mistake
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the bank's."""
        return self.says_right is self.answer.right


def answers_of(
    bank: Path = BANK,
    exercises: Iterable[Exercise] = EXERCISES,
    limit: int | None = None,
    hostile: bool = False,
) -> list[Answer]:
    """Return the answers of the bank.

    Args:
        bank: the folder that holds one folder an exercise.
        exercises: those whose answers are taken.
        limit: at most so many of each folder.
        hostile: whether the hostile answers are among them.

    Raises:
        ReaderError: the folder holds none.
    """
    found = [
        _answer(path, exercise)
        for exercise in exercises
        for kind in ("right", "wrong")
        for path in sorted((bank / exercise.id / kind).glob("*.py"))[:limit]
    ]
    if hostile:
        paths = sorted((bank / HOSTILE).glob("*.py"))[:limit]
        found += [_answer(path, find_exercise(ATTACKED))._replace(hostile=True) for path in paths]
    if not found:
        raise ReaderError(f"{bank} holds no answers: name the folder that holds EXERCISE/right.")
    return found


def _answer(path: Path, exercise: Exercise) -> Answer:
    found = EXPECTED.match(path.read_bytes())
    mistake = found[1].decode().strip() if found else ""
    return Answer(path, exercise, right=mistake in {"", "right"}, mistake=mistake)


def text_for_a_checker(answer: Answer) -> bytes:
    """Return the content of an answer without the lines that say what is wrong with it."""
    return TOLD.sub(b"", answer.path.read_bytes())


def ask(command: str, answer: Answer, time_limit: float) -> Judged:
    """Let a checker judge one answer.

    Args:
        command: with ``{file}`` and ``{exercise}``.
        answer: to be judged.
        time_limit: seconds; then the checker and all that it started are ended.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / answer.exercise.file.name
        file.write_bytes(text_for_a_checker(answer))
        words = [
            word.replace("{file}", str(file)).replace("{exercise}", answer.exercise.id)
            for word in shlex.split(command)
        ]
        start = time.perf_counter()
        code, printed = _run(words, time_limit)
        seconds = time.perf_counter() - start
    lines = printed.strip().splitlines() or [""]
    named = answer.mistake in re.split(r"[^\w-]+", lines[-1])
    return Judged(answer, {0: True, 1: False}.get(code), named and code == 1, seconds)


def _run(words: list[str], time_limit: float) -> tuple[int, str]:
    """Return the exit code of a command, -1 if it did not end in time, and what it printed."""
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise ReaderError(f"The checker {words[0]} cannot be started: {error.strerror}.") from error
    try:
        printed, _ = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        kill(process.pid)
        process.communicate()
        return -1, ""
    return process.returncode, printed


def counts(judged: Iterable[Judged]) -> dict[str, int | float]:
    """Return how many answers of each sort there are, and how many of them got their verdict."""
    judged = list(judged)
    right = [each for each in judged if each.answer.right]
    wrong = [each for each in judged if not each.answer.right]
    return {
        "right": len(right),
        "accepted": sum(each.agrees for each in right),
        "wrong": len(wrong),
        "caught": sum(each.agrees for each in wrong),
        "named": sum(each.named for each in wrong),
        "no_verdict": sum(each.says_right is None for each in judged),
        "seconds": round(sum(each.seconds for each in judged), 1),
    }


def report(judged: list[Judged], named: bool) -> str:
    """Return what a person reads: a line for each figure."""
    lines = []
    for words, hostile in (("", False), ("hostile, ", True)):
        chosen = [each for each in judged if each.answer.hostile is hostile]
        if not chosen:
            continue
        found = counts(chosen)
        lines += [
            f"{words}right answers accepted  {found['accepted']} of {found['right']}",
            f"{words}wrong answers caught    {found['caught']} of {found['wrong']}",
        ]
        if named:
            lines.append(f"{words}wrong answers named     {found['named']} of {found['wrong']}")
        lines.append(f"{words}no verdict              {found['no_verdict']}")
        lines.append(f"{words}seconds                 {found['seconds']}")
    return "\n".join(lines)


def disagreements(judged: Iterable[Judged], named: bool) -> list[str]:
    """Return a line for each answer that did not get the bank's verdict or, with ``named``, whose
    mistake got another name.
    """
    said = {True: "accepted", False: "refused", None: "no verdict"}
    lines = []
    for each in judged:
        path = "/".join(each.answer.path.parts[-3:])
        if not each.agrees:
            lines.append(f"{said[each.says_right]:10}  {path}")
        elif named and not each.answer.right and not each.named:
            lines.append(f"other name  {path}")
    return lines


def make_parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checker", required=True, help="a command with {file} and {exercise}")
    parser.add_argument("--named", action="store_true", help="count mistakes that it names, too")
    parser.add_argument("--hostile", action="store_true", help="judge the hostile answers, too")
    parser.add_argument("--exercise", action="append", help="only this one; may be repeated")
    parser.add_argument("--limit", type=int, help="at most so many answers of each folder")
    parser.add_argument("--jobs", type=int, default=1, help="answers judged at the same time")
    parser.add_argument("--time-limit", type=float, default=120.0, help="seconds for an answer")
    parser.add_argument("--bank", type=Path, default=BANK, help="the folder of the answers")
    return parser


def main() -> int:
    """Judge the bank by the checker that was named, and print the figures."""
    given = make_parser().parse_args()
    try:
        if "{file}" not in given.checker:
            raise ReaderError("Write {file} in the checker's command where the answer's path goes.")
        chosen = [find_exercise(id) for id in given.exercise] if given.exercise else EXERCISES
        answers = answers_of(given.bank, chosen, given.limit, given.hostile)
        with ThreadPoolExecutor(max(1, given.jobs)) as pool:
            judged = list(
                pool.map(lambda answer: ask(given.checker, answer, given.time_limit), answers)
            )
    except ReaderError as error:
        print(f"bank: {error}", file=sys.stderr)
        return 2
    print("\n".join([*disagreements(judged, given.named), "", report(judged, given.named)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
