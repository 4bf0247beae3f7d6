"""What the confusion matrix of photographs is made from."""

from typing import Any

from pipeline.photographs import classes, confusions


def data() -> dict[str, Any]:
    """Return the classes and the counts."""
    return {"classes": classes(), "counts": confusions()}
