"""What the figure of loss surfaces is made from: the recorded surfaces, as logarithms."""

import math
from typing import Any

from tutorial_code.shared.tables import recorded_run

LEAST = 1e-6  # a smaller loss is drawn as this
STEPS = 15  # for a factor of ten: finer than two pixels


def data() -> dict[str, Any]:
    """Return the places along each direction, and for each trained network its loss there, as
    whole steps of a logarithm, beside what the figure says of it.
    """
    surfaces = []
    for row in recorded_run("depth-digits-cpu").rows("surfaces.jsonl"):
        losses = row["losses"]
        steps = [[round(STEPS * math.log10(max(loss, LEAST))) for loss in line] for line in losses]
        everywhere = [loss for line in losses for loss in line]
        said = {
            "center": losses[len(losses) // 2][len(losses) // 2],
            "below": sum(loss < 1 for loss in everywhere) / len(everywhere),
        }
        about = {key: row[key] for key in ("kind", "layers", "seed")}
        surfaces.append(about | said | {"steps": steps})
    count = len(surfaces[0]["steps"]) if surfaces else 0
    at = [round(-1 + 2 * place / (count - 1), 2) for place in range(count)]
    return {"at": at, "factor": STEPS, "surfaces": surfaces}
