"""What the figure of feature maps is made from: a trained network, and the same one untrained."""

from typing import Any

from pipeline.feature_maps import rows


def data() -> list[dict[str, Any]]:
    """Return for each image its digit, and the maps and probabilities of both networks."""
    return [
        {
            "label": trained["label"],
            "image": trained["image"],
            "trained": {key: trained[key] for key in ("maps", "probabilities")},
            "fresh": {key: fresh[key] for key in ("maps", "probabilities")},
        }
        for trained, fresh in zip(rows("maps.jsonl"), rows("fresh.jsonl"), strict=True)
    ]
