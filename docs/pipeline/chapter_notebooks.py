"""A chapter as two notebooks: one to work in, one solved with its outputs."""

import io
import re
import tokenize
from collections.abc import Sequence

from pipeline.execute import Execution, with_outputs
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
    made = []
    for cell, outputs in with_outputs(chapter, execution):
        if cell.prose:
            made.append(markdown_cell(re.sub(r"\]\(ch(\d\d)_\w+\.py\)", "]", cell.text)))
        elif execution:
            made.append(code_cell(cell.code, *outputs))
        elif TUTORIAL_NAMES in cell.tags:
            module = f"tutorial_code.{chapter.name}"
            made.append(code_cell(with_tutorials_own(cell.code, module, names)))
        elif EXERCISE in cell.tags:
            made.append(code_cell(make_stub(cell.definition, cell.text).rstrip()))
        else:
            made.append(code_cell(cell.code))
    if names:
        made.append(markdown_cell("## Check your answer"))
        made.append(code_cell(f"check({', '.join(names)})"))
    made.insert(1, code_cell(set_up(), hidden=True))
    return notebook_json(made)


def with_tutorials_own(source: str, module: str, names: Sequence[str]) -> str:
    """Return code that uses the tutorial's classes, as TutorialX, where it used the reader's X.

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
    why = [
        "# Your network may give its layers other names. This cell asks for them by the",
        "# tutorial's names, so it takes the tutorial's own network.",
    ]
    imports = ", ".join(f"{name} as Tutorial{name}" for name in names if name in used)
    return "\n".join([*why, f"from {module} import {imports}", "", *lines])
