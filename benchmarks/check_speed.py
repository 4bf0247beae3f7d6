"""How long a reader waits for a verdict, and how many answers ``resnet50 grade`` judges per minute.

For the time from save to verdict, right and wrong answers alternate in watch mode; the wrong ones
are catalogued mistakes. A class is a folder of answers to one exercise, half of them right. The
cold ``resnet50 check`` is measured in alternation with ``python -c "import torch"``, which is most
of it: the rest is the tool's own time.

    uv run python benchmarks/check_speed.py [--rounds 5] [--answers 100]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tutorial_code.checks.catalogue import mistakes_of, solution_source, wrong_source
from tutorial_code.checks.exercises import EXERCISES, Exercise

COMMAND = [sys.executable, "-m", "tutorial_code"]


def answer(exercise: Exercise, wrong: bool, number: int) -> str:
    """Return the text of an answer; its first line differs each time, so that the file changes."""
    parts = [solution_source(name) for name in exercise.names]
    if wrong:
        mistakes = mistakes_of(exercise.names[-1])
        parts[-1] = wrong_source(mistakes[number % len(mistakes)])
    return "\n\n".join([f"# {number}", "import torch", exercise.imports, *parts])


def seconds(command: list[str]) -> float:
    """Return how long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def watch(exercise: Exercise, folder: Path, rounds: int) -> list[float]:
    """Return the seconds from each save to its verdict."""
    path = folder / exercise.file.name
    path.write_text(answer(exercise, wrong=False, number=-1), encoding="utf-8")
    command = [*COMMAND, "check", exercise.id, "--watch", "--file", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    _wait_for_verdict(process)
    times = []
    for number in range(2 * rounds):
        time.sleep(6)  # the reader is typing; meanwhile the next process gets ready
        path.write_text(answer(exercise, wrong=number % 2 == 1, number=number), encoding="utf-8")
        start = time.perf_counter()
        _wait_for_verdict(process)
        times.append(time.perf_counter() - start)
    process.kill()
    return times


def grade(exercise: Exercise, folder: Path, answers: int) -> float:
    """Return how many answers per minute are judged, two at a time, including the start of the
    command.
    """
    folder.mkdir()
    for number in range(answers):
        text = answer(exercise, wrong=number % 2 == 1, number=number)
        (folder / f"{number:03}.py").write_text(text, encoding="utf-8")
    return 60 * answers / seconds([*COMMAND, "grade", exercise.id, str(folder)])


def _wait_for_verdict(process: subprocess.Popen) -> None:
    for line in process.stdout:
        if "checks passed" in line:
            return


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answers", type=int, default=100, help="In the class of each exercise.")
    given = parser.parse_args()
    rounds = given.rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("from save to verdict    median   slowest")
        for exercise in EXERCISES:
            times = watch(exercise, folder, rounds)
            print(f"{exercise.id:20} {statistics.median(times):7.2f} s {max(times):7.2f} s")
        print("\na class of", given.answers, "  answers a minute")
        for exercise in EXERCISES:
            print(f"{exercise.id:14} {grade(exercise, folder / exercise.id, given.answers):10.0f}")
        right = folder / "ch03_bottleneck.py"
        right.write_text(answer(EXERCISES[0], wrong=False, number=0), encoding="utf-8")
        check = [*COMMAND, "check", "bottleneck", "--file", str(right)]
        torch = [sys.executable, "-c", "import torch"]
        pairs = [(seconds(torch), seconds(check)) for _ in range(rounds + 1)][1:]
    imports, checks = (statistics.median(times) for times in zip(*pairs, strict=True))
    above = statistics.median(check - alone for alone, check in pairs)
    print(
        f"\nimport torch {imports:.2f} s   cold check of bottleneck {checks:.2f} s   "
        f"above it {above:.2f} s"
    )


if __name__ == "__main__":
    main()
