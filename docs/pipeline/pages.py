"""Pages that are made from code: the result of chapter 7, the command line, the calculator of a
network.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import typer

from pipeline.diagrams import CLASSES, SIZE, groups
from pipeline.execute import Execution
from pipeline.figures import figure, figure_in
from tutorial_code.cli.app import app
from tutorial_code.shared.chapters import Chapter


def result(executions: dict[Chapter, Execution]) -> str:
    """Return the loss curve that chapter 7 drew when this site was built, and the images that were
    misclassified, where there were any.
    """
    found = {
        each.name: each
        for execution in executions.values()
        for outputs in execution.outputs
        for output in outputs
        if (each := figure_in(output))
    }
    shown = [found[name] for name in ("ch07-loss", "ch07-misclassified") if name in found]
    return "\n\n".join(figure(each.svg, each.alt) for each in shown)


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
        f"<td>{'×'.join(map(str, group.output_shape[::-1]))}</td><td>{group.blocks or ''}</td>"
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
