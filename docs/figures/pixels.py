"""The photograph whose pixels can be read: scikit-learn's flower, reduced."""

import base64
import io

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_image

WIDTH, HEIGHT = 72, 48


def data() -> dict[str, object]:
    """Return the photograph as a PNG, and the bytes of its pixels as hexadecimal digits."""
    reduced = Image.fromarray(load_sample_image("flower.jpg")).resize(
        (WIDTH, HEIGHT), Image.Resampling.BOX
    )
    buffer = io.BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "image": f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}",
        "values": np.asarray(reduced).tobytes().hex(),
    }
