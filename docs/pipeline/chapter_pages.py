"""A chapter as a page."""

import re
from html import escape
from pathlib import Path
from typing import Any

from pipeline.execute import Execution, with_outputs
from pipeline.figures import figure_in, plot
from pipeline.markdown import folded, link_terms, mathml
from pipeline.prose import COVERS, PAGES, Figures, Questions, covered, render
from pipeline.tables_of_chapters import minutes_of
from tutorial_code.checks.exercises import Exercise, exercises_of
from tutorial_code.shared.chapters import COVERED, EXERCISE, FOLDED, Cell, Chapter, read_chapters
from tutorial_code.shared.stubs import make_stub


def page(chapter: Chapter, execution: Execution, terms: dict[str, str], repository: str) -> str:
    """Return the page of a chapter as Markdown.

    Args:
        chapter: the chapter that the page is made from.
        execution: the outputs of its code cells.
        terms: the terms of the glossary, each with its anchor.
        repository: OWNER/NAME on GitHub, or an empty string.

    Raises:
        PageError: a prediction or a question of the chapter is not as it must be.
    """
    linked: set[str] = set()
    figures, questions = Figures(str(chapter.number), "../"), Questions(chapter.name)
    last_cells = {exercise.names[-1]: exercise for exercise in exercises_of(chapter)}
    parts: list[str] = []
    for cell, outputs in with_outputs(chapter, execution):
        if cell.prose:
            text = _links(link_terms(cell.text, terms, linked))
            made = [mathml(block) for block in render(text, figures, questions)]
            if not parts:  # the heading, above which stands where the reader is
                made = [
                    _where(chapter),
                    made[0],
                    COVERS,
                    *made[1:],
                    _downloads(chapter, repository),
                ]
            parts += made
        else:
            parts += _code_cell(cell, outputs, figures, questions)
            if EXERCISE in cell.tags and cell.definition.name in last_cells:
                parts.append(_check(last_cells[cell.definition.name]))
    parts += [_read_mark(chapter), figures.loaded()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _links(text: str) -> str:
    """Turn links to other chapters' files, and to pages by their names, into links to pages."""
    text = re.sub(r"\((ch\d\d_\w+)\.py\)", r"(\1.md)", text)
    return re.sub(rf"\]\(({PAGES})\)", r"](../\1.md)", text)


def _where(chapter: Chapter) -> str:
    """Return the line above the title: the part, the number, and the time that it takes."""
    reading, writing = minutes_of(chapter)
    of_which = f", of which {writing} writing" if writing else ""
    number = f"Chapter {chapter.number} of {len(read_chapters())}"
    time = f"about {reading + writing} minutes{of_which}"
    words = f"Part {chapter.part.numeral} · {chapter.part.title} · {number} · {time}"
    return f'<p class="where">{words}</p>'


def _code_cell(
    cell: Cell, outputs: list[dict[str, Any]], figures: Figures, questions: Questions
) -> list[str]:
    shown = [_output(output, figures) for output in _joined(outputs)]
    if questions.open and shown:
        shown = [questions.resolved_by_output("\n\n".join(shown))]
    elif COVERED in cell.tags:
        shown = [covered(questions.last, "\n\n".join(shown))]
    if FOLDED in cell.tags:
        code = _fence("python", cell.code)
        return [*shown, folded("note", "The code of this figure or table", code)]
    return [_code(cell), *shown]


def _code(cell: Cell) -> str:
    code = _fence("python", cell.code)
    if EXERCISE not in cell.tags:
        return code
    stub = _fence("python", make_stub(cell.definition, cell.text).rstrip(), "exercise")
    return f"{stub}\n\n{folded('success', 'Solution', code)}"


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


def _output(output: dict[str, Any], figures: Figures) -> str:
    if output["output_type"] == "stream":
        return _fence("text", output["text"].rstrip(), "output", "no-copy")
    if found := figure_in(output):
        return plot(found, figures.number())
    return _fence("text", output["data"]["text/plain"], "output", "no-copy")


def _downloads(chapter: Chapter, repository: str) -> str:
    """Return the line of what else there is of a chapter."""
    name = chapter.name
    kind = "Exercise notebook" if chapter.tasks else "Notebook to run"
    links = [
        (kind, f"../notebooks/{name}.ipynb"),
        ("Solved notebook", f"../notebooks/{name}_solved.ipynb"),
        ("Source file", f"../source/{name}.py"),
    ]
    shown = [f"[{text}]({address}){{ download={Path(address).name} }}" for text, address in links]
    if repository:
        github = f"https://github.com/{repository}"
        notebooks = f"https://colab.research.google.com/github/{repository}/blob/gh-pages/notebooks"
        shown += [
            f"[Open in Colab]({notebooks}/{name}.ipynb)",
            f"[Edit]({github}/edit/main/tutorial_code/{name}.py)",
            f"[Discuss]({github}/discussions)",
        ]
    return '<div class="downloads" markdown>\n\n' + "\n".join(shown) + "\n\n</div>"


def _check(exercise: Exercise) -> str:
    lists = ", ".join(f"[`{name}`](../mistakes.md#{name.lower()})" for name in exercise.names)
    return (
        '!!! tip "Check your answer"\n\n'
        f"    Write it in `{exercise.file.as_posix()}`. Then run the check:\n\n"
        f"        uv run resnet50 check {exercise.id}\n\n"
        f"    It names your mistake, if there is one. All known mistakes: {lists}."
    )


def _read_mark(chapter: Chapter) -> str:
    """Return the place where a script puts the mark that the chapter is read."""
    return f'<div class="read-mark" data-chapter="{escape(chapter.name)}"></div>'
