"""Stubs: definitions whose bodies are left for the reader to fill in."""

import ast
import re
import textwrap

Definition = ast.ClassDef | ast.FunctionDef


def task_comment(words: str, width: int) -> str:
    """Return the text of a task as comments of a Python file."""
    plain = re.sub(r"(\*+)(\S(?:.*?\S)?)\1", r"\2", words.replace("`", ""), flags=re.DOTALL)
    paragraphs = [each for each in plain.split("\n\n") if each]
    text = "\n\n".join(_filled(paragraph, width - 2) for paragraph in paragraphs)
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def _filled(paragraph: str, width: int) -> str:
    """Wrap a paragraph, or each item of a list."""
    items = re.split(r"\n(?=- )", paragraph)
    return "\n".join(
        textwrap.fill(
            " ".join(item.split()), width, subsequent_indent="  " if item.startswith("- ") else ""
        )
        for item in items
    )


def make_stub(node: Definition, source: str) -> str:
    """Return a definition without decorators; its bodies only ``raise NotImplementedError``."""
    lines = source.splitlines()
    if isinstance(node, ast.FunctionDef):
        return _stub_of_function(node, lines)
    start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
    head = "\n".join(lines[node.lineno - 1 : start])
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    public = [part for part in methods if not part.name.startswith("_") or part.name == "__init__"]
    return head + "\n\n" + "\n".join(_stub_of_function(method, lines) for method in public)


def _stub_of_function(node: ast.FunctionDef, lines: list[str]) -> str:
    has_docstring = ast.get_docstring(node) is not None
    end = node.body[0].end_lineno if has_docstring else node.body[0].lineno - 1
    indent = " " * node.body[0].col_offset
    return "\n".join([*lines[node.lineno - 1 : end], f"{indent}raise NotImplementedError", ""])
