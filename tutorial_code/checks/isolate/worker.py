"""Judging a file safely: the answer runs in a process of its own, which only reports; the verdict is made here."""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from tutorial_code.checks.diagnose.verdict import Check, Named, Verdict
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate.answers import AnswerError, is_started, read_source

START_LIMIT = 120.0  # seconds to start Python and import torch, on a slow disk
TIME_LIMIT = 12.0  # seconds for an answer; a right one takes less than one
REPORT_LIMIT = 8 << 20  # bytes
PRINTED_LIMIT = 4000  # characters of what an answer prints that are kept


class Worker:
    """A process that has torch loaded and waits for one answer."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.folder = tempfile.mkdtemp(prefix="resnet50-check-")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tutorial_code.checks.isolate.child", *exercise.names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.pid: int | None = None
        self.printed = ""
        self.reports: queue.Queue[bytes | None] = queue.Queue()
        self.readers = [
            threading.Thread(target=self._read_reports, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self._read_prints, args=(self.process.stderr,), daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def look_at(self, source: str, path: Path) -> tuple[dict[str, Any] | None, str]:
        """Return the report on an answer, or None and why there is none. The process is gone afterwards."""
        try:
            ready = self._next(START_LIMIT)
            if ready is None:
                return (
                    None,
                    f"The process that runs answers did not start. It said: {self.printed.strip()[-500:] or 'nothing'}",
                )
            self.pid = ready["ready"]
            job = {"source": source, "names": self.exercise.names, "name": path.name, "folder": self.folder}
            job["paths"] = [
                str(path.absolute().parent),
                str(Path.cwd()),
            ]  # an answer may import the reader's other files
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            self.process.stdin.flush()
            report = self._next(TIME_LIMIT)
        except queue.Empty:
            return None, f"It was stopped after {TIME_LIMIT:.0f} seconds. Look for a loop that never ends."
        except (OSError, ValueError, TypeError, KeyError):
            report = None
        finally:
            self.close()
        if not isinstance(report, dict) or set(report) != {"records", "problem"}:
            return None, "Its process ended before everything was seen: it left Python, or ran out of memory."
        return report, ""

    def close(self) -> None:
        """End the process and all that it started in its session."""
        for pid in filter(None, (self.pid, self.process.pid)):
            _kill(pid)
        self.process.wait()
        with contextlib.suppress(OSError):  # what was not sent to a process that is gone
            self.process.stdin.close()
        for reader in self.readers:
            reader.join(timeout=1)  # a process that an answer left behind may hold the pipe open
        shutil.rmtree(self.folder, ignore_errors=True)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        line = self.reports.get(timeout=seconds)
        return json.loads(line) if line else None

    def _read_reports(self, pipe: IO[bytes]) -> None:
        with pipe:
            while line := pipe.readline(REPORT_LIMIT):
                self.reports.put(line)
        self.reports.put(None)

    def _read_prints(self, pipe: IO[bytes]) -> None:
        with pipe:
            while chunk := pipe.read1(1 << 16):
                if len(self.printed) < PRINTED_LIMIT:
                    self.printed = (self.printed + chunk.decode("utf-8", "replace"))[:PRINTED_LIMIT]


def judge_file(path: Path, exercise: Exercise, worker: Worker | None = None) -> Verdict:
    """Judge a ``.py`` or ``.ipynb`` file; whatever it does, there is a verdict. A worker is used once."""
    start = time.perf_counter()
    try:
        source = read_source(path)
        if not is_started(source, exercise.names):
            raise AnswerError("not-started", f"{path.name} is not started yet.")
    except AnswerError as error:
        if worker:
            worker.close()
        return _failed(exercise, path, start, error.id, str(error))
    worker = worker or Worker(exercise)
    import torch  # while the worker does the same

    from tutorial_code.checks.diagnose.judge import judge, reference_record

    torch.set_num_threads(1)  # as in the worker; several threads only wait for each other in networks this small
    for name in exercise.names:
        reference_record(name)
    report, why = worker.look_at(source, path)
    if report is None:
        return _failed(exercise, path, start, "no-result", why)
    checks: list[Check] = []
    mistake: Named | None = None
    try:
        if report["problem"]:
            id, message = report["problem"]
            return _failed(exercise, path, start, str(id), str(message))
        for name in exercise.names:
            found, named = judge(name, report["records"][name])
            checks += found
            mistake = mistake or named
    except (KeyError, TypeError, AttributeError, ValueError) as error:  # a report that no worker of ours writes
        return _failed(exercise, path, start, "no-result", f"Its report cannot be read ({type(error).__name__}).")
    passed = bool(checks) and mistake is None and all(check.passed for check in checks)
    return Verdict(exercise.id, str(path), passed, time.perf_counter() - start, mistake, checks, worker.printed)


def _failed(exercise: Exercise, path: Path, start: float, id: str, message: str) -> Verdict:
    check = Check("the file can be judged", passed=False, message=message)
    mistake = Named(id, message.split(". ")[0].rstrip(".") + ".", message)
    return Verdict(exercise.id, str(path), False, time.perf_counter() - start, mistake, [check])


def _kill(pid: int) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
