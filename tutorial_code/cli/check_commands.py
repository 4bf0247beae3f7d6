"""The commands for checks. Heavy imports are made where they are needed."""

from pathlib import Path
from typing import Annotated

import typer

from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.overwriting import prepare_to_overwrite

EXERCISE = "The id of an exercise, such as bottleneck; resnet50 check lists all of them."


def check(
    exercise: Annotated[
        str | None, typer.Argument(metavar="[EXERCISE]", help=EXERCISE, show_default="all")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Judge this file.", show_default="exercises/...")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdict as JSON and nothing else.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running, and judge again at every save.")
    ] = False,
    hint: Annotated[bool, typer.Option("--hint", help="Show the next of three hints.")] = False,
) -> None:
    """Check what you wrote: right or wrong, and which mistake it is."""
    import json

    from rich.console import Console

    from tutorial_code.checks import progress
    from tutorial_code.checks.exercises import EXERCISES, find_exercise

    console = Console(highlight=False)
    if hint:
        console.print(
            progress.next_hint(find_exercise(exercise) if exercise else progress.first_open()),
            markup=False,
        )
        return
    if exercise is None and (file or as_json):
        ids = ", ".join(each.id for each in EXERCISES)
        raise ReaderError(f"Name the exercise to judge: {ids}.")
    if exercise is None and not watch:
        raise typer.Exit(0 if progress.walk(console) else 1)
    if file and not file.is_file():
        raise ReaderError(f"There is no file {file}: check its name.")
    chosen = [find_exercise(exercise)] if exercise else EXERCISES
    answers = {file or progress.answer_file(each): each for each in chosen}
    if watch:
        from tutorial_code.checks.watch import watch_answers

        watch_answers(answers, console)
        raise typer.Exit
    ((answer, asked),) = answers.items()
    from tutorial_code.checks.terminal import print_verdict

    verdict = progress.judge_answer(answer, asked)
    if as_json:
        print(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        print_verdict(console, verdict)
    raise typer.Exit(0 if verdict.passed else 1)


def exercises(
    folder: Annotated[Path, typer.Argument(help="The folder for the files.")] = Path("exercises"),
    force: Annotated[
        bool,
        typer.Option("--force", help="Overwrite changed files; the old ones are kept as .bak."),
    ] = False,
) -> None:
    """Write the files to work in, and rules for an AI assistant; changed files are left alone."""
    from tutorial_code.checks.skeletons import write_skeletons

    for path, what in write_skeletons(folder, force):
        print(f"{path} {what}")


def notebook(
    solved: Annotated[bool, typer.Option("--solved", help="With solutions, and executed.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", "--out", help="The file.", show_default="resnet50[-solved].ipynb"
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file; the old one is kept as .bak.")
    ] = False,
) -> None:
    """Write all exercises as one notebook to work in and to hand in."""
    from tutorial_code.checks.exercise_notebook import write_notebook

    path = output or Path("resnet50-solved.ipynb" if solved else "resnet50.ipynb")
    prepare_to_overwrite(path, force)
    write_notebook(path, solved)
    print(path)
