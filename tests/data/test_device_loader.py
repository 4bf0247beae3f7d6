"""Images on the device: the same batches as a DataLoader's."""

import pytest
import torch

from tutorial_code.ch01_images import augment, make_loaders
from tutorial_code.data.device_loader import (
    DeviceLoader,
    cut_out,
    make_device_loaders,
    shift_and_flip,
)

CPU = torch.device("cpu")


def generator():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("may_flip", [False, True])
def test_shift_and_flip_gives_what_augment_gives(may_flip):
    image = torch.randint(256, (3, 8, 8), dtype=torch.uint8)
    batch = shift_and_flip(image.expand(400, -1, -1, -1), 1, may_flip, generator())
    possible = {tuple(augment(image, 1, may_flip).flatten().tolist()) for _ in range(400)}
    assert {tuple(each.flatten().tolist()) for each in batch} == possible
    assert len(possible) == 9 * (1 + may_flip)


def test_shift_and_flip_moves_each_channel_alike():
    rows = torch.arange(64).view(1, 8, 8) + 1
    batch = shift_and_flip(
        torch.cat([rows, rows + 100, rows + 200]).byte().expand(50, -1, -1, -1),
        2,
        True,
        generator(),
    )
    there = batch[:, 0] > 0
    assert torch.equal(batch[:, 1][there], batch[:, 0][there] + 100)


@pytest.mark.parametrize("side", [1, 4, 8])
def test_cut_out_hides_one_square_and_nothing_else(side):
    images = torch.rand(200, 3, 16, 16) + 1
    cut = cut_out(images, side, generator())
    hidden = cut == 0
    assert torch.equal(cut[~hidden], images[~hidden])
    assert torch.equal(hidden[:, 0], hidden[:, 1]) and torch.equal(hidden[:, 0], hidden[:, 2])
    areas = hidden[:, 0].sum(dim=(1, 2))
    assert areas.max() == side**2 and areas.min() >= (side // 2) ** 2 and areas.min() > 0
    for square in hidden[:, 0]:
        rows, columns = square.any(dim=1).nonzero().flatten(), square.any(dim=0).nonzero().flatten()
        assert len(rows) * len(columns) == square.sum()
        assert len(rows) == rows[-1] - rows[0] + 1 and len(columns) == columns[-1] - columns[0] + 1


def test_device_loaders_give_what_the_data_loaders_give(data):
    ours, theirs = make_device_loaders(data, 4, CPU)[1], make_loaders(data, 4)[1]
    for (images, labels), (their_images, their_labels) in zip(ours, theirs, strict=True):
        assert torch.allclose(images, their_images, atol=1e-6) and torch.equal(labels, their_labels)
    plain, _ = make_device_loaders(data, 20, CPU, augmented=False)
    ((images, labels),) = plain
    assert images.mean(dim=(0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert images.std(dim=(0, 2, 3), correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert sorted(labels.tolist()) == sorted(data.train_labels.tolist())


def test_device_loader_shuffles_and_leaves_out_what_does_not_fill_a_batch():
    images, labels = torch.zeros(10, 3, 2, 2), torch.arange(10)
    loader = DeviceLoader(images, labels, 4, lambda batch: batch, generator())
    epochs = [torch.cat([batch for _, batch in loader]).tolist() for _ in range(2)]
    assert (
        len(loader) == 2
        and all(len(set(epoch)) == 8 for epoch in epochs)
        and epochs[0] != epochs[1]
    )
    assert len(DeviceLoader(images, labels, 16, lambda batch: batch, generator())) == 1
    in_order = DeviceLoader(images, labels, 4, lambda batch: batch)
    assert len(in_order) == 3 and torch.cat([batch for _, batch in in_order]).tolist() == list(
        range(10)
    )


def test_workers_prepare_the_same_epoch_each_time(data):
    epochs = [
        [images for images, _ in make_loaders(data, 8, seed=3, workers=2)[0]] for _ in range(2)
    ]
    assert all(torch.equal(one, other) for one, other in zip(*epochs, strict=True))
    alone = [labels for _, labels in make_loaders(data, 8, seed=3)[0]]
    assert all(
        torch.equal(a, b)
        for a, (_, b) in zip(alone, make_loaders(data, 8, seed=3, workers=2)[0], strict=True)
    )
