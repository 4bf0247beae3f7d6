"""The command ``resnet50``: thin, one function a command. Heavy imports stand where they are needed."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tutorial_code.errors import ReaderError

UsageError = typer.BadParameter.__base__  # typer's own, whichever click it brings

app = typer.Typer(
    help="Train, test and use the ResNet-50 of the tutorial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """What a report can be written as."""

    html = "html"
    ipynb = "ipynb"
    md = "md"


def option(text: str, default: str):
    """Return an option that is None unless given, so that a resumed run can tell; the help shows its default."""
    return typer.Option(help=text, show_default=default)


RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]


@app.command()
def train(
    data: Annotated[str | None, option("digits, cifar10 or folder:PATH", "digits")] = None,
    epochs: Annotated[int | None, option("Passes over the training pictures.", "7")] = None,
    batch_size: Annotated[int | None, option("Pictures a step.", "32")] = None,
    lr: Annotated[float | None, option("Learning rate.", "0.03")] = None,
    momentum: Annotated[float | None, option("Momentum of SGD.", "0.9")] = None,
    weight_decay: Annotated[float | None, option("Weight decay of SGD.", "0.0005")] = None,
    schedule: Annotated[str | None, option("constant, or cosine with an epoch of warm-up", "cosine")] = None,
    device: Annotated[str | None, option("auto, cpu, cuda or mps", "auto")] = None,
    precision: Annotated[str | None, option("auto, fp32 or bf16", "auto")] = None,
    seed: Annotated[int | None, option("Decides all random numbers.", "0")] = None,
    out: Annotated[Path | None, option("The run's folder.", "my_runs/DATA-1, -2, …")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out, or the newest.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the result only.")] = False,
) -> None:
    """Train ResNet-50 and write a run folder with its report."""
    given = {
        "data": data,
        "epochs": epochs,
        "batch_size": batch_size,
        "lr": lr,
        "momentum": momentum,
        "weight_decay": weight_decay,
        "schedule": schedule,
        "device": device,
        "precision": precision,
        "seed": seed,
    }
    given = {name: value for name, value in given.items() if value is not None}
    from rich.console import Console

    from tutorial_code.runs import folder as files
    from tutorial_code.runs.config import Config
    from tutorial_code.runs.training import train as run_training

    asked = Config(**given)
    if resume:
        folder = out or files.newest_folder()
        config = files.configuration_to_resume(folder, given)
    else:
        folder, config = out or files.next_folder(asked.data), asked
    try:
        summary = run_training(config, folder, resume, Console(quiet=quiet, highlight=False))
    except KeyboardInterrupt:
        print(
            f"\nStopped. Every whole epoch is saved: go on with  resnet50 train --resume --out {folder}",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None
    print(f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}%")
    print(f"report     {folder / files.REPORT}")


@app.command()
def test(run: RunFolder) -> None:
    """Test a run's checkpoint again on its test set."""
    from tutorial_code.runs.results import test_run

    test_loss, accuracy = test_run(run)
    print(f"test loss {test_loss:.4f}   test accuracy {accuracy:.2f}%")


@app.command()
def predict(
    run: RunFolder, pictures: Annotated[list[Path], typer.Argument(help="Picture files of any size and mode.")]
) -> None:
    """Name the classes of your own pictures, with probabilities."""
    from tutorial_code.runs.results import predict_pictures

    for path, classes in zip(pictures, predict_pictures(run, pictures), strict=True):
        print(f"{path}: " + ", ".join(f"{name} {probability:.1%}" for name, probability in classes))


@app.command()
def report(
    run: RunFolder,
    to: Annotated[Format, typer.Option(help="The format.")] = Format.html,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file.", show_default="RUN/report.*")
    ] = None,
) -> None:
    """Write the report of a finished run again."""
    from tutorial_code.runs.report import read_recorded, write_report
    from tutorial_code.runs.results import results_of

    read_recorded(run)  # an unfinished run is refused before its network is judged
    path = output or run / f"report.{to.value}"
    write_report(run, results_of(run), to.value, path)
    print(path)


EXERCISE = "bottleneck, resnet50, training or testing"


@app.command()
def check(
    exercise: Annotated[str | None, typer.Argument(metavar="[EXERCISE]", help=EXERCISE, show_default="all")] = None,
    file: Annotated[Path | None, typer.Option(help="Judge this file.", show_default="exercises/...")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON and nothing else.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay open and judge again at every save.")] = False,
    hint: Annotated[bool, typer.Option("--hint", help="Give the next of three hints.")] = False,
) -> None:
    """Check what you wrote: right or wrong, and which mistake it is."""
    import json

    from rich.console import Console

    from tutorial_code.checks import path
    from tutorial_code.checks.exercises import EXERCISES, find_exercise

    console = Console(highlight=False)
    if hint:
        console.print(path.next_hint(find_exercise(exercise) if exercise else path.first_open()), markup=False)
        return
    if exercise is None and (file or as_json):
        raise ReaderError(f"Name the exercise to judge: {EXERCISE}.")
    if exercise is None and not watch:
        raise typer.Exit(0 if path.walk(console) else 1)
    if file and not file.is_file():
        raise ReaderError(f"There is no file {file}: check its name.")
    chosen = [find_exercise(exercise)] if exercise else EXERCISES
    answers = {file or path.answer_file(each): each for each in chosen}
    if watch:
        from tutorial_code.checks.watch import watch_answers

        watch_answers(answers, console)
        raise typer.Exit
    ((answer, asked),) = answers.items()
    from tutorial_code.checks.isolate.worker import judge_file
    from tutorial_code.checks.show import print_verdict

    verdict = judge_file(answer, asked)
    if as_json:
        print(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        print_verdict(console, verdict)
    raise typer.Exit(0 if verdict.passed else 1)


@app.command()
def exercises(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("exercises"),
    force: Annotated[
        bool, typer.Option("--force", help="Write changed files anew; the old ones are kept as .bak.")
    ] = False,
) -> None:
    """Write the files to work in; one that you have changed is left alone."""
    from tutorial_code.checks.skeletons import write_skeletons

    for path, what in write_skeletons(folder, force):
        print(f"{path} {what}")


@app.command()
def notebook(
    solved: Annotated[bool, typer.Option("--solved", help="With the solutions, executed.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", show_default="resnet50[-solved].ipynb")] = None,
) -> None:
    """Write all exercises as one notebook to work in and to hand in."""
    from tutorial_code.checks.notebook import write_notebook

    path = output or Path("resnet50-solved.ipynb" if solved else "resnet50.ipynb")
    if path.exists() and not output:
        raise ReaderError(f"{path} is there already: name another file with -o, or move it away.")
    write_notebook(path, solved)
    print(path)


@app.command()
def grade(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help=EXERCISE)],
    folder: Annotated[Path, typer.Argument(help="Every .py and .ipynb file in it is judged.")],
    json_file: Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write JSON; - prints it.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Files judged at the same time.")] = 2,
) -> None:
    """Judge the files of a whole class, each in a process of its own."""
    from tutorial_code.checks.exercises import find_exercise
    from tutorial_code.checks.grade import grade_folder, print_table, write_json

    verdicts = grade_folder(find_exercise(exercise), folder, jobs)
    if json_file:
        write_json(verdicts, json_file)
    if json_file != "-":
        print_table(verdicts, folder)
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else 1)


def main() -> None:
    """Run the command; a mistake that a person can mend gives one sentence and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except ReaderError as error:
        code = _say(str(error))
    except UsageError as error:
        code = error.exit_code if type(error).__name__ == "NoArgsIsHelpError" else _say(_usage(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code = _say(f"{place}{error.strerror or error}: check the path, your rights and the space on the disk.")
    except (KeyboardInterrupt, typer.Abort):
        print("\nStopped.", file=sys.stderr)
        code = 130
    sys.exit(code)


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return f"{error.format_message()} See {context.command_path if context else 'resnet50'} --help."


def _say(sentence: str) -> int:
    print(f"resnet50: {sentence}", file=sys.stderr)
    return 2
