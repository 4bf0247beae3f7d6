"""A chapter as two notebooks: one to work in, one solved with its outputs."""

import base64
import io
import re
import tokenize
from collections.abc import Sequence
from typing import Any

from pipeline.drawings import drawing, standalone
from pipeline.execute import Execution, with_outputs
from pipeline.figures import DRAWN
from pipeline.prose import ANSWER, ASKS, PAGES, QUESTION, blocks
from tutorial_code.checks.exercise_notebook import set_up
from tutorial_code.checks.exercises import exercises_of
from tutorial_code.shared.chapters import EXERCISE, Chapter
from tutorial_code.shared.notebook_json import code_cell, markdown_cell, notebook_json
from tutorial_code.shared.stubs import make_stub

# The tag of a cell that uses the tutorial's names for layers, which the reader's network may lack.
TUTORIAL_NAMES = "tutorial-names"


def notebook(chapter: Chapter, execution: Execution | None) -> str:
    """Return a chapter as a notebook: with stubs to fill in, or solved, with the cells' outputs."""
    names = [name for exercise in exercises_of(chapter) for name in exercise.names]
    last_cells = {exercise.names[-1]: exercise for exercise in exercises_of(chapter)}
    made = []
    for cell, outputs in with_outputs(chapter, execution):
        if cell.prose:
            made.append(markdown_cell(_prose(cell.text)))
        elif execution:
            made.append(code_cell(cell.code, *map(_for_any_screen, outputs)))
        elif TUTORIAL_NAMES in cell.tags:
            module = f"tutorial_code.{chapter.name}"
            made.append(code_cell(with_tutorials_own(cell.code, module, names)))
        elif EXERCISE in cell.tags:
            made.append(code_cell(make_stub(cell.definition, cell.text).rstrip()))
        else:
            made.append(code_cell(cell.code))
        if EXERCISE in cell.tags and (exercise := last_cells.get(cell.definition.name)):
            made.append(markdown_cell("### Check your answer"))
            made.append(code_cell(f"check({', '.join(exercise.names)})"))
    made.insert(1, code_cell(set_up(), hidden=True))
    return notebook_json(made)


def _prose(text: str) -> str:
    """Return prose as a notebook shows it: figures within it, answers to be opened."""

    def drawn(found: re.Match) -> str:
        figure = drawing(found["name"])
        image = base64.b64encode(standalone(figure).encode()).decode()
        moves = " (On the site this figure moves.)" if figure.moves else ""
        says = figure.says.replace("[", "(").replace("]", ")")
        return f"![{says}](data:image/svg+xml;base64,{image})\n\n*{found['caption']}*{moves}"

    text = re.sub(rf"\]\((ch\d\d_\w+\.py|{PAGES})\)", "]", text)
    asked = rf"^{re.escape(QUESTION)}(.*?)\n\n{re.escape(ANSWER)}(.*?)(?=\n\n|\Z)"
    opened = r"<details><summary>\1</summary>\n\n\2\n\n</details>"
    text = re.sub(asked, opened, text, flags=re.DOTALL | re.MULTILINE)
    return DRAWN.sub(drawn, _folded_away(text))


def _folded_away(text: str) -> str:
    """Fold what resolves a prediction, where no code stands between the two: figures and tables,
    and the first paragraph after them.
    """
    made, waiting = [], list(blocks(text))
    while waiting:
        made.append(waiting.pop(0))
        if not ASKS.match(made[-1]):
            continue
        if waiting and waiting[0].startswith("- "):  # the choices
            made.append(waiting.pop(0))
        paragraphs = (not block.startswith(("![", "```", "|")) for block in waiting)
        count = next((n for n, found in enumerate(paragraphs, 1) if found), len(waiting))
        if count:
            made.append("<details><summary>Answer first, then open this.</summary>")
            made += [*waiting[:count], "</details>"]
            del waiting[:count]
    return "\n\n".join(made)


def _for_any_screen(output: dict[str, Any]) -> dict[str, Any]:
    """Return a cell's output without a second form of its figure, which only pages need."""
    if about := output.get("metadata", {}).get("image/svg+xml"):
        kept = {key: value for key, value in about.items() if key != "narrow"}
        return {**output, "metadata": {"image/svg+xml": kept}}
    return output


def with_tutorials_own(source: str, module: str, names: Sequence[str]) -> str:
    """Return code that uses the tutorial's classes, as TutorialX, where it used the reader's X.

    Code that used none of them is unchanged.

    Args:
        source: the code of a cell.
        module: the module in which the tutorial defines them.
        names: the names of the classes.
    """
    lines = source.splitlines()
    used = set()
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        if token.type == tokenize.NAME and token.string in names:
            used.add(token.string)
            row, start = token.start
            lines[row - 1] = f"{lines[row - 1][:start]}Tutorial{lines[row - 1][start:]}"
    if not used:
        return source
    why = [
        "# Your network may give its layers other names. This cell asks for them by the",
        "# tutorial's names, so it takes the tutorial's own network.",
    ]
    imports = ", ".join(f"{name} as Tutorial{name}" for name in names if name in used)
    return "\n".join([*why, f"from {module} import {imports}", "", *lines])
