"""What the drawing of the whole network is made from: its groups, counted."""

from typing import Any

from pipeline.counts import groups


def data() -> list[dict[str, Any]]:
    """Return name, blocks and channels of each group, from conv1 to the classifier."""
    return [
        {"name": group.name, "blocks": group.blocks, "channels": group.output_shape[0]}
        for group in groups()
    ]
