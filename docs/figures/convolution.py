"""What the figure of a convolution is made from: chapter 2's image and its kernel."""

from tutorial_code.ch02_layers import CORNER, VERTICAL


def data() -> dict[str, list[list[float]]]:
    """Return the image and the kernel for vertical edges."""
    return {"image": CORNER.tolist(), "vertical": VERTICAL.tolist()}
