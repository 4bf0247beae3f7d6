"""The shares of all processes together are the batches of one process, whatever their number."""

import pytest
import torch

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.data import file_loader
from tutorial_code.data.device_loader import make_device_loaders
from tutorial_code.data.file_loader import make_file_loaders
from tutorial_code.data.sharded_loader import shard, shard_testing, shard_training


def loaders(kind, data, batch_size):
    torch.manual_seed(3)
    if kind == "device":
        return make_device_loaders(data, batch_size, torch.device("cpu"), cutout=4)
    return make_loaders(data, batch_size, workers=2 if kind == "workers" else 0)


def two_epochs(loader):
    return [batch for _ in "12" for batch in loader]


def joined(parts):
    return [
        [torch.cat(pieces) for pieces in zip(*batch, strict=True)]
        for batch in zip(*parts, strict=True)
    ]


@pytest.mark.parametrize("kind", ["dataloader", "workers", "device"])
@pytest.mark.parametrize("processes", [2, 3])
def test_training(kind, processes, data):
    expected = two_epochs(loaders(kind, data, 6)[0])  # of 20 images two are left
    parts = [
        two_epochs(shard_training(loaders(kind, data, 6)[0], rank, processes))
        for rank in range(processes)
    ]
    assert {len(labels) for part in parts for _, labels in part} <= {0, 2, 3}
    for batch, like in zip(joined(parts), expected, strict=True):
        assert all(torch.equal(*pair) for pair in zip(batch, like, strict=True))


@pytest.mark.parametrize("workers", [0, 2])
def test_files_are_shared_and_those_of_others_are_not_read(workers, photographs, monkeypatch):
    data = load_dataset(f"imagenet:{photographs}")
    expected = two_epochs(make_file_loaders(data, 4)[0])  # of 10 images two are left
    read = []
    opened = file_loader.open_image
    monkeypatch.setattr(
        file_loader, "open_image", lambda path: (read.append(path), opened(path))[1]
    )
    parts = [
        two_epochs(shard_training(make_file_loaders(data, 4, workers=workers)[0], rank, 2))
        for rank in range(2)
    ]
    assert [len(labels) for _, labels in parts[1]] == [2, 2, 0, 2, 2, 0]
    for batch, like in zip(joined(parts), expected, strict=True):
        assert all(torch.equal(*pair) for pair in zip(batch, like, strict=True))
    if not workers:  # each image once an epoch, and one for its shape where a share is empty
        assert len(read) == 2 * (10 + 1)


def test_an_epoch_of_shared_files_goes_on_at_a_batch(photographs):
    data = load_dataset(f"imagenet:{photographs}")
    whole = [*shard_training(make_file_loaders(data, 4)[0], 0, 2)]
    later = [*shard_training(make_file_loaders(data, 4)[0], 0, 2).iterate_from(1)]
    for ours, theirs in zip(whole[1:], later, strict=True):
        assert all(torch.equal(*pair) for pair in zip(ours, theirs, strict=True))


def test_testing_counts_each_file_once(photographs):
    data = load_dataset(f"imagenet:{photographs}")
    whole = next(iter(make_file_loaders(data, 100)[1]))
    parts = [shard_testing(make_file_loaders(data, 2)[1], rank, 3) for rank in range(3)]
    batches = [batch for part in parts for batch in part]
    for place in (0, 1):
        assert torch.equal(torch.cat([batch[place] for batch in batches]), whole[place])


@pytest.mark.parametrize("kind", ["dataloader", "device"])
def test_testing_counts_each_image_once(kind, data):
    parts = [list(shard_testing(loaders(kind, data, 2)[1], rank, 3)) for rank in range(3)]
    batches = [batch for part in parts for batch in part]
    whole = next(iter(loaders(kind, data, 100)[1]))
    for place in (0, 1):
        assert torch.equal(torch.cat([batch[place] for batch in batches]), whole[place])


@pytest.mark.parametrize(
    ("images", "processes", "least", "sizes"),
    [(10, 3, 1, [4, 3, 3]), (5, 4, 2, [3, 2, 0, 0]), (1, 2, 1, [1, 0]), (0, 2, 1, [0, 0])],
)
def test_shares(images, processes, least, sizes):
    shares = [shard(images, rank, processes, least) for rank in range(processes)]
    assert [share.stop - share.start for share in shares] == sizes
    assert [i for share in shares for i in range(images)[share]] == list(range(images))
