"""What the bars of parameters and multiply-adds are made from: the network's groups, counted."""

from typing import Any

from pipeline.counts import groups


def data() -> list[dict[str, Any]]:
    """Return name, parameters and multiply-adds of each group."""
    return [
        {
            "name": group.name,
            "parameters": group.parameters,
            "multiplyAdds": group.multiply_adds,
        }
        for group in groups()
    ]
