"""A chapter as a page."""

import re
from pathlib import Path
from typing import Any

from pipeline.execute import Execution, with_outputs
from pipeline.figures import figure, figure_in
from pipeline.markdown import link_terms, mathml
from tutorial_code.checks.exercises import Exercise, exercises_of
from tutorial_code.shared.chapters import EXERCISE, Cell, Chapter
from tutorial_code.shared.stubs import make_stub


def page(chapter: Chapter, execution: Execution, terms: dict[str, str], repository: str) -> str:
    """Return the page of a chapter as Markdown.

    Args:
        chapter: the chapter that the page is made from.
        execution: the outputs of its code cells.
        terms: the terms of the glossary, each with its anchor.
        repository: OWNER/NAME on GitHub, or an empty string.
    """
    linked: set[str] = set()
    parts: list[str] = []
    for cell, outputs in with_outputs(chapter, execution):
        if cell.prose:
            parts.append(_prose(link_terms(cell.text, terms, linked)))
        else:
            parts += [_code(cell), *map(_output, _joined(outputs))]
        if len(parts) == 1:
            heading, _, rest = parts[0].partition("\n")
            parts = [heading, _downloads(chapter, repository), rest.strip()]
    parts += map(_ending, exercises_of(chapter))
    return "\n\n".join(part for part in parts if part) + "\n"


def _prose(text: str) -> str:
    """Turn links to other chapters' files into links to their pages."""
    return mathml(re.sub(r"\((ch\d\d_\w+)\.py\)", r"(\1.md)", text))


def _code(cell: Cell) -> str:
    code = _fence("python", cell.code)
    if EXERCISE not in cell.tags:
        return code
    stub = _fence("python", make_stub(cell.definition, cell.text).rstrip(), "exercise")
    solution = "\n".join(f"    {line}".rstrip() for line in code.splitlines())
    return f'{stub}\n\n??? success "Solution"\n\n{solution}'


def _fence(language: str, text: str, *classes: str) -> str:
    names = " ".join(f".{name}" for name in (language, *classes))
    return f"``` {{ {names} }}\n{text}\n```"


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the pieces of text that a cell printed."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        if joined and output["output_type"] == "stream" == joined[-1]["output_type"]:
            joined[-1] = {**output, "text": joined[-1]["text"] + output["text"]}
        else:
            joined.append(output)
    return joined


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _fence("text", output["text"].rstrip(), "output", "no-copy")
    if found := figure_in(output):
        return figure(found.svg, found.alt)
    return _fence("text", output["data"]["text/plain"], "output", "no-copy")


def _downloads(chapter: Chapter, repository: str) -> str:
    name = chapter.name
    kind = "Exercise notebook" if chapter.tasks else "Notebook to run"
    links = [
        (kind, f"../notebooks/{name}.ipynb"),
        ("Solved notebook", f"../notebooks/{name}_solved.ipynb"),
        ("Source file", f"../source/{name}.py"),
    ]
    buttons = [
        f"[{text}]({address}){{ .md-button download={Path(address).name} }}"
        for text, address in links
    ]
    if repository:
        notebooks = f"https://colab.research.google.com/github/{repository}/blob/gh-pages/notebooks"
        buttons.append(f"[Open in Colab]({notebooks}/{name}.ipynb){{ .md-button }}")
    return '<div class="downloads" markdown>\n' + "\n".join(buttons) + "\n</div>"


def _ending(exercise: Exercise) -> str:
    lists = ", ".join(f"[`{name}`](../mistakes.md#{name.lower()})" for name in exercise.names)
    return (
        '!!! tip "Check your answer"\n\n'
        f"    Write it in `{exercise.file.as_posix()}`. Then run the check:\n\n"
        f"        uv run resnet50 check {exercise.id}\n\n"
        f"    It names your mistake, if there is one. All known mistakes: {lists}."
    )
