"""What the figures of feature maps are made from: the recorded run ``feature-maps``."""

from typing import Any

from tutorial_code.shared.tables import recorded_run

SIDE = 128  # pixels of the enlarged digits


def data() -> list[dict[str, Any]]:
    """Return for each image its digit, and the maps and probabilities of both networks."""
    run = recorded_run("feature-maps")
    return [
        {
            "label": trained["label"],
            "predicted": trained["predicted"],
            "image": trained["png"],
            "trained": _network(trained),
            "fresh": _network(fresh),
        }
        for trained, fresh in zip(run.rows("maps.jsonl"), run.rows("fresh.jsonl"), strict=True)
    ]


def _network(row: dict[str, Any]) -> dict[str, Any]:
    maps = [{"name": name, **found} for name, found in row["maps"].items()]
    return {"maps": maps, "probabilities": row["probabilities"]}
