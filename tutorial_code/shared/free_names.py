"""Which names a class or function takes from the module around it."""

import ast
import re
import symtable
from collections.abc import Sequence
from functools import lru_cache

# In a file that is not Python, what its author began to define.
BEGUN = re.compile(r"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
CHANGES = {"append", "extend", "insert", "add", "update", "setdefault"}  # of a list, set or dict


@lru_cache(maxsize=4096)
def free_names(node: ast.AST) -> frozenset[str]:
    """Return the names that a piece of code refers to and that no function within it binds."""
    try:
        return frozenset(_free(symtable.symtable(ast.unparse(node), "<code>", "exec")))
    except (SyntaxError, RecursionError):  # such as a nonlocal that means nothing
        return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _free(table: symtable.SymbolTable) -> set[str]:
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global())
    }
    return names.union(*map(_free, table.get_children()))


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
    if isinstance(statement, ASSIGNMENTS):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [name for target in targets for name in _assigned(target)]
    return []


def _assigned(target: ast.expr) -> list[str]:
    """Return the variables that are assigned, or of which an item or an attribute is."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _assigned(part)]
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    return [target.id] if isinstance(target, ast.Name) else []


def given_by(statement: ast.stmt) -> set[str]:
    """Return all names that a statement at top level may give a meaning to: those that it defines,
    imports or changes, also within a loop or a condition.
    """
    if isinstance(statement, IMPORTS):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, NAMED):
        return {statement.name, *_changed_by_decorators(statement)}
    if isinstance(statement, ASSIGNMENTS):
        return set(names_bound_by(statement))
    if isinstance(statement, ast.Expr):
        return _changed_by_call(statement.value)
    return {name for part in ast.iter_child_nodes(statement) for name in _given_within(part)}


def _given_within(part: ast.AST) -> set[str]:
    if isinstance(part, ast.stmt):
        return given_by(part)
    if isinstance(part, (ast.ExceptHandler, ast.match_case)):
        return {name for each in part.body for name in given_by(each)}
    names = [each for each in ast.walk(part) if isinstance(each, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _changed_by_decorators(
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> set[str]:
    """Return what decorators may change, such as the class in ``@add_to_class(Bottleneck)``."""
    calls = [each for each in definition.decorator_list if isinstance(each, ast.Call)]
    return {part.id for call in calls for part in call.args if isinstance(part, ast.Name)}


def _changed_by_call(value: ast.expr) -> set[str]:
    """Return what a call changes, such as ``steps`` in ``steps.append(step)``."""
    changed: list[ast.expr] = []
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        changed = [value.func.value] if value.func.attr in CHANGES else []
    elif isinstance(value, ast.Call) and ast.unparse(value.func) == "setattr":
        changed = value.args[:1]
    return {part.id for each in changed for part in ast.walk(each) if isinstance(part, ast.Name)}


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
