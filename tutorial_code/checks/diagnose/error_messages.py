"""PyTorch's and Python's error messages in a learner's words; most of them are in
``error_messages.toml``.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.exercises import Kind, kind_of

SIGNATURE = "Names, order and defaults of the arguments are those of the exercise's signature."

CALLEE = r"(\w+)(?:\.\w+)?\(\)"
MISSING = re.compile(CALLEE + r" missing \d+ required (?:positional|keyword-only) arguments?: (.+)")
UNEXPECTED = re.compile(CALLEE + r" got an unexpected keyword argument '(\w+)'")
TOO_MANY = re.compile(
    r"(\w+)(?:\.(\w+))?\(\) takes .*?(\d+) positional arguments? but (\d+) (?:was|were) given"
)
NOT_IN_TORCH = re.compile(r"module 'torch\.?([\w.]*)' has no attribute '(\w+)'")
IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "Tensor": "from torch import Tensor",
}
NO_NAME = re.compile(r"name '(\w+)' is not defined")
NO_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")


class Explanation(NamedTuple):
    """What an error means."""

    id: str  # short and stable
    meaning: str
    advice: str  # where to look


def explain_error(error: dict[str, str], name: str) -> Explanation | None:
    """Return what an error means and where to look, or None for an unknown one.

    Args:
        error: the parts of it that are shown, see ``error_facts``.
        name: the class or function that is judged.
    """
    message, near = error["message"], error.get("near", "")
    return (
        _about_arguments(message, name)
        or _not_in_torch(message, near)
        or _known(message, kind_of(name))
        or _about_names(message, near, kind_of(name))
    )


def _about_arguments(message: str, name: str) -> Explanation | None:
    own = (name, "__init__")
    if found := MISSING.search(message):
        callee, missing = found[1], found[2].replace("'", "")
        if callee in own:
            meaning = "It asks for more arguments than the exercise gives it."
            return Explanation("asks-for-more-arguments", meaning, SIGNATURE)
        advice = f"{callee} needs it: look at the line below."
        return Explanation("argument-left-out", f"{callee} is called without {missing}.", advice)
    if found := UNEXPECTED.search(message):
        if found[1] in own:
            meaning = f"It does not take the argument {found[2]}."
            return Explanation("argument-not-taken", meaning, SIGNATURE)
        meaning = f"{found[1]} does not take the argument {found[2]}."
        return Explanation("unknown-argument", meaning, "Look up how its arguments are called.")
    if found := TOO_MANY.search(message):
        method = found[2]
        advice = "The first parameter of a method is self: def forward(self, x)."
        meaning = f"{method or found[1]} takes {found[3]} arguments and is given {found[4]}."
        return Explanation("too-many-arguments", meaning, advice if method else SIGNATURE)
    return None


def _not_in_torch(message: str, near: str) -> Explanation | None:
    found = NOT_IN_TORCH.search(message)
    if not found:
        return None
    place = found[1].rpartition(".")[2] or "torch"
    place = "F" if place == "functional" else place
    advice = f"Did you mean {place}.{near}?" if near else "Look up its name."
    return Explanation("not-in-torch", f"PyTorch has no {place}.{found[2]}.", advice)


def _known(message: str, kind: Kind) -> Explanation | None:
    for entry in _messages():
        if entry.get("kind", kind) == kind and (found := re.search(entry["pattern"], message)):
            meaning = entry["meaning"].format(*(group or "" for group in found.groups()))
            advice = next(entry[place] for place in _places(kind) if place in entry)
            return Explanation(entry["id"], _one_line(meaning), _one_line(advice))
    return None


def _places(kind: Kind) -> tuple[str, ...]:
    """Return where an entry's advice for a kind of answer stands, the best first."""
    if kind in {Kind.NETWORK, Kind.FUNCTION}:
        return (kind, "network", "loop", "function")
    return ("loop", "network", "function")


def _about_names(message: str, near: str, kind: Kind) -> Explanation | None:
    meant = f"Did you mean {near}? " if near else ""
    if found := NO_NAME.search(message):
        advice = "What is used must be imported, or have got a value before."
        if kind == Kind.NETWORK:
            advice = (
                "A layer that was kept in __init__ is called self.… in forward; what is used must "
                "be imported."
            )
        if found[1] in IMPORTS:
            advice = f"Write {IMPORTS[found[1]]} at the top of the file."
        meaning = f"The name {found[1]} is not defined."
        return Explanation("name-not-defined", meaning, meant + advice)
    if found := NO_ATTRIBUTE.search(message):
        advice = "Compare the spelling where it is made with the spelling where it is used."
        meaning = f"{found[1]} has no attribute {found[2]}."
        return Explanation("no-such-attribute", meaning, meant + advice)
    return None


@cache
def _messages() -> list[dict[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["message"]


def _one_line(text: str) -> str:
    return " ".join(text.split())
