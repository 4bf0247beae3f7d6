"""What the figure of the loss surface is made from: the points and the start of chapter 5."""

from typing import Any

from tutorial_code.ch05_training import POINTS_X, POINTS_Y, START


def data() -> dict[str, Any]:
    """Return the twelve points, and the slope and offset with which the line starts."""
    y = [round(value, 1) for value in POINTS_Y.tolist()]
    return {"x": POINTS_X.tolist(), "y": y, "start": list(START)}
