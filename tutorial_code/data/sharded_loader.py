"""Loaders of a process's share of each batch, with the random numbers of one process."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, Subset

from tutorial_code.ch01_images import ImageDataset
from tutorial_code.data.device_loader import DeviceLoader, Loader
from tutorial_code.data.file_loader import FileLoader

LEAST = 2  # images of a share: BatchNorm compares images


def shard(images: int, rank: int, processes: int, least: int = 1) -> slice:
    """Return which of a number of images a process takes.

    The shares follow each other in the order of the ranks, and their sizes differ by at most one.
    No process takes fewer than ``least``: where there are too few images, the last ranks take none.
    """
    sharing = min(processes, max(images // least, 1))
    size, larger = divmod(images, sharing)  # the first ones take one more
    if rank >= sharing:
        return slice(images, images)
    start = rank * size + min(rank, larger)
    return slice(start, start + size + (rank < larger))


class ShardOfBatches:
    """The indices of each batch, with what a process does with each image.

    Args:
        batches: gives lists of indices, the same in all processes.
        rank: of the process.
        processes: how many there are.
    """

    def __init__(self, batches: Iterable[list[int]], rank: int, processes: int) -> None:
        self.batches, self.rank, self.processes = batches, rank, processes

    def __len__(self) -> int:
        return len(self.batches)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[list[tuple[int, bool, bool]]]:
        """Yield (index, whether the image is prepared, whether it is kept) for each batch.

        Where the share is empty, the first image is prepared, to have the shape of none.
        """
        for batch in self.batches:
            own = shard(len(batch), self.rank, self.processes, LEAST)
            kept = [own.start <= place < own.stop for place in range(len(batch))]
            shape = own.start == own.stop
            yield [
                (index, keep or (shape and place == 0), keep)
                for place, (index, keep) in enumerate(zip(batch, kept, strict=True))
            ]


class OwnImages(Dataset):
    """A data set that prepares the images of this process, and only draws the random numbers of the
    others'.

    A data set of another kind than chapter 1's has to draw those of an image from a generator of
    its own, which depends on the seed, the epoch and the image.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)  # type: ignore[arg-type]

    def __getitem__(self, asked: tuple[int, bool, bool]) -> tuple[Any, bool]:
        index, prepared, kept = asked
        if prepared:
            return self.dataset[index], kept
        if isinstance(self.dataset, ImageDataset):
            pixel = self.dataset.images[index][:, :1, :1]
            for transform in self.dataset.transforms:
                pixel = transform(pixel)
        return None, kept


def _collate(items: list[tuple[Any, bool]], collate: Any) -> list[Tensor]:
    count = sum(kept for _, kept in items)
    return [part[:count] for part in collate([item for item, _ in items if item is not None])]


class ShardedDeviceLoader:
    """The share of each batch of a ``DeviceLoader``, which prepares the whole batch."""

    def __init__(self, loader: DeviceLoader, rank: int, processes: int) -> None:
        self.loader, self.rank, self.processes = loader, rank, processes

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.loader, name)

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for images, labels in self.loader:
            own = shard(len(labels), self.rank, self.processes, LEAST)
            yield images[own], labels[own]


class ShareOfFiles(BatchSampler):
    """The share of a process of each batch of image files; the other files are not read.

    Where the share is empty, the first file is read, to have the shape of none.
    """

    def __init__(self, loader: FileLoader, rank: int, processes: int) -> None:
        self.batches, self.rank, self.processes = loader.batch_sampler, rank, processes
        self.sizes: deque[int] = deque()  # of the shares that the loader has not given yet

    def __len__(self) -> int:
        return len(self.batches)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[list]:
        self.sizes.clear()
        for batch in self.batches:  # type: ignore[union-attr]
            own = shard(len(batch), self.rank, self.processes, LEAST)
            self.sizes.append(own.stop - own.start)
            yield batch[own] or batch[:1]


class ShardedFileLoader(FileLoader):
    """A process's share of each batch of a ``FileLoader``: an image's crop depends on nothing but
    its place in the epoch's order, so no random numbers of others have to be drawn.
    """

    def __init__(self, loader: FileLoader, rank: int, processes: int) -> None:
        self.whole, self.shares = loader, ShareOfFiles(loader, rank, processes)
        super().__init__(
            loader.dataset,  # type: ignore[arg-type]
            1,  # as PyTorch asks where batches come from a sampler
            batch_sampler=self.shares,
            generator=loader.generator,
            num_workers=loader.num_workers,
        )

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        for images, labels in super().__iter__():
            size = self.shares.sizes.popleft()
            yield images[:size], labels[:size]

    def iterate_from(self, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Return the shares of the next epoch from the given batch on."""
        self.whole.begin_at(batch)
        return iter(self)


def shard_training(loader: Loader, rank: int, processes: int) -> Any:
    """Return a loader of a process's share of each training batch.

    The order and the augmentation are those of ``loader``, whatever the number of processes: all
    processes draw all random numbers.
    """
    if isinstance(loader, DeviceLoader):
        return ShardedDeviceLoader(loader, rank, processes)
    if isinstance(loader, FileLoader):
        return ShardedFileLoader(loader, rank, processes)
    return DataLoader(
        OwnImages(loader.dataset),
        batch_sampler=ShardOfBatches(loader.batch_sampler, rank, processes),  # type: ignore[arg-type]
        generator=loader.generator,
        num_workers=loader.num_workers,
        worker_init_fn=loader.worker_init_fn,
        collate_fn=partial(_collate, collate=loader.collate_fn),
    )


def shard_testing(loader: Loader, rank: int, processes: int) -> Loader:
    """Return a loader of a process's share of the test images, which are in one order.

    The shares of all processes, one after the other, are the test images.
    """
    if isinstance(loader, DeviceLoader):
        own = shard(len(loader.labels), rank, processes)
        images, labels = loader.images[own], loader.labels[own]
        return DeviceLoader(images, labels, loader.batch_size, loader.prepare)
    count = len(loader.dataset)  # type: ignore[arg-type]
    places = range(count)[shard(count, rank, processes)]
    if isinstance(loader, FileLoader):
        own_files: Any = Subset(loader.dataset, places)
        return FileLoader(own_files, loader.batch_size or 1, num_workers=loader.num_workers)
    return DataLoader(
        Subset(loader.dataset, places),
        loader.batch_size,
        num_workers=loader.num_workers,
        worker_init_fn=loader.worker_init_fn,
        collate_fn=loader.collate_fn,
    )
