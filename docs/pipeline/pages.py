"""Pages that are made from code: the result of chapter 6, the command line, the calculator of a network."""

from html import escape
from pathlib import Path
from typing import Any

import typer

from pipeline.chapters import figures_of
from pipeline.diagrams import CLASSES, SIZE, groups
from pipeline.execute import Run
from pipeline.figures import figure
from tutorial_code.cli import app


def result(chapters: dict[Path, Run]) -> str:
    """Return the loss curve and the mistakes that chapter 6 drew when this site was built."""
    drawn = figures_of(chapters[max(path for path in chapters if path.stem.startswith("ch06"))])
    return "\n\n".join(figure(svg, alt) for svg, alt in (drawn[1], drawn[3]))


def calculator() -> str:
    """Return the figure that answers what if; without a script it is a table of the network as it is."""
    rows = [
        f"<tr><th scope='row'>{group.name}</th><td>{'×'.join(map(str, group.output_shape[::-1]))}</td>"
        f"<td>{group.blocks or ''}</td><td>{group.parameters:,}</td><td>{group.multiply_adds:,}</td></tr>"
        for group in groups()
    ]
    sums = f"{sum(g.parameters for g in groups()):,}</td><td>{sum(g.multiply_adds for g in groups()):,}"
    rows.append(f"<tr><th scope='row'>sum</th><td></td><td></td><td>{sums}</td></tr>")
    heads = "".join(
        f"<th scope='col'>{word}</th>" for word in ("group", "output", "blocks", "parameters", "multiply-adds")
    )
    return (
        f"<div id='calculator' data-size='{SIZE}' data-classes='{CLASSES}'>\n<table>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{''.join(rows)}</tbody>\n</table>\n</div>"
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
