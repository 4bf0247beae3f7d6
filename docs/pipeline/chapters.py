"""A chapter as a page, and as two notebooks: one to work in, one solved with its outputs."""

import re
from pathlib import Path
from typing import Any

from pipeline import CHAPTERS
from pipeline.cells import Cell, read_cells, with_tutorials_own
from pipeline.execute import Run, with_outputs
from pipeline.figures import drawn, figure
from pipeline.words import link_terms, mathml
from tutorial_code.cells import code_cell, markdown_cell, notebook_json
from tutorial_code.checks.exercises import EXERCISES
from tutorial_code.checks.notebook import set_up

WORDS_A_MINUTE = 200


def title_of(chapter: Path) -> str:
    """Return a chapter's heading."""
    return re.search(r"^# # (.+)$", chapter.read_text(encoding="utf-8"), flags=re.MULTILINE)[1]


def minutes_to_read(chapter: Path) -> int:
    """Return how long the prose takes to read."""
    words = sum(len(cell.text.split()) for cell in read_cells(chapter) if cell.prose)
    return max(1, round(words / WORDS_A_MINUTE))


def page(chapter: Path, run: Run, terms: dict[str, str], repository: str) -> str:
    """Return the page of a chapter as Markdown."""
    linked: set[str] = set()
    parts = []
    for cell, outputs in with_outputs(read_cells(chapter), run.outputs):
        if cell.prose:
            parts.append(_prose(link_terms(cell.text, terms, linked)))
        else:
            parts += [_code(cell), *map(_output, _joined(outputs))]
        if len(parts) == 1:
            heading, _, rest = parts[0].partition("\n")
            parts = [heading, _downloads(chapter, repository), rest.strip()]
    return "\n\n".join(part for part in [*parts, _ending(chapter)] if part) + "\n"


def _prose(text: str) -> str:
    """Links to other chapters' files become links to their pages."""
    return mathml(re.sub(r"\((ch\d\d_\w+)\.py\)", r"(\1.md)", text))


def _code(cell: Cell) -> str:
    if not cell.skeleton:
        return _fence("python", cell.text)
    solution = "\n".join(f"    {line}".rstrip() for line in _fence("python", cell.text).splitlines())
    return f'{_fence("python", cell.skeleton, "exercise")}\n\n??? success "Solution"\n\n{solution}'


def _fence(language: str, text: str, *classes: str) -> str:
    names = " ".join(f".{name}" for name in (language, *classes))
    return f"``` {{ {names} }}\n{text}\n```"


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join what a cell printed in several pieces."""
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
    if found := drawn(output):
        return figure(*found)
    return _fence("text", output["data"]["text/plain"], "output", "no-copy")


def _downloads(chapter: Path, repository: str) -> str:
    name = chapter.stem
    links = [
        ("Exercise notebook" if _exercise_of(chapter) else "Notebook to run", f"../notebooks/{name}.ipynb"),
        ("Solved notebook", f"../notebooks/{name}_solved.ipynb"),
        ("Source file", f"../source/{name}.py"),
    ]
    buttons = [f"[{text}]({address}){{ .md-button download={Path(address).name} }}" for text, address in links]
    if repository:
        colab = f"https://colab.research.google.com/github/{repository}/blob/gh-pages/notebooks/{name}.ipynb"
        buttons.append(f"[Open in Colab]({colab}){{ .md-button }}")
    return '<div class="downloads" markdown>\n' + "\n".join(buttons) + "\n</div>"


def _ending(chapter: Path) -> str:
    exercise = _exercise_of(chapter)
    if not exercise:
        return ""
    lists = ", ".join(f"[`{name}`](../mistakes.md#{name.lower()})" for name in exercise.names)
    return (
        f'!!! tip "Check your answer"\n\n    Write it in `{exercise.file.as_posix()}`. Then let the checks look:\n\n'
        f"        uv run resnet50 check {exercise.id}\n\n"
        f"    They name the mistake, if there is one. All that are known: {lists}."
    )


def _exercise_of(chapter: Path):
    return next((exercise for exercise in EXERCISES if exercise.chapter == chapter.stem), None)


def notebook(chapter: Path, run: Run | None) -> str:
    """Return a chapter as a notebook: with holes to fill, or with a run's outputs, solved."""
    made = []
    exercise = _exercise_of(chapter)
    for cell, outputs in with_outputs(read_cells(chapter), run.outputs if run else _nothing(chapter)):
        if cell.prose:
            made.append(markdown_cell(re.sub(r"\]\(ch(\d\d)_\w+\.py\)", "]", cell.text)))
        elif cell.tutorial_names and not run:
            made.append(code_cell(with_tutorials_own(cell.text, f"tutorial_code.{chapter.stem}", exercise.names)))
        else:
            made.append(code_cell(cell.text if run or not cell.skeleton else cell.skeleton, *outputs))
    if exercise:
        made.append(markdown_cell("## Let the checks look at it"))
        made.append(code_cell(f"check({', '.join(exercise.names)})"))
    made.insert(1, code_cell(set_up(), hidden=True))
    return notebook_json(made)


def _nothing(chapter: Path) -> list[list[dict[str, Any]]]:
    return [[] for cell in read_cells(chapter) if not cell.prose]


def table(runs: dict[Path, Run]) -> str:
    """Return the path through the chapters as a table: what each is about, and how long it takes."""
    rows = ["| chapter | read | runs in | you write |", "| --- | --- | --- | --- |"]
    for chapter in CHAPTERS:
        exercise = _exercise_of(chapter)
        names = ", ".join(f"`{name}`" for name in exercise.names) if exercise else ""
        link = f"[{title_of(chapter)}](chapters/{chapter.stem}.md)"
        rows.append(f"| {link} | {minutes_to_read(chapter)} min | {runs[chapter].seconds:.0f} s | {names} |")
    return "\n".join(rows)


def figures_of(run: Run) -> list[tuple[str, str]]:
    """Return the figures that a chapter drew, as SVG for a page, with what each shows."""
    return [found for outputs in run.outputs for output in outputs if (found := drawn(output))]
