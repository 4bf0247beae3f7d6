"""Record a run by the command in its run.toml; see record_run.sh, which finds a Python for it."""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tutorial_code.runs import run_files
from tutorial_code.runs.project import describe_project
from tutorial_code.shared.tables import RecordedRun, recorded_runs

KEPT = (
    run_files.CONFIG,
    run_files.ENVIRONMENT,
    run_files.SUMMARY,
    run_files.CLASSES,
    run_files.METRICS,
    run_files.LOGITS,
)


def main() -> int:
    """Run the command, and put what came of a training into runs/NAME."""
    runs = {run.name: run for run in recorded_runs()}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=runs)
    parser.add_argument("minutes", nargs="?", help="stop after about so many")
    given = parser.parse_args()
    run = runs[given.name]
    if (commit := describe_project()["commit"] or "").endswith("-dirty"):
        print(f"Something is changed that is not committed: the record will name {commit}.")
    command = shlex.split(run.command.format(data=os.environ.get("DATA", "cifar10")))
    limit = ["--time-limit", given.minutes] if given.minutes else []
    if command[0] == "resnet50":
        return record_training(run, [*command[1:], *limit])
    return record_measurement(run, command[1:], limit)


def record_training(run: RecordedRun, arguments: list[str]) -> int:
    """Train, or go on with a training, and keep its small files once it is finished."""
    folder = Path(os.environ.get("KEEP", run_files.MY_RUNS)) / f"record-{run.name}"
    resume = []
    if (folder / run_files.CONFIG).exists():
        resume = ["--resume"]
        environment = json.loads((folder / run_files.ENVIRONMENT).read_text(encoding="utf-8"))
        begun, now = environment.get("commit"), describe_project()["commit"]
        finished = (folder / run_files.SUMMARY).exists()
        if finished or begun != now:
            state = "a finished run" if finished else "a run that was begun"
            print(f"{folder} holds {state} of commit {begun}: remove it to record again.")
            return 2
    command = [sys.executable, "-m", "tutorial_code", *arguments, "--output", str(folder), *resume]
    code = subprocess.run(command).returncode
    if code == 0 and (folder / run_files.SUMMARY).exists():
        for name in KEPT:
            shutil.copy(folder / name, run.folder / name)
        print(f"recorded in runs/{run.name}")
    return code


def record_measurement(run: RecordedRun, command: list[str], limit: list[str]) -> int:
    """Run a script that writes its rows into runs/NAME itself."""
    code = subprocess.run([sys.executable, *command, *limit]).returncode
    if code == 0 and not run.rows() and not limit:
        print(f"The command wrote no {run_files.ROWS} into runs/{run.name}: nothing is recorded.")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
