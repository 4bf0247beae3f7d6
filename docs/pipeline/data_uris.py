"""Images that stand within a page."""

import base64
import io
from typing import Any

from PIL import Image


def data_uri(image: Image.Image, kind: str, **options: Any) -> str:
    """Return an image as a data URI.

    Args:
        image: the image.
        kind: ``jpeg``, ``png`` or ``webp``.
        options: of Pillow's ``save`` for this kind.
    """
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
