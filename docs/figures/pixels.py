"""The photograph whose pixels can be read: scikit-learn's flower, reduced."""

import numpy as np
from PIL import Image
from pipeline.data_uris import data_uri
from sklearn.datasets import load_sample_image

WIDTH, HEIGHT = 72, 48


def data() -> dict[str, object]:
    """Return the photograph as a PNG, and the bytes of its pixels as hexadecimal digits."""
    reduced = Image.fromarray(load_sample_image("flower.jpg")).resize(
        (WIDTH, HEIGHT), Image.Resampling.BOX
    )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "image": data_uri(reduced, "png", optimize=True),
        "values": np.asarray(reduced).tobytes().hex(),
    }
