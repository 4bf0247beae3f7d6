"""What is kept of an exception that an answer raised."""

import re
import traceback
from typing import Any


def error_facts(error: BaseException, when: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what two answers with the same mistake have in common, and what the reader wants to see of it."""
    message = (str(error) or "no message").split("\n")[0][:300]
    facts = {
        "when": when,
        "type": type(error).__name__,
        "words": re.sub(r"\d+", "", message),
        "numbers": sorted(map(int, re.findall(r"\d+", message)[:12])),  # a + b and b + a fail on the same sizes
    }
    done = getattr(error, "operations", None)
    if done:  # the order in which branch and shortcut were computed plays no part
        facts["before"] = sorted(
            f"{op.kind} after {depth} layers: {op.shape}" for op, depth in zip(done.ops, done.depth, strict=True)
        )
    return facts, {"when": when, "type": type(error).__name__, "message": message, "line": line_of(error)}


def line_of(error: BaseException) -> str:
    """Return the reader's own line that was running, with its number, if there is one."""
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<answer")]
    return f"line {lines[-1].lineno}: {lines[-1].line or ''}".rstrip(": ") if lines else ""
