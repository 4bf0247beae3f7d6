"""Judge again at every save."""

from itertools import chain
from pathlib import Path

from rich.console import Console
from watchfiles import watch

from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate.judge_process import the_judge
from tutorial_code.checks.isolate.worker import Worker
from tutorial_code.checks.progress import judge_answer
from tutorial_code.checks.terminal import print_verdict


def watch_answers(answers: dict[Path, Exercise], console: Console) -> None:
    """Judge each file after every save, until Ctrl-C; a single file is also judged at once.

    A process that has loaded torch is always kept ready, so that a verdict takes no longer than
    running the answer.
    """
    by_path = {path.absolute(): exercise for path, exercise in answers.items()}
    shown = {path.absolute(): path for path in answers}
    worker = Worker(next(iter(answers.values())))
    names = ", ".join(map(str, answers))
    folders = {path.parent for path in by_path}
    saves = watch(
        *folders, debounce=50, step=10, recursive=False, rust_timeout=100, yield_on_timeout=True
    )
    try:
        first = next(saves)  # from here on no save is missed, even during the first verdict
        console.print(
            f"Watching {names}. Save to check again; Ctrl-C ends.", style="dim", highlight=False
        )
        if len(answers) == 1:
            worker = _judge(*next(iter(answers.items())), console, worker)
        the_judge.get_ready([name for exercise in answers.values() for name in exercise.names])
        for changes in chain([first], saves):
            for path in sorted({Path(name).absolute() for _, name in changes} & by_path.keys()):
                if path.is_file():  # some editors remove a file before they write it again
                    worker = _judge(shown[path], by_path[path], console, worker)
    finally:
        worker.close()


def _judge(path: Path, exercise: Exercise, console: Console, worker: Worker) -> Worker:
    worker.exercise = exercise
    verdict = judge_answer(path, exercise, worker)
    console.rule(style="dim")
    print_verdict(console, verdict)
    return Worker(exercise)
