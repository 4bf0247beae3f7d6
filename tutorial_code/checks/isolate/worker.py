"""Judging a file safely: the answer runs in a process of its own, which only reports; another one
makes the verdict.
"""

import contextlib
import json
import queue
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from tutorial_code.checks.diagnose.verdict import Check, Diagnosis, Verdict, first_mistake
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate import channels, zygote
from tutorial_code.checks.isolate.answers import AnswerError, is_started, read_source
from tutorial_code.checks.isolate.judge_process import the_judge
from tutorial_code.checks.isolate.process_trees import kill, seconds_used

START_LIMIT = 600.0  # seconds to start Python and import torch, on a slow disk or a busy machine
# Seconds of computing, not waiting, so that a right answer passes on a slow machine, too.
MIN_SECONDS = 10.0
# Or, if it is more, this many times the computing time of the chapter's own version.
REFERENCE_FACTOR = 20
IDLE_LIMIT = 60.0  # seconds without any computing: the answer waits for something
WALL_LIMIT = 3600.0  # seconds in all, whatever the answer does
REPORT_LIMIT = 8 << 20  # bytes
PRINTED_LIMIT = 4000  # characters of an answer's output that are kept
AHEAD = 3  # answers that are begun for each one that is judged at the same time
LOOK_EVERY = 0.25  # seconds between looks at the time used


class Worker:
    """A process that has loaded torch and waits for one answer."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.folder = tempfile.mkdtemp(prefix="resnet50-check-")
        steps = any(kind.uses_optimizer for kind in exercise.kinds)
        self.channel = channels.open_channel(
            zygote.ANSWER_WITH_OPTIMIZER if steps else zygote.ANSWER
        )
        self.pid: int | None = None
        self.printed = ""
        self.reports: queue.Queue[bytes | None] = queue.Queue()
        self.readers = [
            threading.Thread(target=self._read_reports, args=(self.channel.read,), daemon=True),
            threading.Thread(target=self._read_prints, args=(self.channel.prints,), daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def look_at(
        self, source: str, path: Path, own: Mapping[str, str]
    ) -> tuple[dict[str, Any] | None, str]:
        """Return the report on an answer, or None and the reason. The process has ended afterwards.

        Args:
            source: the content of the file.
            path: the path of the file; the answer may import from its folder.
            own: sources of the reader's earlier answers by the ids of their exercises, used in
                place of the chapters' versions.
        """
        try:
            ready = self._next(START_LIMIT)
            if ready is None:
                why = channels.why_not_started() or self.printed.strip()[-500:] or "nothing"
                return None, f"The process that runs answers did not start. It said: {why}"
            self.pid = int(ready["ready"])
            job = {"source": source, "name": path.name, "own": dict(own), "folder": self.folder}
            job["exercise"] = self.exercise.id
            # It may import the reader's other files.
            job["paths"] = [str(path.absolute().parent), str(Path.cwd())]
            before = seconds_used(self.pid)
            self.channel.write.write(json.dumps(job).encode() + b"\n")
            self.channel.write.flush()
            limit = max(MIN_SECONDS, REFERENCE_FACTOR * the_judge.seconds(self.exercise.names))
            report = self._report(self.pid, before, limit)
        except _TooLongError as error:
            return None, str(error)
        except queue.Empty:
            return (
                None,
                f"It did not start within {START_LIMIT:.0f} seconds: the machine is too busy. "
                "Try again.",
            )
        except (OSError, ValueError, TypeError, KeyError):
            report = None
        finally:
            self.close()
        ended = (
            "Its process ended before everything was seen: it left Python, or ran out of memory."
        )
        return report, "" if report else ended

    def close(self) -> None:
        """End the process and all that it started in its session."""
        if self.pid is None and not self.reports.empty():
            self.pid = (self._next(0) or {}).get("ready")
        if self.pid is not None:
            kill(self.pid)
        if self.channel.process and self.channel.process.pid != self.pid:
            kill(self.channel.process.pid)
        self.channel.close()
        for reader in self.readers:
            reader.join(timeout=1)  # a process that the answer left may hold the pipe open
        shutil.rmtree(self.folder, ignore_errors=True)

    def _report(self, pid: int, before: float, limit: float) -> dict[str, Any] | None:
        """Wait for the report, and check now and then how much time the answer has used."""
        start = computing = time.monotonic()
        most = 0.0
        while True:
            try:
                return self._next(LOOK_EVERY)
            except queue.Empty:
                used, now = seconds_used(pid) - before, time.monotonic()
                if used > most:
                    most, computing = used, now
                if used > limit:
                    raise _TooLongError(
                        f"It was stopped after computing for {used:.0f} seconds. Look for a "
                        "loop that never ends, and put what else the file computes under  "
                        'if __name__ == "__main__":.'
                    ) from None
                if now - computing > IDLE_LIMIT or now - start > WALL_LIMIT:
                    raise _TooLongError(
                        f"It was stopped after {now - start:.0f} seconds, in which it computed for "
                        f"{most:.1f}. Look for what it waits for: sleep(), input() or another "
                        "process."
                    ) from None

    def _next(self, seconds: float) -> dict[str, Any] | None:
        line = self.reports.get(timeout=seconds) if seconds else self.reports.get_nowait()
        return json.loads(line) if line else None

    def _read_reports(self, pipe: IO[bytes]) -> None:
        with pipe, contextlib.suppress(OSError, ValueError):  # it may have been closed meanwhile
            while line := pipe.readline(REPORT_LIMIT):
                self.reports.put(line)
        self.reports.put(None)

    def _read_prints(self, pipe: BufferedReader) -> None:
        with pipe:
            while chunk := pipe.read1(1 << 16):
                if len(self.printed) < PRINTED_LIMIT:
                    self.printed = (self.printed + chunk.decode("utf-8", "replace"))[:PRINTED_LIMIT]


class _TooLongError(Exception):
    """An answer used more time than it is allowed."""


class Look(NamedTuple):
    """The result of running one answer."""

    records: dict[str, Any]
    problem: tuple[str, str] | None  # an id and a sentence, if it cannot be judged
    printed: str
    seconds: float


def judge_file(
    path: Path,
    exercise: Exercise,
    worker: Worker | None = None,
    own: Mapping[str, str] | None = None,
) -> Verdict:
    """Judge a ``.py`` or ``.ipynb`` file; there is always a verdict. A worker is used only once."""
    return _verdict(path, exercise, _look(path, exercise, own or {}, worker))


def judge_files(
    files: Iterable[tuple[Path, Exercise]], jobs: int, own: Mapping[str, str] | None = None
) -> Iterator[Verdict]:
    """Judge files, ``jobs`` of them at the same time, and yield the verdicts in the order of the
    files.

    The threads only wait for what the answers' processes report; the verdicts are made one after
    another.
    """
    waiting = iter(files)
    with ThreadPoolExecutor(jobs) as pool:

        def begin(count: int) -> list[tuple[Path, Exercise, Future[Look]]]:
            return [
                (path, exercise, pool.submit(_look, path, exercise, own or {}, None))
                for path, exercise in islice(waiting, count)
            ]

        # Only so many are begun in advance: what was seen of an answer is kept until its verdict.
        looks = deque(begin(AHEAD * jobs))
        try:
            while looks:
                path, exercise, look = looks.popleft()
                yield _verdict(path, exercise, look.result())
                looks += begin(1)
        finally:
            for _, _, look in looks:
                look.cancel()


def _look(path: Path, exercise: Exercise, own: Mapping[str, str], worker: Worker | None) -> Look:
    start = time.perf_counter()
    records: dict[str, Any] = {}
    problem: tuple[str, str] | None = None
    try:
        source = read_source(path, exercise.names)
        if not is_started(source, exercise.names):
            raise AnswerError("not-started", f"{path.name} is not started yet.")
        worker = worker or Worker(exercise)
        report, why = worker.look_at(source, path, own)
        if report is None:
            problem = ("no-result", why)
        elif not isinstance(report, dict) or set(report) != {"records", "problem"}:
            problem = ("no-result", "Its process wrote another report than it should.")
        elif report["problem"]:
            id, message = map(str, report["problem"])
            problem = (id, message)
        else:
            records = report["records"]
    except AnswerError as error:
        problem = (error.id, str(error))
        if worker:
            worker.close()
    return Look(records, problem, worker.printed if worker else "", time.perf_counter() - start)


def _verdict(path: Path, exercise: Exercise, look: Look) -> Verdict:
    start = time.perf_counter()
    problem = look.problem
    checks: list[Check] = []
    mistake: Diagnosis | None = None
    if not problem:
        try:
            results = the_judge.results(exercise.names, look.records)
            checks = [check for found, _ in results for check in found]
            mistake = first_mistake(exercise.names, [named for _, named in results])
        except ValueError as error:
            problem = ("no-result", f"What its process reported cannot be read ({error}).")
    if problem:
        id, message = problem
        checks = [Check("the file can be judged", passed=False, message=message)]
        first, _, rest = message.partition(". ")
        mistake = Diagnosis(id, f"{first.rstrip('.')}.", rest or message)
    passed = bool(checks) and mistake is None and all(check.passed for check in checks)
    seconds = look.seconds + time.perf_counter() - start
    return Verdict(exercise.id, str(path), passed, seconds, mistake, checks, look.printed)
