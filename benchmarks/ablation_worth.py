"""What each part of the ablation is worth, with its error, from the recorded trainings."""

import math
from typing import Any

import numpy as np
from ablation_trainings import HELD_OUT, VIEWS

from tutorial_code.ch08_learning import PARTS, seed_error, worth


def all_worths(rows: list[dict[str, Any]], right: np.ndarray) -> list[dict[str, Any]]:
    """Return a row for each part and each way to test.

    A worth has two errors. Other seeds would give other networks, and other images another
    accuracy of the same networks. The second is taken from the images: of each, how much more
    often the trainings with the part are right about it than those without.

    Args:
        rows: of the trainings of the design, at least two of each combination.
        right: (training, view, image) in bits, in the order of ``rows``.
    """
    bits = np.unpackbits(right, axis=2)[:, :, :HELD_OUT].astype(np.float32)
    found = []
    for part in PARTS:
        on = np.array([row[part] for row in rows])
        for view, measure in enumerate(VIEWS):
            of_images = 100 * (bits[on, view].mean(axis=0) - bits[~on, view].mean(axis=0))
            of_seeds = seed_error(rows, measure)
            from_images = float(of_images.std(ddof=1)) / math.sqrt(of_images.size)
            found.append(
                {
                    "part": part,
                    "measure": measure,
                    "worth": worth(rows, part, measure),
                    "seed_error": of_seeds,
                    "image_error": from_images,
                    "error": math.hypot(of_seeds, from_images),
                }
            )
    return found
