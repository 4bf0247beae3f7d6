"""Judging again at every save."""

import threading
from pathlib import Path

from rich.console import Console
from watchfiles import watch

from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate.worker import Worker, judge_file
from tutorial_code.checks.show import print_verdict


def watch_answer(path: Path, exercise: Exercise, console: Console) -> None:
    """Judge the file now and after every save, until Ctrl-C. A process with torch loaded always waits ahead."""
    worker = Worker(exercise)
    try:
        console.print(f"Watching {path}. Save to check again; Ctrl-C ends.", style="dim", highlight=False)
        worker = _judge(path, exercise, console, worker)
        threading.Thread(target=_get_ready, args=(exercise,), daemon=True).start()
        for _ in watch(
            path.parent, watch_filter=lambda change, file: Path(file).name == path.name, debounce=50, step=10
        ):
            if path.is_file():  # some editors remove a file before they write it again
                worker = _judge(path, exercise, console, worker)
    finally:
        worker.close()


def _judge(path: Path, exercise: Exercise, console: Console, worker: Worker) -> Worker:
    verdict = judge_file(path, exercise, worker)
    console.rule(style="dim")
    print_verdict(console, verdict)
    return Worker(exercise)


def _get_ready(exercise: Exercise) -> None:
    """Look at every catalogued mistake once, so that the first wrong answer need not wait for it."""
    from tutorial_code.checks.diagnose.recognise import prepare

    for name in exercise.names:
        prepare(name)
