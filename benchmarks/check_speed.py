"""How long a reader waits for a verdict: from save to verdict in watch mode, and for a cold ``resnet50 check``.

The cold command is measured beside ``python -c "import torch"``, in alternation, because that is most of it; its
limit is 1.5 times that and a second. In watch mode right and wrong answers take turns; the wrong ones are
catalogued mistakes.

    uv run python benchmarks/check_speed.py [--rounds 5]
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
from tutorial_code.checks.skeletons import imports_of

COMMAND = [sys.executable, "-m", "tutorial_code"]


def answer(exercise: Exercise, wrong: bool, number: int) -> str:
    """Return the text of an answer; its first line differs each time, so that the file changes."""
    parts = [solution_source(name) for name in exercise.names]
    if wrong:
        mistakes = mistakes_of(exercise.names[-1])
        parts[-1] = wrong_source(mistakes[number % len(mistakes)])
    return "\n\n".join([f"# {number}", "import torch", imports_of(exercise), *parts])


def seconds(command: list[str]) -> float:
    """Return how long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def watch(exercise: Exercise, folder: Path, rounds: int) -> list[float]:
    """Return the seconds from each save to its verdict."""
    path = folder / f"{exercise.chapter}.py"
    path.write_text(answer(exercise, wrong=False, number=-1), encoding="utf-8")
    command = [*COMMAND, "check", exercise.id, "--watch", "--file", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    _wait_for_verdict(process)
    times = []
    for number in range(2 * rounds):
        time.sleep(6)  # a reader writes; meanwhile the next process gets ready
        path.write_text(answer(exercise, wrong=number % 2 == 1, number=number), encoding="utf-8")
        start = time.perf_counter()
        _wait_for_verdict(process)
        times.append(time.perf_counter() - start)
    process.kill()
    return times


def _wait_for_verdict(process: subprocess.Popen) -> None:
    for line in process.stdout:
        if "checks passed" in line:
            return


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("from save to verdict    median   slowest")
        for exercise in EXERCISES:
            times = watch(exercise, folder, rounds)
            print(f"{exercise.id:20} {statistics.median(times):7.2f} s {max(times):7.2f} s")
        right = folder / "ch02_bottleneck.py"
        right.write_text(answer(EXERCISES[0], wrong=False, number=0), encoding="utf-8")
        check = [*COMMAND, "check", "bottleneck", "--file", str(right)]
        torch = [sys.executable, "-c", "import torch"]
        pairs = [(seconds(torch), seconds(check)) for _ in range(rounds + 1)][1:]
    imports, checks = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"\nimport torch {imports:.2f} s   cold check of bottleneck {checks:.2f} s   limit {1.5 * imports + 1:.2f} s")


if __name__ == "__main__":
    main()
