"""The maps of the recorded run ``feature-maps``, as light as a page needs them."""

import base64
import io
from typing import Any

from PIL import Image

from pipeline.data_uris import data_uri
from tutorial_code.shared.tables import recorded_run

SMALLEST = 16  # pixels a side of a map that lossy compression does not blur


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of ``maps.jsonl`` or ``fresh.jsonl`` with images as data URIs.

    Each has the label, the predicted class, the probabilities, the image, and for each group its
    name, how many channels it is ``of``, the ``size`` of a map, the numbers of the ``channels``
    that are shown, and these side by side in one ``strip``.
    """
    return [
        {
            "label": row["label"],
            "predicted": row["predicted"],
            "image": _light(row["png"], lossy=True),
            "maps": [
                {
                    "name": group,
                    "of": found["of"],
                    "size": found["size"],
                    "channels": found["channels"],
                    "strip": _light(found["png"], lossy=found["size"] >= SMALLEST),
                }
                for group, found in row["maps"].items()
            ],
            "probabilities": row["probabilities"],
        }
        for row in recorded_run("feature-maps").rows(name)
    ]


def _light(png: str, lossy: bool) -> str:
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("L")
    return data_uri(image, "webp", quality=80, method=6, lossless=not lossy)
