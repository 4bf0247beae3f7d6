"""What the figure of receptive fields is made from: a photograph, and what chapter 4 computes."""

import base64
import io
from typing import Any

from PIL import Image
from pipeline.counts import SIZE
from sklearn.datasets import load_sample_image

from tutorial_code.ch04_resnet50 import receptive_fields


def data() -> dict[str, Any]:
    """Return the photograph as a data URI, and name, receptive field and step of each group."""
    photograph = Image.fromarray(load_sample_image("flower.jpg"))
    height = photograph.height
    left = (photograph.width - height) // 2
    square = photograph.crop((left, 0, left + height, height)).resize((SIZE, SIZE))
    buffer = io.BytesIO()
    square.save(buffer, "JPEG", quality=72)
    image = base64.b64encode(buffer.getvalue()).decode()
    return {
        "size": SIZE,
        "image": f"data:image/jpeg;base64,{image}",
        "groups": [
            {"name": name, "sees": sees, "step": step} for name, sees, step in receptive_fields()
        ],
    }
