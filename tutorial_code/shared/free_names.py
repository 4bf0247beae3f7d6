"""Which names a class or function takes from the module around it."""

import ast
import re
from collections.abc import Sequence

# In a file that is not Python, what its author began to define.
BEGUN = re.compile(r"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def free_names(node: ast.AST) -> set[str]:
    """Return the names that a piece of code refers to and does not bind itself."""
    return _free(node, frozenset())


def _free(node: ast.AST, bound: frozenset[str]) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id} - bound if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, FUNCTIONS):
        bound |= bound_in(node)
    return {name for part in ast.iter_child_nodes(node) for name in _free(part, bound)}


def bound_in(function: ast.AST) -> set[str]:
    """Return the arguments, variables and inner definitions of a function."""
    parts = list(ast.walk(function))
    arguments = {part.arg for part in parts if isinstance(part, ast.arg)}
    names = (part for part in parts if isinstance(part, ast.Name))
    variables = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    inner = {part.name for part in parts if isinstance(part, NAMED) and part is not function}
    return arguments | variables | inner


def names_bound_by(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at top level defines: a class, a function or variables."""
    if isinstance(statement, NAMED):
        return [statement.name]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        parts = (part for target in targets for part in ast.walk(target))
        return [part.id for part in parts if isinstance(part, ast.Name)]
    return []


def given_by(statement: ast.stmt) -> set[str]:
    """Return all names that a statement at top level may give a meaning to: those that it defines,
    imports, or binds within a loop or a condition.
    """
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, (*NAMED, ast.Assign, ast.AnnAssign)):
        return set(names_bound_by(statement))
    parts = list(ast.walk(statement))
    named = {part.name for part in parts if isinstance(part, NAMED)}
    return named | {
        part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def needed_by(names: set[str], statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names, and all that their definitions among the statements mention, and theirs."""
    needed: set[str] = set()
    while names - needed:
        needed |= names
        for statement in statements:
            if given_by(statement) & needed and not _is_for_a_script(statement):
                names = names | free_names(statement)
    return needed


def _is_for_a_script(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in free_names(statement.test)


def without(statements: list[ast.stmt], unwanted: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that are not unwanted, and need nothing that is made by those that
    are.
    """
    kept = [statement for statement in statements if statement not in unwanted]
    while unwanted:
        gone = {name for statement in unwanted for name in given_by(statement)}
        unwanted = [statement for statement in kept if free_names(statement) & gone]
        kept = [statement for statement in kept if statement not in unwanted]
    return kept
