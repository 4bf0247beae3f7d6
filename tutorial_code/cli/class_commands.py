"""The commands for whoever teaches a class. Heavy imports are made where they are needed."""

from pathlib import Path
from typing import Annotated

import typer

from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.overwriting import prepare_to_overwrite

ALL = "all"
EXERCISE = (
    "The id of an exercise, such as bottleneck, for which every file is judged; or all, and each "
    "file is judged for what it defines."
)
FORCE = "Replace an existing file; the old one is kept as .bak."


def grade(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE|all", help=EXERCISE)],
    folder: Annotated[Path, typer.Argument(help="Every .py and .ipynb file in it is judged.")],
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write JSON here; - prints it.")
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a report of the class here."),
    ] = None,
    csv_file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write a table here: one row for each student and exercise.",
        ),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The address of the site that the report links to.",
            show_default="where mkdocs serve shows it",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many files to judge at the same time.")] = 2,
    force: Annotated[bool, typer.Option("--force", help=FORCE)] = False,
) -> None:
    """Judge the files of a whole class, each in a process of its own."""
    from tutorial_code.checks.exercises import find_exercise
    from tutorial_code.checks.grade import grade_folder, print_table, write_json

    if site and not site.startswith(("http://", "https://", "file://")):
        raise ReaderError(f"--site {site} is no address: begin it with https:// or file://.")
    asked = None if exercise == ALL else find_exercise(exercise)
    written = [html_file, csv_file, Path(json_file) if json_file not in {None, "-"} else None]
    targets = [path for path in written if path]
    if len(set(targets)) < len(targets):
        raise ReaderError("Two of the files to write have the same name: give each its own.")
    for path in targets:
        prepare_to_overwrite(path, force)
    verdicts = grade_folder(asked, folder, jobs)
    if json_file:
        write_json(verdicts, json_file)
    if html_file or csv_file:
        _write_reports(verdicts, folder, html_file, csv_file, site)
    if json_file != "-":
        print_table(verdicts, folder)
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else 1)


def _write_reports(
    verdicts: list, folder: Path, html_file: Path | None, csv_file: Path | None, site: str | None
) -> None:
    from tutorial_code.checks.grading.class_report import class_report
    from tutorial_code.checks.grading.class_table import as_csv
    from tutorial_code.checks.grading.gradebook import make_gradebook
    from tutorial_code.checks.grading.submissions import find_files

    book = make_gradebook(verdicts, find_files(folder), folder)
    if csv_file:
        csv_file.write_text(as_csv(book), encoding="utf-8", newline="")
    if html_file:
        html_file.write_text(class_report(book, site), encoding="utf-8")


def autograder(
    output: Annotated[
        Path, typer.Option("--output", "-o", "--out", metavar="FILE.zip", help="The archive.")
    ] = Path("autograder.zip"),
    service: Annotated[
        str, typer.Option("--for", help="The service: gradescope or classroom50.")
    ] = "gradescope",
    exercise: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="An exercise to judge; repeat it for more.", show_default="all"
        ),
    ] = None,
    points: Annotated[
        str,
        typer.Option(
            help="checks gives each check a share of the points, all gives all or nothing."
        ),
    ] = "checks",
    hints: Annotated[
        str, typer.Option(help="Whether students see the diagnosis: shown or hidden.")
    ] = "shown",
    force: Annotated[bool, typer.Option("--force", help=FORCE)] = False,
) -> None:
    """Write an archive that grades each submission on Gradescope or Classroom 50."""
    from tutorial_code.checks.autograder.archives import SERVICES, write_archive
    from tutorial_code.checks.exercises import EXERCISES, find_exercise

    for name, value, allowed in (
        ("--for", service, tuple(SERVICES)),
        ("--points", points, ("checks", "all")),
        ("--hints", hints, ("shown", "hidden")),
    ):
        if value not in allowed:
            raise ReaderError(f"{name} {value} is unknown: choose {' or '.join(allowed)}.")
    chosen = list(dict.fromkeys(map(find_exercise, exercise))) if exercise else list(EXERCISES)
    prepare_to_overwrite(output, force)
    worth = write_archive(output, service, chosen, points, hints == "shown")
    print(f"{output}: {', '.join(each.id for each in chosen)}, {worth} points")
