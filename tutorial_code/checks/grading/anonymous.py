"""One answer of a class as an example for all: its lines, without anything that names somebody.

Names that neither the chapters nor the catalogue nor PyTorch use, strings, comments, docstrings and
long numbers are what a student may have signed with: they are replaced or left out.
"""

import ast
import builtins
import difflib
import io
import keyword
import re
import tokenize
from collections.abc import Iterable
from functools import cache

from tutorial_code.checks.catalogue import mistakes_of, solution_source, wrong_source
from tutorial_code.checks.exercises import NAMES
from tutorial_code.checks.grading.plain_trees import PlainTree
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.stubs import Definition

MAX_LINES = 12  # of an example
LONG_NUMBER = 5  # digits; a student's number may be that long
WORD = re.compile(r"[^\W\d]\w*")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def example_lines(
    wrong: Iterable[str], right: Iterable[str], name: str, students: Iterable[str]
) -> list[str]:
    """Return the lines of one wrong answer that a right one does not have.

    The two are those of all that are nearest to each other, so that as little as possible is shown
    which is not the mistake. Of the right one, nothing is shown.

    Args:
        wrong: the sources of files that make one mistake.
        right: the sources of files that make none; the chapter's own version is added.
        name: of the class or function.
        students: the names of all students, which must not appear.
    """
    hidden = _words_of(students)
    answers = [lines for source in wrong if (lines := _lines(source, name, hidden))]
    models = [lines for source in right if (lines := _lines(source, name, hidden))]
    models.append(_lines(solution_source(name), name, hidden))
    found = [_new_in(answer, model) for answer in answers for model in models]
    lines = min(filter(None, found), key=len, default=[])
    return [*lines[:MAX_LINES], "…"] if len(lines) > MAX_LINES else lines


def _new_in(answer: list[str], model: list[str]) -> list[str]:
    matcher = difflib.SequenceMatcher(None, model, answer, autojunk=False)
    return [
        line
        for what, _, _, first, last in matcher.get_opcodes()
        if what in {"replace", "insert"}
        for line in answer[first:last]
    ]


def without_names(sentence: str, source: str, students: Iterable[str]) -> str:
    """Return a sentence about an answer without the words that may name somebody: those of the
    source that the chapters do not use, and the names of students.
    """
    hidden, known = _words_of(students), vocabulary() | prose()
    own = set(WORD.findall(source))

    def replaced(found: re.Match[str]) -> str:
        word = found[0]
        foreign = word in own and word not in known
        return "…" if foreign or _mentions(word, hidden) else word

    return WORD.sub(replaced, re.sub(rf"\d{{{LONG_NUMBER},}}", "…", sentence))


@cache
def vocabulary() -> frozenset[str]:
    """Return the names that the chapters, the catalogue, Python and PyTorch use."""
    import torch
    from torch import nn
    from torch.nn import functional

    texts = [chapter.text for chapter in read_chapters()]
    texts += [wrong_source(mistake) for name in NAMES for mistake in mistakes_of(name)]
    found = {token.string for text in texts for token in _tokens(text) if token.type == 1}
    for known in (builtins, torch, nn, functional, torch.Tensor, nn.Module, nn.Conv2d):
        found |= set(dir(known))
    return frozenset(found | set(keyword.kwlist))


@cache
def prose() -> frozenset[str]:
    """Return the words of the chapters' prose, in lower case."""
    return frozenset(
        word.lower() for chapter in read_chapters() for word in WORD.findall(chapter.text)
    )


@cache
def _parts_known() -> frozenset[str]:
    return frozenset(part.lower() for name in vocabulary() for part in PARTS.findall(name))


def _lines(source: str, name: str, hidden: set[str]) -> list[str]:
    """Return the lines of one class or function; none if the file has none or is not Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    nodes: list[ast.stmt] = [
        node for node in body if isinstance(node, Definition) and node.name == name
    ]
    tree = _WithoutText().visit(PlainTree().visit(ast.Module(nodes, type_ignores=[])))
    text = ast.unparse(ast.fix_missing_locations(tree))
    replaced: dict[str, str] = {}
    tokens = []
    for token in _tokens(text):
        word = token.string
        if token.type == tokenize.NAME and not _is_known(word, hidden):
            word = replaced.setdefault(word, f"name_{len(replaced) + 1}")
        elif token.type == tokenize.NUMBER and len(word) >= LONG_NUMBER and "." not in word:
            word = "0"
        tokens.append((token, word))
    return _with_words(text, tokens)


def _with_words(text: str, tokens: list[tuple[tokenize.TokenInfo, str]]) -> list[str]:
    """Put other words in the place of tokens, line by line, from the right to the left."""
    lines = text.splitlines()
    for token, word in reversed(tokens):
        if token.string != word:
            row, (first, last) = token.start[0] - 1, (token.start[1], token.end[1])
            lines[row] = lines[row][:first] + word + lines[row][last:]
    return lines


class _WithoutText(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("…") if isinstance(node.value, (str, bytes)) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("…")


def _is_known(word: str, hidden: set[str]) -> bool:
    if word in vocabulary():
        return True
    parts = [part.lower() for part in PARTS.findall(word)]
    return not _mentions(word, hidden) and bool(parts) and _parts_known().issuperset(parts)


def _mentions(word: str, hidden: set[str]) -> bool:
    return word.lower() in hidden or any(part.lower() in hidden for part in PARTS.findall(word))


def _words_of(students: Iterable[str]) -> set[str]:
    return {word.lower() for student in students for word in re.split(r"[\W\d_]+", student) if word}


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(text).readline))
