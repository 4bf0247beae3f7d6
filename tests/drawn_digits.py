"""The ten digits as a person draws them: the strokes of each, on a field of 100×100."""

from itertools import pairwise
from math import cos, pi, radians, sin


def arc(x, y, wide, high, begin, end):
    """Return points along an ellipse around (x, y), from one angle to another in degrees."""
    angles = [radians(begin + (end - begin) * step / 24) for step in range(25)]
    return [(x + wide * cos(angle), y + high * sin(angle)) for angle in angles]


def line(*corners):
    """Return points along straight lines between corners."""
    return [
        (x1 + (x2 - x1) * step / 12, y1 + (y2 - y1) * step / 12)
        for (x1, y1), (x2, y2) in pairwise(corners)
        for step in range(13)
    ]


DIGITS = (
    [arc(50, 50, 24, 36, -90, 270)],
    [line((36, 30), (52, 14), (52, 86))],
    [arc(50, 32, 22, 20, -170, 40) + line((66, 45), (28, 86), (76, 86))],
    [arc(47, 32, 20, 18, -160, 90) + arc(47, 68, 22, 18, -90, 150)],
    [line((56, 14), (26, 60), (76, 60)), line((58, 36), (58, 88))],
    [line((72, 14), (36, 14), (33, 44)) + arc(48, 64, 24, 22, -130, 140)],
    [line((64, 14), (42, 36), (32, 58)) + arc(50, 66, 20, 20, -150, 210)],
    [line((26, 16), (74, 16), (44, 86))],
    [[(50 + 20 * sin(4 * pi * step / 40), 50 - 36 * cos(pi * step / 20)) for step in range(41)]],
    [arc(50, 34, 20, 19, 0, 360) + line((70, 34), (58, 86))],
)
