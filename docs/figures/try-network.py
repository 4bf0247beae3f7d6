"""The picture of the page "Try your network": a recorded digit, and what the small network says."""

from typing import Any

from pipeline.try_page import example


def data() -> dict[str, Any]:
    """Return the digit's label and values, and the probabilities of the ten classes."""
    found = example()
    return {**found, "probabilities": [round(each, 4) for each in found["probabilities"]]}
