"""PyTorch's and Python's error messages in a learner's words; the messages stand in
``failures.toml``.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

LOOPS = {"make_criterion", "make_optimizer", "train_one_epoch", "evaluate"}
SIGNATURE = "Names, order and defaults of the arguments are those of the exercise's signature."


@cache
def _known() -> list[dict[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["failure"]


def explain_failure(error: dict[str, str], name: str) -> tuple[str, str]:
    """Return what an error means and where to look; two empty texts for an unknown one.

    Args:
        error: what is shown of it, see ``error_facts``.
        name: the class or function that is judged.
    """
    message, near = error["message"], error.get("near", "")
    meant = f"Did you mean {near}? " if near else ""
    if name == "evaluate" and "does not require grad" in message:
        return "backward() is called in a test.", "A test only looks: no backward(), no step()."
    if found := re.search(
        r"(\w+)(?:\.\w+)?\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)",
        message,
    ):
        callee, missing = found[1], found[2].replace("'", "")
        if callee in (name, "__init__"):
            return "It asks for more arguments than the exercise gives it.", SIGNATURE
        return (
            f"{callee} is called without {missing}.",
            f"{callee} needs it: look at the line below.",
        )
    if found := re.search(
        r"(\w+)(?:\.\w+)?\(\) got an unexpected keyword argument '(\w+)'", message
    ):
        if found[1] in (name, "__init__"):
            return f"It does not take the argument {found[2]}.", SIGNATURE
        return (
            f"{found[1]} does not take the argument {found[2]}.",
            "Look up how its arguments are called.",
        )
    if found := re.search(
        r"(\w+)(?:\.(\w+))?\(\) takes .*?(\d+) positional arguments? but (\d+) (?:was|were) given",
        message,
    ):
        called = found[2] or found[1]
        advice = (
            "The first parameter of a method is self: def forward(self, x)."
            if found[2]
            else SIGNATURE
        )
        return f"{called} takes {found[3]} arguments and is given {found[4]}.", advice
    if found := re.search(r"module 'torch\.?([\w.]*)' has no attribute '(\w+)'", message):
        place = found[1].rpartition(".")[2] or "torch"
        place = "F" if place == "functional" else place
        return (
            f"PyTorch has no {place}.{found[2]}.",
            f"Did you mean {place}.{near}?" if near else "Look up its name.",
        )
    for entry in _known():
        if found := re.search(entry["pattern"], message):
            meaning = entry["meaning"].format(*(group or "" for group in found.groups()))
            advice = (
                entry.get("loop" if name in LOOPS else "network")
                or entry.get("network")
                or entry["loop"]
            )
            return _one_line(meaning), _one_line(advice)
    if found := re.search(r"name '(\w+)' is not defined", message):
        advice = (
            "A layer that was kept in __init__ is called self.… in forward; what is used must be "
            "imported."
        )
        return f"The name {found[1]} is not defined.", meant + advice
    if found := re.search(r"'(\w+)' object has no attribute '(\w+)'", message):
        advice = "Compare the spelling where it is made with the spelling where it is used."
        return f"{found[1]} has no attribute {found[2]}.", meant + advice
    return "", ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
