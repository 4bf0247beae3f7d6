"""Loaders of images that stay on disk: what they give, however many workers there are."""

import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, RandomResizedCrop, v2

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import file_loader
from tutorial_code.data.file_loader import MEAN, STD, area_crop, make_file_loaders, side_crop
from tutorial_code.runs.loop_wrappers import ResumableLoader
from tutorial_code.shared.errors import ReaderError


@pytest.fixture
def data(photographs):
    return load_dataset(f"imagenet:{photographs}")


def test_a_batch_is_normalized_and_its_channels_are_last_in_memory(data):
    _, loader = make_file_loaders(data, 4)
    images, labels = next(iter(loader))
    plain = torch.stack([data.test_images[i] for i in range(4)])
    expected = v2.functional.normalize(plain / 255, MEAN, STD)
    torch.testing.assert_close(images, expected, rtol=0, atol=2e-6)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert labels.tolist() == [0, 0, 1, 1]


def test_crops_and_order_are_those_of_the_seed_whatever_the_number_of_workers(data):
    def epochs(workers, seed=0):
        loader, _ = make_file_loaders(data, 4, seed=seed, workers=workers)
        return [[*loader], [*loader]]

    first, second = epochs(0)
    by_workers = [batch for epoch in epochs(2) for batch in epoch]
    for ours, theirs in zip(first + second, by_workers, strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])
    assert not torch.equal(first[0][0], second[0][0])
    assert not torch.equal(first[0][0], epochs(0, seed=1)[0][0][0])
    assert [len(labels) for _, labels in first] == [4, 4, 2]


@pytest.mark.parametrize("workers", [0, 1])
def test_an_epoch_goes_on_without_reading_what_came_before(data, workers, monkeypatch):
    whole, _ = make_file_loaders(data, 4)
    expected = [*whole, *whole]
    loader, _ = make_file_loaders(data, 4, workers=workers)
    wrapped = ResumableLoader(loader, lambda size: None)
    begun = iter(wrapped)
    for _ in range(2):
        next(begun)
        wrapped.end_batch()
    state = wrapped.state_dict()
    loader, _ = make_file_loaders(data, 4, workers=workers)
    again = ResumableLoader(loader, lambda size: None)
    again.load_state_dict(state)
    read = []
    keep = file_loader.open_image
    monkeypatch.setattr(file_loader, "open_image", lambda path: read.append(path) or keep(path))
    rest = [*again]
    again.end_batch()
    assert len(rest) == 1 and (workers or len(read) == 2)
    for ours, theirs in zip([*rest, *again], expected[2:], strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("size", [(500, 375), (1000, 100)])
def test_the_area_crop_is_distributed_as_torchvisions(size):
    draw, image = Random(0), torch.zeros(3, size[1], size[0])
    boxes = np.array([area_crop(*size, draw) for _ in range(4000)])
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= size).all()
    ours = boxes[:, 2:] - boxes[:, :2]
    draws = [
        RandomResizedCrop.get_params(image, scale=[0.08, 1.0], ratio=[3 / 4, 4 / 3])
        for _ in range(4000)
    ]
    theirs = np.array(draws)[:, [3, 2]]  # width, height
    for measure in (lambda wh: wh.prod(axis=1), lambda wh: wh[:, 0] / wh[:, 1]):
        one, other = measure(ours), measure(theirs)
        error = np.hypot(one.std(), other.std()) / np.sqrt(4000)
        assert abs(one.mean() - other.mean()) < 4 * error + 1e-9
        assert one.std() == pytest.approx(other.std(), rel=0.1, abs=1e-9)


def test_the_side_crop_is_that_of_the_paper():
    draw = Random(0)
    boxes = np.array([side_crop(500, 375, draw) for _ in range(2000)])
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    assert (boxes >= 0).all() and (boxes[:, 2:] <= (500, 375)).all()
    np.testing.assert_allclose(width, height)
    sides = 224 * 375 / width  # of the whole image, once it is resized
    assert sides.min() == pytest.approx(256) and sides.max() == pytest.approx(480)
    assert sides.mean() == pytest.approx(368, abs=6)


def test_half_of_the_crops_are_mirrored_where_they_may_be(data, monkeypatch):
    """Each image becomes one with light on its left, so a mirrored one has it on its right."""
    pixels = np.zeros((224, 224, 3), np.uint8)
    pixels[:, :112] = 255
    monkeypatch.setattr(file_loader, "cut", lambda image, box: Image.fromarray(pixels))
    for may_flip in (True, False):
        loader, _ = make_file_loaders(data._replace(may_flip=may_flip), 10, seed=0)
        images = torch.cat([batch for _ in range(8) for batch, _ in loader])
        mirrored = (images[:, 0, 0, 0] < 0).float().mean().item()
        assert 0.3 < mirrored < 0.7 if may_flip else mirrored == 0


def test_without_augmentation_images_are_as_in_a_test(data):
    loader, _ = make_file_loaders(data, 10, augmented=False)
    images, _ = next(iter(loader))
    plain = v2.functional.normalize(data.train_images[0] / 255, MEAN, STD)
    assert min((image - plain).abs().max().item() for image in images) < 2e-6


def test_a_crop_is_resized_as_torchvision_resizes(photographs):
    """But for the border of the crop, whose pixels ours takes from beside it: the mean difference
    is less than one of 255 steps.
    """
    image = Image.open(photographs / "train" / "n01440764" / "n01440764_1.JPEG")
    box = (40, 30, 340, 300)
    theirs = v2.functional.resized_crop(
        image, 30, 40, 270, 300, [224, 224], InterpolationMode.BILINEAR
    )
    ours = file_loader.cut(image, lambda width, height: box)
    difference = np.abs(np.asarray(ours, dtype=int) - np.asarray(theirs))
    assert difference[2:-2, 2:-2].max() <= 1 and difference.mean() < 1


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_is_gone_is_named_in_a_sentence(photographs, tmp_path, workers):
    import shutil

    shutil.copytree(photographs, tmp_path / "images")
    data = load_dataset(f"imagenet:{tmp_path / 'images'}")
    (tmp_path / "images" / "train" / "n01440764" / "n01440764_3.JPEG").unlink()
    loader, _ = make_file_loaders(data, 4, workers=workers)
    with pytest.raises(ReaderError, match=r"n01440764_3.JPEG: check the path\.$") as raised:
        list(loader)
    assert "\n" not in str(raised.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares memory by copy-on-write")
def test_the_memory_of_workers_stays_flat_over_an_epoch():
    """Of 150,000 files. It grows by 1 to 2 MB; a list of the names made that 9, and looking for
    garbage 40 more. What this process writes into its own memory would count, too, so another one
    measures it.
    """
    script = Path(__file__).with_name("memory_of_a_worker.py")
    command = [sys.executable, str(script)]
    grown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert int(grown.stdout) < 4e6
