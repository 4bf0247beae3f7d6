"""The digits of the first figure: the first one of each class that scikit-learn has."""

from typing import Any

from sklearn.datasets import load_digits


def data() -> list[list[list[int]]]:
    """Return for each of the ten classes an image as 8 rows of 8 numbers."""
    digits: Any = load_digits()
    firsts = [int((digits.target == digit).argmax()) for digit in range(10)]
    return [digits.images[first].astype(int).tolist() for first in firsts]
