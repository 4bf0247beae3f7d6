"""The parts of the book."""

from typing import NamedTuple


class Part(NamedTuple):
    """A part of the book."""

    numeral: str
    title: str
    first: int  # the number of its first chapter


PARTS = (
    Part("I", "The network", 1),
    Part("II", "Learning", 5),
    Part("III", "The full run", 8),
    Part("IV", "Beyond", 10),
)
