"""What is kept of an exception that an answer raised."""

import difflib
import re
import traceback
from typing import Any

from tutorial_code.checks.observe.weights import WITH_WEIGHTS
from tutorial_code.shared.whole_sentences import message_of


def error_facts(error: BaseException, when: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what two answers with the same mistake share, and what the reader wants to see of the
    exception.
    """
    message = message_of(error)
    facts: dict[str, Any] = {
        "when": when,
        "type": type(error).__name__,
        "words": re.sub(r"\d+", "", message),
        "numbers": list(map(int, re.findall(r"\d+", message)[:12])),
    }
    if "size of tensor a" in message:
        facts["numbers"].sort()  # a + b and b + a fail on the same sizes
    done = getattr(error, "operations", None)
    if done:  # neither the order of branch and shortcut nor what is done without weights matters
        facts["before"] = sorted(
            f"{done.ops[index].kind} after {done.depth[index]} layers: {done.ops[index].shape}"
            for index in done.leading_to(getattr(error, "inputs", ()))
            if done.ops[index].kind in {*WITH_WEIGHTS, "add"}
        )
    shown = {"when": when, "type": type(error).__name__, "message": message, "line": line_of(error)}
    return facts, {**shown, "near": _near(error)}


def _near(error: BaseException) -> str:
    """Return what a misspelt name may have meant, or an empty string."""
    name = getattr(error, "name", None)
    if not isinstance(name, str) or not isinstance(error, (AttributeError, NameError)):
        return ""
    if isinstance(error, AttributeError):
        known = [*dir(error.obj), *getattr(error.obj, "_modules", ())]
    else:
        frame = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
        known = [*frame.f_locals, *frame.f_globals]
    by_small = {each.lower(): each for each in known if not each.startswith("_")}
    near = difflib.get_close_matches(name.lower(), by_small, n=1, cutoff=0.7)
    longer = sorted((each for each in by_small if each.startswith(name.lower())), key=len)
    return by_small[(near or longer)[0]] if near or longer else ""


def line_of(error: BaseException) -> str:
    """Return the reader's own line that was running, with its number, if there is one."""
    lines = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith("<answer")
    ]
    return f"line {lines[-1].lineno}: {lines[-1].line or ''}".rstrip(": ") if lines else ""
