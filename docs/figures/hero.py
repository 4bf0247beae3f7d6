"""What the figure of the home page is made from: digits that the trained network gets right."""

from typing import Any

from pipeline.feature_maps import rows


def data() -> list[dict[str, Any]]:
    """Return for each digit its maps and probabilities."""
    return [row for row in rows("maps.jsonl") if row["label"] == row["predicted"]]
