"""Pages that are made from code: recorded results, the command line, the calculator."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import typer

from pipeline.counts import CLASSES, SIZE, groups
from tutorial_code.cli.app import app
from tutorial_code.runs import run_files
from tutorial_code.shared.chapters import Chapter
from tutorial_code.shared.tables import recorded_runs


def where_to_get(repository: str) -> str:
    """Return where the project's folder comes from.

    Args:
        repository: OWNER/NAME on GitHub, or an empty string.
    """
    if not repository:
        return "It is the folder that this site is built from: whoever sent you here has it."
    name = repository.partition("/")[2]
    address = f"https://github.com/{repository}"
    return f"`git clone {address}` makes a folder `{name}`; go into it with `cd {name}`."


def results() -> str:
    """Return what the recorded trainings of ResNet-50 reached, each in a sentence."""
    said = []
    for run in recorded_runs():
        if (run.folder / run_files.SUMMARY).exists():
            summary = run.read(run_files.SUMMARY)
            machine = run.read(run_files.ENVIRONMENT)
            minutes = summary["seconds"] / 60
            time = f"{minutes:.0f} minutes" if minutes >= 2 else f"{summary['seconds']:.0f} seconds"
            jpeg = "cifar10-images" in run.read(run_files.CONFIG)["data"]
            images = "CIFAR-10's test images, as JPEG files," if jpeg else "the test images"
            said.append(
                f"- [`{run.name}`](runs.md#{run.name}): {summary['test_accuracy']:.1f}% ± "
                f"{summary['standard_error']:.1f} of {images} after {time} on "
                f"{machine['gpu'] or '{} CPU cores'.format(machine['cpu_cores'])}. {run.caption}"
            )
    return (
        "Recorded runs, with their settings and results (± one standard error, from the number of "
        "test images):\n\n" + "\n".join(said)
    )


def functions(chapters: Iterable[Chapter]) -> str:
    """Return the reference of what the chapters define, for mkdocstrings to fill in."""
    parts = []
    for chapter in chapters:
        if names := chapter.documented:
            parts.append(
                f"## {chapter.title}\n\n"
                f"::: tutorial_code.{chapter.name}\n"
                "    options:\n"
                "      show_root_heading: false\n"
                "      show_root_toc_entry: false\n"
                f"      members: [{', '.join(names)}]"
            )
    return "\n\n".join(parts)


def calculator() -> str:
    """Return the "what if" calculator; without scripts it is a table of the network as it is."""
    rows = [
        f"<tr><th scope='row'>{group.name}</th>"
        f"<td>{'×'.join(map(str, group.output_shape))}</td><td>{group.blocks or ''}</td>"
        f"<td>{group.parameters:,}</td><td>{group.multiply_adds:,}</td></tr>"
        for group in groups()
    ]
    parameters = sum(group.parameters for group in groups())
    multiply_adds = sum(group.multiply_adds for group in groups())
    sums = f"{parameters:,}</td><td>{multiply_adds:,}"
    rows.append(f"<tr><th scope='row'>sum</th><td></td><td></td><td>{sums}</td></tr>")
    heads = "".join(
        f"<th scope='col'>{word}</th>"
        for word in ("group", "output", "blocks", "parameters", "multiply-adds")
    )
    return (
        f"<div id='calculator' data-size='{SIZE}' data-classes='{CLASSES}'>\n"
        "<table>\n"
        f"<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{''.join(rows)}</tbody>\n"
        "</table>\n"
        "</div>"
    )


def command() -> str:
    """Return the reference of the command line, from the commands' own help."""
    root = typer.main.get_command(app)
    parts = [f"# The command `resnet50`\n\n{root.help}\n"]
    for name, entry in sorted(root.commands.items()):
        parts.append(f"## {name}\n\n{entry.help}\n")
        rows = ["| argument or option | meaning | default |", "| --- | --- | --- |"]
        for parameter in entry.params:
            names = ", ".join(f"`{option}`" for option in parameter.opts) or parameter.name
            if parameter.param_type_name == "argument":
                names = f"`{parameter.metavar or parameter.name.upper()}`"
            text = (getattr(parameter, "help", None) or "").replace("|", "\\|")
            default = getattr(parameter, "show_default", None)
            shown = default if isinstance(default, str) else _default(parameter.default)
            rows.append(f"| {names} | {text} | {shown} |")
        if len(rows) > 2:
            parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _default(value: Any) -> str:
    if value is None or value is False or not isinstance(value, (str, int, float, Path)):
        return ""
    return escape(str(value))
