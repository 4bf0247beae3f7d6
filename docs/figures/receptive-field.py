"""What the figure of receptive fields is made from: a photograph, and what chapter 4 computes."""

from typing import Any

from PIL import Image
from pipeline.counts import SIZE
from pipeline.data_uris import data_uri
from sklearn.datasets import load_sample_image

from tutorial_code.ch04_resnet50 import receptive_fields


def data() -> dict[str, Any]:
    """Return the photograph as a data URI, and name, receptive field and step of each group."""
    photograph = Image.fromarray(load_sample_image("flower.jpg"))
    height = photograph.height
    left = (photograph.width - height) // 2
    square = photograph.crop((left, 0, left + height, height)).resize((SIZE, SIZE))
    return {
        "size": SIZE,
        "image": data_uri(square, "jpeg", quality=72),
        "groups": [
            {"name": name, "sees": sees, "step": step} for name, sees, step in receptive_fields()
        ],
    }
