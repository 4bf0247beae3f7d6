"""What the figure of the home page is made from: the recorded run ``feature-maps``."""

from typing import Any

from tutorial_code.shared.tables import recorded_run


def data() -> list[dict[str, Any]]:
    """Return for each digit that was classified rightly its maps and probabilities."""
    return [
        {
            "label": row["label"],
            "image": row["png"],
            "maps": [
                {key: found[key] for key in ("of", "size", "png")} | {"name": name}
                for name, found in row["maps"].items()
            ],
            "probabilities": row["probabilities"],
        }
        for row in recorded_run("feature-maps").rows("maps.jsonl")
        if row["label"] == row["predicted"]
    ]
