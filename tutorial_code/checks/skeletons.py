"""The files that the reader writes in, made from the chapters: signature, docstring, a few words, and a hole."""

import ast
import textwrap
from itertools import pairwise
from pathlib import Path

from tutorial_code.checks.exercises import EXERCISES, PACKAGE, Exercise, find_exercise
from tutorial_code.overwriting import make_way

TAG = 'tags=["exercise"]'


def write_skeletons(folder: Path, force: bool = False) -> list[tuple[Path, str]]:
    """Write a file for each exercise; return what was done with each one.

    A file that the reader has changed is left alone; with ``force`` it is kept as ``.bak`` beside the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    for exercise in EXERCISES:
        path, text = folder / f"{exercise.chapter}.py", skeleton(exercise)
        old = path.read_text(encoding="utf-8") if path.exists() else None
        if old == text:
            done.append((path, "is there already"))
            continue
        if old is not None and not force:
            done.append((path, "has been changed and is left alone; --force writes it anew and keeps a .bak"))
            continue
        if old is not None:
            make_way(path, force)
        path.write_text(text, encoding="utf-8")
        done.append((path, "written" if old is None else "written anew, the old one is kept as .bak"))
    return done


def skeleton(exercise: Exercise) -> str:
    """Return the text of an exercise's file."""
    head = (
        f'"""Exercise: {exercise.title}.\n\nRead chapter {exercise.number}: tutorial_code/{exercise.chapter}.py\n'
        f"Then check what you wrote: uv run resnet50 check {exercise.id}\n"
    )
    for earlier in map(find_exercise, exercise.uses):
        names = ", ".join(earlier.names)
        head += f"Where your own {names} passes its check, it is taken here in place of the chapter's.\n"
    head += '"""\n'
    return (
        "\n".join([head, imports_of(exercise), *(f"\n\n{cell.rstrip()}" for cell in exercise_cells(exercise))]) + "\n"
    )


def exercise_cells(exercise: Exercise) -> list[str]:
    """Return the skeleton of each class or function, with the chapter's words above it."""
    text = (PACKAGE / f"{exercise.chapter}.py").read_text(encoding="utf-8")
    cells = [cell.partition("\n") for cell in text.split("# %%")[1:]]
    made = []
    for (_, _, prose), (header, _, code) in pairwise(cells):
        if TAG in header:
            (node,) = [node for node in ast.parse(code).body if getattr(node, "name", None) in exercise.names]
            made.append(guide(prose) + hollow(node, code))
    return made


def guide(prose: str) -> str:
    """Return, as comments, what the prose before an exercise says from its paragraph "Write …" on."""
    lines = [line.removeprefix("#").removeprefix(" ") for line in prose.strip().splitlines()]
    paragraphs = "\n".join(lines).split("\n\n")
    first = next((i for i, paragraph in enumerate(paragraphs) if paragraph.startswith("Write `")), len(paragraphs))
    text = "\n\n".join(
        textwrap.fill(paragraph.replace("`", "").replace("*", ""), 98) for paragraph in paragraphs[first:]
    )
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def imports_of(exercise: Exercise) -> str:
    """Return the imports of the chapter that its solution uses."""
    tree = ast.parse((PACKAGE / f"{exercise.chapter}.py").read_text(encoding="utf-8"))
    solutions = [node for node in tree.body if getattr(node, "name", None) in exercise.names]
    used = {part.id for node in solutions for part in ast.walk(node) if isinstance(part, ast.Name)}
    lines = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            node.names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in used]
            if node.names:
                lines.append(ast.unparse(node))
    own = [line for line in lines if "tutorial_code" in line]
    standard = [line for line in lines if "collections" in line]
    other = [line for line in lines if line not in own + standard]
    return "\n\n".join("\n".join(group) for group in (standard, other, own) if group)


def hollow(node: ast.ClassDef | ast.FunctionDef, code: str) -> str:
    """Return a definition without its decorators, and with holes in the place of its bodies."""
    lines = code.splitlines()
    if isinstance(node, ast.FunctionDef):
        return _hollow_function(node, lines)
    start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
    head = "\n".join(lines[node.lineno - 1 : start])
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    public = [part for part in methods if not part.name.startswith("_") or part.name == "__init__"]
    return head + "\n\n" + "\n".join(_hollow_function(method, lines) for method in public)


def _hollow_function(node: ast.FunctionDef, lines: list[str]) -> str:
    has_docstring = ast.get_docstring(node) is not None
    end = node.body[0].end_lineno if has_docstring else node.body[0].lineno - 1
    indent = " " * node.body[0].col_offset
    return "\n".join([*lines[node.lineno - 1 : end], f"{indent}raise NotImplementedError", ""])
