"""Chapter 1: digits, statistics, augmentation and batches."""

import pytest
import torch
from helpers import first_images

from tutorial_code.ch01_images import (
    augment,
    channel_statistics,
    make_loaders,
    normalize,
)


def test_digits_are_all_there_and_in_step_with_their_labels(digits):
    from sklearn.datasets import load_digits

    assert digits.train_images.shape == (1437, 3, 32, 32)
    assert digits.test_images.shape == (360, 3, 32, 32)
    assert digits.train_images.dtype == torch.uint8
    source = load_digits()
    assert torch.cat([digits.train_labels, digits.test_labels]).bincount().tolist() == [
        int((source.target == digit).sum()) for digit in range(10)
    ]
    # The same image, shrunk again by taking means of 4×4 pixels, resembles one of its own class
    # most.
    small = torch.from_numpy(source.images).float().flatten(1)
    shrunk = (
        torch.nn.functional.avg_pool2d(digits.test_images[:50, :1].float(), 4).flatten(1) * 16 / 255
    )
    nearest = torch.cdist(shrunk, small).argmin(dim=1)
    assert (
        torch.from_numpy(source.target)[nearest] == digits.test_labels[:50]
    ).float().mean() > 0.95


def test_no_image_is_in_both_splits(digits):
    train = {image.numpy().tobytes() for image in digits.train_images}
    assert not any(image.numpy().tobytes() in train for image in digits.test_images)


def test_statistics_are_those_of_the_training_images(digits):
    mean, std = channel_statistics(digits.train_images)
    normalized = normalize(digits.train_images, mean, std)
    assert normalized.mean().item() == pytest.approx(0, abs=1e-5)
    assert normalized.std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_a_constant_channel_does_not_divide_by_zero():
    mean, std = channel_statistics(torch.full((2, 3, 4, 4), 51, dtype=torch.uint8))
    assert mean == pytest.approx([0.2] * 3)
    assert std == [1.0] * 3


def test_augmentation_shifts_and_mirrors_only_as_far_as_allowed():
    image = torch.arange(1, 3 * 32 * 32 + 1, dtype=torch.int32).view(3, 32, 32)
    offsets = set()
    for _ in range(300):
        changed = augment(image, max_shift=2, may_flip=False)
        assert changed.shape == image.shape
        row, column = divmod(changed[0, 16, 16].item() - 1, 32)
        offsets.add((row - 16, column - 16))
    assert offsets == {(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)}
    mirrored = [torch.equal(augment(image, 0, may_flip=True), image.flip(-1)) for _ in range(200)]
    assert 60 < sum(mirrored) < 140
    assert torch.equal(augment(image, 0, may_flip=False), image)


def test_loaders_shuffle_training_only(digits):
    train_loader, test_loader = make_loaders(digits, batch_size=64, augmented=False, seed=3)
    first, second = (torch.cat([labels for _, labels in train_loader]) for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(first.bincount(), digits.train_labels.bincount())
    assert torch.equal(torch.cat([labels for _, labels in test_loader]), digits.test_labels)
    again, _ = make_loaders(digits, batch_size=64, augmented=False, seed=3)
    assert torch.equal(torch.cat([labels for _, labels in again]), first)


def test_test_images_are_not_augmented(digits):
    _, test_loader = make_loaders(digits, batch_size=360)
    (images, _), (again, _) = next(iter(test_loader)), next(iter(test_loader))
    assert torch.equal(images, again)
    assert torch.equal(
        images, normalize(digits.test_images, *channel_statistics(digits.train_images))
    )


@pytest.mark.parametrize(("images", "batches"), [(9, [4, 4]), (10, [4, 4, 2]), (8, [4, 4])])
def test_a_single_image_left_over_is_not_a_batch(digits, images, batches):
    few = first_images(digits, images)
    train_loader, _ = make_loaders(few, batch_size=4)
    assert [len(labels) for _, labels in train_loader] == batches
