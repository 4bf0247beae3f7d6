"""Which feature maps are shown, and how they are stored."""

import base64
import io
import sys

import numpy as np
import pytest
import torch
from helpers import ROOT
from PIL import Image

sys.path.append(str(ROOT / "benchmarks"))

import chosen_maps

from tutorial_code.ch04_resnet50 import ResNet50


def test_the_first_right_one_of_each_digit_is_chosen_and_the_least_probable():
    labels = torch.tensor([3, 3, 8, 5, 0, 1, 3])
    likely = torch.full((7, 10), 0.01)
    likely[range(7), labels] = torch.tensor([0.02, 0.9, 0.8, 0.7, 0.6, 0.015, 0.95])
    likely[0, 4] = 0.5  # not a 3, it says
    assert chosen_maps.choose_images(likely, labels) == [1, 2, 3, 4, 5]
    with pytest.raises(SystemExit, match="No test image of the digit 8"):
        chosen_maps.choose_images(likely[:2], labels[:2])


def test_channels_are_strong_and_unlike_each_other_and_maps_are_scaled_by_their_maxima():
    torch.manual_seed(0)
    maps = torch.rand(4, 9, 8, 8)
    maps[:, 0] *= 1.5  # the strongest
    maps[:, 1] = 0.9 * maps[:, 0]  # strong, but the same once more
    maps[:, 2] *= 0.1  # weak
    assert chosen_maps.channels_of(maps) == sorted({0, *chosen_maps.channels_of(maps)})
    assert len(chosen_maps.channels_of(maps)) == 6
    assert not {1, 2} & set(chosen_maps.channels_of(maps))
    assert chosen_maps.channels_of(maps[:, :1]) == [0]
    image, maxima = chosen_maps.strip(torch.tensor([[[0.0, 2.0]], [[0.0, 0.0]], [[4.0, 2.0]]]))
    assert maxima == [2, 0, 4]
    stored = Image.open(io.BytesIO(base64.b64decode(image)))
    assert np.asarray(stored).tolist() == [[0, 255, 0, 0, 255, 130]]


def test_the_groups_are_those_of_the_network():
    torch.manual_seed(0)
    network, images = ResNet50().eval(), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        last = chosen_maps.groups_of(network, images)["conv5_x"]
        logits = network.fc(network.avgpool(last).flatten(1))
        torch.testing.assert_close(logits, network(images))
    likely = chosen_maps.probabilities(network, images, batch_size=1)
    torch.testing.assert_close(likely, logits.softmax(dim=1))
