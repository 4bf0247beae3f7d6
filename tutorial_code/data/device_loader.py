"""A loader that keeps all images on the device as one tensor and prepares each batch there."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import ImageData, channel_statistics


def shift_and_flip(
    images: Tensor, max_shift: int, may_flip: bool, generator: torch.Generator
) -> Tensor:
    """Shift images (n, 3, h, w) by up to ``max_shift`` pixels and mirror half, like ``augment``."""
    n, _, height, width = images.shape
    device = images.device

    def draw(below: int) -> Tensor:
        return torch.randint(below, (n, 1, 1), generator=generator, device=device)

    rows = torch.arange(height, device=device).view(1, -1, 1)
    columns = torch.arange(width, device=device).view(1, 1, -1)
    if may_flip:
        columns = torch.where(draw(2) == 1, columns.flip(-1), columns)
    padded = F.pad(images, [max_shift] * 4)
    rows, columns = rows + draw(2 * max_shift + 1), columns + draw(2 * max_shift + 1)
    moved = padded[torch.arange(n, device=device).view(-1, 1, 1), :, rows, columns]
    return moved.permute(0, 3, 1, 2)


def cut_out(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Set a square around any pixel of each normalized image (n, 3, h, w) to the mean, 0.

    Source: DeVries and Taylor 2017, section 3.
    """
    n, _, height, width = images.shape
    device = images.device
    top = torch.randint(height, (n, 1, 1, 1), generator=generator, device=device) - side // 2
    left = torch.randint(width, (n, 1, 1, 1), generator=generator, device=device) - side // 2
    rows = torch.arange(height, device=device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=device).view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return images.masked_fill(inside, 0.0)


class DeviceLoader:
    """Batches of images that are kept on the device as one tensor; it replaces a DataLoader.

    Args:
        images: (n, 3, h, w), uint8, on the device.
        labels: (n,), int64, on the device.
        batch_size: images per batch.
        prepare: turns a batch of images into the network's input, float32.
        generator: draws the order, on the device; ``prepare`` may draw from it, too. An incomplete
            last batch is then dropped, so that all batches have one shape. Without a generator the
            order is kept and no image is dropped.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch_size: int,
        prepare: Callable[[Tensor], Tensor],
        generator: torch.Generator | None = None,
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size = batch_size
        self.prepare = prepare
        self.generator = generator
        self.drop_last = generator is not None and len(labels) >= batch_size

    def __len__(self) -> int:
        full, rest = divmod(len(self.labels), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        n, device = len(self.labels), self.labels.device
        shuffled = self.generator is not None
        order = (
            torch.randperm(n, generator=self.generator, device=device)
            if shuffled
            else torch.arange(n)
        )
        for chosen in order.to(device).split(self.batch_size)[: len(self)]:
            yield self.prepare(self.images[chosen]), self.labels[chosen]


Loader = DataLoader | DeviceLoader  # a training uses either of the two


def make_device_loaders(
    data: ImageData,
    batch_size: int,
    device: torch.device,
    augmented: bool = True,
    cutout: int = 0,
    seed: int = 0,
) -> tuple[DeviceLoader, DeviceLoader]:
    """Return loaders of training and test batches as ``make_loaders`` does, on the device.

    Args:
        data: what ``load_dataset`` returned.
        batch_size: images per batch.
        device: where all images are put: 3 kB each at 32×32.
        augmented: whether training images are shifted and, where they may be, mirrored.
        cutout: side in pixels of the square that is cut out of each training image; 0 cuts nothing
            out.
        seed: decides the order and the augmentation.
    """
    mean, std = (
        torch.tensor(values, device=device).view(3, 1, 1)
        for values in channel_statistics(data.train_images)
    )
    generator = torch.Generator(device).manual_seed(seed)

    def for_testing(images: Tensor) -> Tensor:
        return (images.float() / 255 - mean) / std

    def for_training(images: Tensor) -> Tensor:
        if augmented:
            images = shift_and_flip(images, data.max_shift, data.may_flip, generator)
        images = for_testing(images)
        return cut_out(images, cutout, generator) if cutout else images

    images, labels = data.train_images.to(device), data.train_labels.to(device)
    train = DeviceLoader(images, labels, batch_size, for_training, generator)
    images, labels = data.test_images.to(device), data.test_labels.to(device)
    return train, DeviceLoader(images, labels, batch_size, for_testing)
