"""The images that a run trains and tests on."""

import pytest
import torch

from tutorial_code.runs.chosen_images import use_validation_split
from tutorial_code.shared.errors import ReaderError


def test_held_out_images_are_training_images_and_not_trained_on(data):
    held = use_validation_split(data, 5, seed=1)
    assert len(held.train_labels) == 15 and len(held.test_labels) == 5
    rows = {tuple(image.flatten().tolist()) for image in data.train_images}
    kept, out = (
        {tuple(image.flatten().tolist()) for image in images} for images in (held[0], held[2])
    )
    assert kept | out == rows and not kept & out
    assert torch.equal(use_validation_split(data, 5, seed=1).test_images, held.test_images)
    with pytest.raises(ReaderError, match="leaves nothing to train on"):
        use_validation_split(data, 19, seed=1)
