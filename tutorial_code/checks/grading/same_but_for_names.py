"""Answers that are the same but for names: their syntax trees are equal once names that the writer
chose, comments, docstrings, type hints and the form of the lines are gone.

That says nothing about who wrote what: a short answer has few forms, and students who read one
chapter write alike.
"""

import ast
from pathlib import Path
from typing import Any

from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.grading.plain_trees import PlainTree
from tutorial_code.checks.isolate.answers import AnswerError, read_source
from tutorial_code.shared.free_names import bound_in, names_bound_by
from tutorial_code.shared.stubs import Definition


def form_of_file(path: Path, exercise: Exercise) -> str:
    """Return the form of the answer in a file; empty if it cannot be read."""
    try:
        return form_of(read_source(path), exercise)
    except (AnswerError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def form_of_solution(exercise: Exercise) -> str:
    """Return the form of the chapter's own version."""
    source = "\n\n".join([exercise.imports, *map(solution_source, exercise.names)])
    return form_of(source, exercise)


def form_of(source: str, exercise: Exercise) -> str:
    """Return what is left of an answer without the names that its writer chose, as Python.

    Args:
        source: of the whole file.
        exercise: what it answers; definitions of other exercises are left out.

    Raises:
        SyntaxError: it is not Python.
    """
    body = ast.parse(source).body
    defined = {node.name for node in body if isinstance(node, Definition)}
    if not defined.intersection(exercise.names):
        return ""
    kept: list[ast.stmt] = [
        node for node in body if isinstance(node, (Definition, ast.Assign, ast.AnnAssign))
    ]
    tree = ast.Module(kept, type_ignores=[])
    plain = PlainTree().visit(tree)
    renamed = _Names(plain, _imported(body), set(exercise.names)).visit(plain)
    return ast.unparse(ast.fix_missing_locations(renamed))


def _imported(body: list[ast.stmt]) -> dict[str, str]:
    """Return what imported names stand for: nn and torch.nn are one thing."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            found |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return found


class _Names(ast.NodeTransformer):
    """Numbers the names that an answer binds, in the order in which they appear in their scope."""

    def __init__(self, tree: ast.Module, imported: dict[str, str], kept: set[str]) -> None:
        self.imported, self.kept = imported, kept
        self.attributes: dict[str, str] = {}
        self.stored = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self.stored |= {name for part in node.body for name in names_bound_by(part)}
        module = {name for node in tree.body for name in names_bound_by(node)}
        self.scopes: list[tuple[set[str], dict[str, str]]] = [(module - kept, {})]

    def _name(self, name: str) -> str:
        for depth in reversed(range(len(self.scopes))):
            bound, numbered = self.scopes[depth]
            if name in bound:
                return numbered.setdefault(name, f"name_{depth}_{len(numbered)}")
        return self.imported.get(name, name)

    def _attribute(self, name: str) -> str:
        if name not in self.stored or name in self.kept or name.startswith("__"):
            return name
        return self.attributes.setdefault(name, f"attribute_{len(self.attributes)}")

    def _function(self, node: Any) -> ast.AST:
        self.scopes.append((bound_in(node), {}))
        self.generic_visit(node)
        self.scopes.pop()
        return node

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        node.name = self._defined(node.name)
        return self._function(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: Any) -> ast.AST:
        return self._function(node)

    def visit_ClassDef(self, node: Any) -> ast.AST:
        node.name = self._defined(node.name)
        # What the body of a class assigns is an attribute of the class.
        names = [name for part in node.body for name in names_bound_by(part)]
        self.scopes.append((set(names), {name: self._attribute(name) for name in names}))
        self.generic_visit(node)
        self.scopes.pop()
        return node

    def _defined(self, name: str) -> str:
        """Return the new name of a function, a method or a class where it is defined."""
        own = self._name(name)
        return own if own != name else self._attribute(name)

    def visit_Name(self, node: Any) -> ast.AST:
        node.id = self._name(node.id)
        return node

    def visit_arg(self, node: Any) -> ast.AST:
        node.arg = self._name(node.arg)
        return node

    def visit_Attribute(self, node: Any) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._attribute(node.attr)
        return node
