"""The photograph that is shifted, mirrored and covered: scikit-learn's flower, 32×32 pixels."""

from PIL import Image
from pipeline.data_uris import data_uri
from sklearn.datasets import load_sample_image

SIDE = 32


def data() -> dict[str, object]:
    """Return the photograph as a PNG, and its side in pixels."""
    flower = Image.fromarray(load_sample_image("flower.jpg")).crop((120, 0, 520, 400))
    small = flower.resize((SIDE, SIDE), Image.Resampling.BOX)
    return {"side": SIDE, "image": data_uri(small, "png", optimize=True)}
