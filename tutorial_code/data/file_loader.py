"""Loaders of images that stay on disk: decoded, cropped and mirrored by worker processes."""

import gc
import math
import signal
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, cast

import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.image_files import SIZE, Box, ImageFiles, as_tensor, center_box, cut
from tutorial_code.data.image_folder import open_image
from tutorial_code.shared.errors import ReaderError

# Of ImageNet's training images, as torchvision's weights and most others were trained with. The
# "deviation" is the mean of the images' own deviations; over all pixels it would be some 0.28
# (torchvision's pull request 1965).
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]

Crop = Callable[[int, int, Random], Box]  # draws a part of an image by its width and height
Item = tuple[Tensor, Tensor]


def area_crop(width: int, height: int, draw: Random) -> Box:
    """Return a part with 8 to 100% of the image's area and sides as 3 to 4 up to 4 to 3.

    Source: Szegedy et al. 2015 (1409.4842), section 6, and torchvision's ``RandomResizedCrop``,
    whose ten attempts and whose center in place of an eleventh these are.
    """
    for _ in range(10):
        area = width * height * draw.uniform(0.08, 1)
        ratio = math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, upper = draw.randint(0, width - w), draw.randint(0, height - h)
            return left, upper, left + w, upper + h
    w, h = min(width, round(height * 4 / 3)), min(height, round(width * 4 / 3))
    left, upper = (width - w) // 2, (height - h) // 2
    return left, upper, left + w, upper + h


def side_crop(width: int, height: int, draw: Random) -> Box:
    """Return any square of 224 pixels, once the shorter side has been made 256 to 480 pixels.

    Source: He et al. 2015, section 3.4.
    """
    side = SIZE / draw.randint(256, 480) * min(width, height)
    left, upper = draw.uniform(0, width - side), draw.uniform(0, height - side)
    return left, upper, min(left + side, width), min(upper + side, height)


CROPS: dict[str, Crop] = {"area": area_crop, "side": side_crop}


class FileDataset(Dataset):
    """Image files with their labels; an item is an image (224, 224, 3) uint8 and its label.

    An index stands for an image as it is tested, and a pair of an index and a seed for one that is
    changed at random. A file that cannot be read gives its error in the place of the item.
    """

    def __init__(
        self, files: ImageFiles, labels: Tensor, crop: Crop | None, may_flip: bool
    ) -> None:
        self.files, self.labels = files, labels
        self.crop, self.may_flip = crop, may_flip

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, drawn: int | tuple[int, int]) -> Item | ReaderError:
        index, seed = drawn if isinstance(drawn, tuple) else (drawn, None)
        try:
            image = open_image(self.files.path(index))
        except ReaderError as error:
            return error
        if seed is None or self.crop is None:
            return as_tensor(cut(image, center_box)), self.labels[index]
        draw, crop = Random(seed), self.crop
        image = cut(image, lambda width, height: crop(width, height, draw))
        if self.may_flip and draw.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return as_tensor(image), self.labels[index]


class EpochOrder(Sampler):
    """The images of an epoch in random order, each with the seed of what is done to it.

    So an image is cropped alike whichever process loads it, and the order can begin anywhere
    without the images before it being read.

    Args:
        count: how many images there are.
        generator: draws the order and the seeds of each epoch, at its start.
    """

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self.count, self.generator = count, generator
        self.first = 0  # images that the next epoch leaves out

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[tuple[int, int]]:
        order = torch.randperm(self.count, generator=self.generator)
        seeds = torch.randint(2**62, (self.count,), generator=self.generator)
        first, self.first = self.first, 0
        for some in torch.stack([order, seeds], dim=1)[first:].split(4096):
            yield from map(tuple, some.tolist())


def collate(items: list[Item | ReaderError]) -> Item | ReaderError:
    """Return a batch (n, 224, 224, 3) uint8 with its labels, or the error of one of its images."""
    for item in items:
        if isinstance(item, ReaderError):
            return item
    images, labels = zip(*cast(list[Item], items), strict=True)
    return torch.stack(images), torch.stack(labels)


def begin_worker(_: int) -> None:
    """Prepare a worker process of a DataLoader.

    Ctrl-C is left to the main process, because a terminal sends it to its workers, too. What the
    worker has in common with it is never looked through for garbage: a look would copy it, 40 MB
    for each worker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()


class FileLoader(DataLoader):
    """A DataLoader of a ``FileDataset`` that gives images (n, 3, 224, 224) float32, normalized.

    Workers hand over bytes, a quarter of the memory that they share with this process, and the
    channels stay last in memory, as the decoder gives them and as the network computes.
    """

    def __init__(self, dataset: FileDataset, batch_size: int, **options: Any) -> None:
        options |= {"collate_fn": collate, "worker_init_fn": begin_worker}
        super().__init__(dataset, batch_size, **options)
        # for a whole row of pixels, because PyTorch is slow with rows of three numbers
        self._factor = (1 / (255 * torch.tensor(STD))).repeat(SIZE)
        self._shift = (torch.tensor(MEAN) / torch.tensor(STD)).repeat(SIZE)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        for batch in super().__iter__():
            if isinstance(batch, ReaderError):
                raise batch
            images, labels = batch
            rows = images.flatten(2).float().mul_(self._factor).sub_(self._shift)
            yield rows.view(images.shape).permute(0, 3, 1, 2), labels

    def iterate_from(self, batch: int) -> Iterator[Any]:
        """Return the batches of the next epoch from the given one on."""
        self.begin_at(batch)
        return iter(self)

    def begin_at(self, batch: int) -> None:
        """Let the next epoch leave out the batches before the given one."""
        assert isinstance(self.sampler, EpochOrder) and self.batch_size
        self.sampler.first = batch * self.batch_size


def make_file_loaders(
    data: ImageData,
    batch_size: int,
    augmented: bool = True,
    crop: str = "area",
    seed: int = 0,
    workers: int = 0,
) -> tuple[FileLoader, FileLoader]:
    """Return loaders of training and test batches as ``make_loaders`` does, of images on disk.

    Args:
        data: what ``load_imagenet_data`` returned.
        batch_size: images per batch.
        augmented: whether training images are cropped at random and, where they may be, mirrored.
        crop: how, a name of ``CROPS``.
        seed: decides the order and the augmentation.
        workers: processes that load images beside the training; their number changes nothing else.
    """
    files = cast(ImageFiles, data.train_images), cast(ImageFiles, data.test_images)
    chosen = CROPS[crop] if augmented else None
    train = FileDataset(files[0], data.train_labels, chosen, data.may_flip)
    test = FileDataset(files[1], data.test_labels, None, False)
    generator = torch.Generator().manual_seed(seed)
    train_loader = FileLoader(
        train,
        batch_size,
        sampler=EpochOrder(len(train), generator),
        generator=generator,
        drop_last=len(train) % batch_size == 1,  # BatchNorm needs two values a channel
        num_workers=workers,
    )
    return train_loader, FileLoader(test, batch_size, num_workers=workers)
