"""The one module that reads chapters: their cells, titles, tasks and solutions come from here.

A chapter is one Python file in the percent format (``# %%`` begins a cell of code, ``# %%
[markdown]`` one of prose). A cell that defines an exercise carries the tag ``exercise``. The prose
cell that sets its task is the nearest one before it.
"""

import ast
import importlib
import io
import re
import tokenize
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tutorial_code.shared.free_names import free_names, names_bound_by
from tutorial_code.shared.parts import PARTS, Part
from tutorial_code.shared.stubs import Definition, make_stub

PACKAGE = Path(__file__).parent.parent  # tutorial_code, where the chapters are
HEADER = re.compile(r"^# %%(?P<prose> \[markdown\])?(?: tags=\[(?P<tags>.*)\])?$", re.MULTILINE)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
EXERCISE = "exercise"  # the tag of a cell that defines what the reader writes
FOLDED = "folded"  # the tag of a cell whose code teaches nothing: pages show its output first
COVERED = "covered"  # the tag of a cell whose output would give away the last prediction, too


class Cell(NamedTuple):
    """A piece of a chapter."""

    prose: bool
    text: str  # Markdown, or code as written in the file
    tags: tuple[str, ...]

    @property
    def code(self) -> str:
        """The code as a notebook runs it: without the guard around a demonstration."""
        return unguard(self.text)

    @property
    def definition(self) -> Definition:
        """The first class or function that the cell defines."""
        return next(node for node in ast.parse(self.text).body if isinstance(node, Definition))


class Task(NamedTuple):
    """What an exercise asks the reader to write."""

    name: str  # of the class or function
    words: str  # what the chapter says about it, Markdown; may be empty
    section: str  # the heading above it
    cell: Cell  # the cell that defines the chapter's own version

    @property
    def uses(self) -> frozenset[str]:
        """The names that the chapter's version takes from the module around it."""
        return free_names(self.cell.definition)

    @property
    def stub(self) -> str:
        """The chapter's version with its signature and docstring, but without its bodies."""
        return make_stub(self.cell.definition, self.cell.text)


class Chapter:
    """A chapter, read from its file as it is now."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text

    @property
    def name(self) -> str:
        """The name of its module, such as ``ch03_bottleneck``."""
        return self.path.stem

    @property
    def number(self) -> int:
        """Its number in the book."""
        return int(self.name[2:4])

    @cached_property
    def cells(self) -> list[Cell]:
        """All cells from top to bottom."""
        marks = list(HEADER.finditer(self.text))
        ends = [mark.start() for mark in marks[1:]] + [len(self.text)]
        return [
            _cell(mark, self.text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)
        ]

    @property
    def title(self) -> str:
        """Its heading, such as ``3. The bottleneck block``."""
        return self.cells[0].text.partition("\n")[0].removeprefix("# ")

    @property
    def part(self) -> Part:
        """The part of the book that it belongs to."""
        return [part for part in PARTS if part.first <= self.number][-1]

    @property
    def question(self) -> str:
        """The question that opens it, if it has one."""
        found = re.search(r"^\*([^*\n][^*]*\?)\*$", self.cells[0].text, re.MULTILINE)
        return " ".join(found[1].split()) if found else ""

    @property
    def gives(self) -> str:
        """What the reader has at the end of it, according to its first cell."""
        return self._said_after("By the end of this chapter you will have")

    @property
    def needs(self) -> str:
        """What the reader must know before it, according to its first cell."""
        return self._said_after("You need")

    def _said_after(self, words: str) -> str:
        sentence = rf"\*\*{words}\*\* (.*?)\.(?:\n|\Z)"
        found = re.search(sentence, self.cells[0].text, re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    @property
    def words(self) -> int:
        """The number of words in its prose."""
        return sum(len(cell.text.split()) for cell in self.cells if cell.prose)

    @cached_property
    def tasks(self) -> list[Task]:
        """What the reader writes, in reading order."""
        found, prose, section = [], "", ""
        for cell in self.cells:
            if cell.prose:
                prose = cell.text
                section = (SECTION.findall(prose) or [section])[-1]
            elif EXERCISE in cell.tags:
                name = cell.definition.name
                found.append(Task(name, _task_in(prose, name), section, cell))
        return found

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the whole file."""
        return ast.parse(self.text)

    @property
    def documented(self) -> list[str]:
        """The public classes and functions that it defines with a docstring, in its order."""
        return [
            node.name
            for node in self.tree.body
            if isinstance(node, Definition)
            and not node.name.startswith("_")
            and ast.get_docstring(node)
        ]

    def source_of(self, name: str) -> str:
        """Return the source of a class or function at top level, its decorators included.

        Raises:
            LookupError: the chapter defines none of this name.
        """
        for node in self.tree.body:
            if isinstance(node, Definition) and node.name == name:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                return "\n".join(self.text.splitlines()[first - 1 : node.end_lineno]) + "\n"
        raise LookupError(f"{self.path.name} defines no {name}")

    def imports_of(self, names: tuple[str, ...]) -> str:
        """Return the imports that the solutions of these tasks need, including one from the chapter
        itself if they use other names that it defines.
        """
        used = {used for task in self.tasks if task.name in names for used in task.uses}
        used.add("torch")  # whose functions a reader may well use where the solution does not
        lines = []
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                kept = [a for a in node.names if (a.asname or a.name).partition(".")[0] in used]
                if kept and isinstance(node, ast.ImportFrom):
                    lines.append(ast.unparse(ast.ImportFrom(node.module, kept, node.level)))
                elif kept:
                    lines.append(ast.unparse(ast.Import(kept)))
        defined = [name for node in self.tree.body for name in names_bound_by(node)]
        beside = [name for name in defined if name in used and name not in names]
        if beside:
            lines.append(f"from tutorial_code.{self.name} import {', '.join(beside)}")
        own = [line for line in lines if "tutorial_code" in line]
        standard = [line for line in lines if "collections" in line]
        other = [line for line in lines if line not in own + standard]
        return "\n\n".join("\n".join(group) for group in (standard, other, own) if group)

    def module(self) -> ModuleType:
        """Import the chapter."""
        return importlib.import_module(f"tutorial_code.{self.name}")


def read_chapters() -> tuple[Chapter, ...]:
    """Return all chapters in the order of the book, as their files are now."""
    return tuple(map(read_chapter, sorted(PACKAGE.glob("ch[0-9][0-9]_*.py"))))


def read_chapter(path: Path) -> Chapter:
    """Return one chapter; an unchanged file is read only once."""
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, changed: int) -> Chapter:
    return Chapter(path, path.read_text(encoding="utf-8"))


def _cell(mark: re.Match, body: str) -> Cell:
    tags = tuple(re.findall(r'"([^"]+)"', mark["tags"] or ""))
    if not mark["prose"]:
        return Cell(False, body.strip("\n"), tags)
    lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip("\n").splitlines()]
    return Cell(True, "\n".join(lines), tags)


def _task_in(prose: str, name: str) -> str:
    """Return the text of a prose cell from its paragraph "Write `name`" on."""
    paragraphs = prose.split("\n\n")
    for place, paragraph in enumerate(paragraphs):
        if paragraph.startswith(f"Write `{name}`"):
            return "\n\n".join(paragraphs[place:])
    return ""


def unguard(source: str) -> str:
    """Return code in which a top-level ``if __name__ == "__main__":`` is replaced by its body."""
    lines = source.splitlines()
    inside_strings = _lines_inside_strings(source)
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            body = range(node.lineno, node.end_lineno or 0)  # from 0, so without the guard itself
            lines[node.lineno - 1 : node.end_lineno] = [
                lines[number] if number in inside_strings else lines[number].removeprefix("    ")
                for number in body
            ]
    return "\n".join(lines).strip()


def _lines_inside_strings(source: str) -> set[int]:
    """Return the lines, counted from 0, that begin inside a multi-line string."""
    return {
        number
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.STRING
        for number in range(token.start[0], token.end[0])
    }
