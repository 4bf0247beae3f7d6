# %% [markdown]
# # 1. Images as tensors
#
# A network never sees an image. It sees a block of numbers. This chapter turns
# images into the numbers that the rest of the tutorial trains on.
#
# **At the end of this chapter you have** real images in tensors, normalised,
# augmented and cut into batches, by two functions that every later chapter
# calls: `load_dataset` and `make_loaders`.
#
# **You need** Python and a little PyTorch: what a tensor is, and how to read
# its shape.

# %%
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from tutorial_code.data.data_sets import find_data_set

# %% [markdown]
# ## One image
#
# We start with data that needs no download: 1,797 handwritten digits that come
# with scikit-learn. Each was written by a person on a tablet and stored as 8×8
# values from 0 (paper) to 16 (ink).
#
# Look at one as the computer has it. Before you look at the label: which digit
# is it?

# %%
if __name__ == "__main__":
    from sklearn.datasets import load_digits

    digits = load_digits()
    print(digits.images[12].astype(int))
    print("label:", digits.target[12])

# %% [markdown]
# ResNet-50 expects colour images, and more than 8 pixels a side. So we enlarge
# each digit to 32×32 and repeat it in three channels: red, green and blue.
# PyTorch puts the channels first. A batch of images has the shape `(batch,
# channels, height, width)`, and you will read that order on every page from
# here on.
#
# We keep a pixel as one byte, 0 to 255, as image files do: a quarter of the
# memory of a float.

# %%
IMAGE_SIZE = 32


class ImageData(NamedTuple):
    """A data set in memory, in two splits: one to learn from, one to be tested
    on.
    """

    train_images: Tensor  # (n, 3, 32, 32), uint8
    train_labels: Tensor  # (n,), int64: indices into classes
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]
    # pixels by which an image may be shifted and still show all that matters
    max_shift: int
    may_flip: bool = (
        False  # whether a mirrored image still belongs to its class
    )


def load_digits_data() -> ImageData:
    """Return scikit-learn's handwritten digits as 32×32 RGB, 1,437 to train and
    360 to test.
    """
    # here, because importing it takes seconds
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    # (1797, 1, 8, 8)
    images = torch.from_numpy(digits.images).float()[:, None] * (255 / 16)
    images = F.interpolate(
        images, size=(IMAGE_SIZE, IMAGE_SIZE), mode="bilinear"
    )
    images = images.round().byte().expand(-1, 3, -1, -1)  # (1797, 3, 32, 32)
    labels = torch.from_numpy(digits.target).long()
    train, test = train_test_split(
        range(len(labels)), test_size=0.2, stratify=labels, random_state=0
    )
    classes = tuple(str(name) for name in digits.target_names)
    return ImageData(
        images[train],
        labels[train],
        images[test],
        labels[test],
        classes,
        max_shift=2,
        may_flip=False,
    )


if __name__ == "__main__":
    data = load_digits_data()
    print(
        "training images",
        tuple(data.train_images.shape),
        data.train_images.dtype,
    )
    print("test images    ", tuple(data.test_images.shape))
    print("images a class ", data.train_labels.bincount().tolist())

# %% [markdown]
# Two splits, and they never meet. The network learns from the training images.
# The test images answer one question at the end: does it also work on images it
# has not seen?
#
# ## Three data sets, one function
#
# The same code trains on photographs. `load_dataset` takes one of three names:
#
# - `digits`: the data set above, always at hand;
# - `cifar10`: 60,000 photographs of ten kinds of things (Krizhevsky, 2009),
#   downloaded once, 170 MB;
# - `folder:PATH`: your own images, in `PATH/train/<class>/` and
#   `PATH/test/<class>/`.


# %%
def load_dataset(
    spec: str, root: Path = Path("data"), mirror: bool | None = None
) -> ImageData:
    """Load a data set by its name.

    Args:
        spec: ``digits``, ``cifar10`` or ``folder:PATH``. Images of a folder may
            have any size and mode.
        root: where the CIFAR-10 archive is, or is put.
        mirror: whether training images may be mirrored, if that is to differ
            from what the data set says of itself.

    Raises:
        ReaderError: the name is unknown, or the data cannot be found, fetched
            or read.
    """
    data_set, path = find_data_set(spec)
    data = data_set.load(path or Path(root))
    return data._replace(may_flip=data_set.mirror if mirror is None else mirror)


# %% [markdown]
# ## Normalisation
#
# Bytes from 0 to 255 are awkward for a network: all positive, and far from 0.
# Its first weights are drawn for inputs with a mean near 0 and a spread near 1.
# So from each channel we subtract its mean and divide by its standard
# deviation.
#
# Which mean? That of the training images. The test images stand for images that
# nobody has seen yet, so nothing may be computed from them. And we compute it
# here. Constants copied from another project are right for its data, if they
# ever were.


# %%
def channel_statistics(images: Tensor) -> tuple[list[float], list[float]]:
    """Return mean and standard deviation of each channel of uint8 images (n, 3,
    h, w), on the scale 0 to 1.
    """
    channels = [
        images[:, channel].float() / 255 for channel in range(images.shape[1])
    ]
    means = [channel.mean().item() for channel in channels]
    deviations = [channel.std(correction=0).item() for channel in channels]
    # A channel that is the same everywhere has no spread to divide by, only
    # rounding; 1 leaves it alone.
    deviations = [
        deviation if deviation > 1e-6 else 1.0 for deviation in deviations
    ]
    return means, deviations


if __name__ == "__main__":
    mean, std = channel_statistics(data.train_images)
    print("mean", [round(value, 4) for value in mean])
    print("std ", [round(value, 4) for value in std])

# %% [markdown]
# The channels agree because a grey digit has the same value in each. For
# photographs they differ.
#
# These statistics also say which images a network can judge at all. In our
# digits the ink is light and the paper is dark. A digit that you write in black
# on white has its light and dark exchanged: after normalisation its paper lies
# far above 0, where the paper of every training image lies below. The network
# has never seen anything like it, and it names a class all the same, often with
# a high probability, because softmax always shares out the whole 100%. So
# `resnet50 predict` compares the mean of your image with those of the training
# images. It warns you when they are far apart, and `--invert` exchanges light
# and dark.
#
# ## Augmentation
#
# 1,437 images are few. A network with millions of weights can learn each by
# heart. So at every visit we show a slightly different image: shifted by a few
# pixels and, where it makes sense, mirrored. Each pass through the data is then
# new, and learning by heart stops paying.
#
# *Predict:* a mirrored cat is a cat. What is a mirrored 3? And a mirrored 8?


# %%
def augment(image: Tensor, max_shift: int, may_flip: bool) -> Tensor:
    """Return an image (3, h, w) shifted at random by up to ``max_shift`` pixels
    each way, and mirrored at times.

    What moves in at the border is black. Half of the images are mirrored if
    they may be.
    """
    _, height, width = image.shape
    padded = F.pad(image, [max_shift] * 4)
    top, left = torch.randint(2 * max_shift + 1, (2,)).tolist()
    image = padded[:, top : top + height, left : left + width]
    return image.flip(-1) if may_flip and torch.rand(()) < 0.5 else image


if __name__ == "__main__":
    from tutorial_code.shared import plots

    torch.manual_seed(0)
    chosen = data.train_images[:6]
    shifted = torch.stack(
        [augment(image, max_shift=4, may_flip=False) for image in chosen]
    )
    mirrored = chosen.flip(-1)
    titles = ["as it is"] * 6 + ["shifted"] * 6 + ["mirrored"] * 6
    plots.show(
        plots.image_grid(
            torch.cat([chosen, shifted, mirrored]), titles, columns=6
        ),
        name="ch01-augmentation",
        alt="Six digits as they are, shifted by a few pixels, and mirrored. "
        "Mirrored digits are no digits.",
    )

# %% [markdown]
# A mirrored 3 is no digit at all. Teach the network that it is a 3 and you
# teach it something false. An augmentation says "this change does not change
# the class", and that is a claim about the data. So `may_flip` belongs to the
# data set: no for digits, yes for photographs. So does `max_shift`: 4 pixels
# for photographs, but 2 for digits, which fill their frame.
#
# ## Batches
#
# A `Dataset` gives one image by its index. A `DataLoader` shuffles the indices,
# asks for the images and stacks them into batches. Test images are neither
# shuffled nor augmented: the test must ask the same questions each time.


# %%
class ImageDataset(Dataset):
    """Images with their labels; the transforms are applied anew at each
    visit, one after the other.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        transforms: Sequence[Callable[[Tensor], Tensor]],
    ) -> None:
        self.images = images
        self.labels = labels
        self.transforms = transforms

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = self.images[index]
        for transform in self.transforms:
            image = transform(image)
        return image, self.labels[index]


def normalise(images: Tensor, mean: list[float], std: list[float]) -> Tensor:
    """Turn uint8 images (…, 3, h, w) into the float32 numbers that the network
    takes.
    """
    return (
        images.float() / 255 - torch.tensor(mean).view(3, 1, 1)
    ) / torch.tensor(std).view(3, 1, 1)


def make_loaders(
    data: ImageData,
    batch_size: int = 32,
    augmented: bool = True,
    seed: int = 0,
    workers: int = 0,
) -> tuple[DataLoader, DataLoader]:
    """Return a loader of training batches and a loader of test batches.

    A batch is a pair: images (batch, 3, 32, 32) float32, normalised by the
    training images' statistics, and labels (batch,) int64.

    Args:
        data: what ``load_dataset`` returned.
        batch_size: images a batch; the last batch of an epoch holds what is
            left.
        augmented: whether training images are changed at random; the random
            numbers are torch's own.
        seed: decides the order of the training images.
        workers: processes that prepare training batches beside the training; 0
            prepares them in between.
    """
    mean, std = channel_statistics(data.train_images)
    scaled = partial(normalise, mean=mean, std=std)
    changed = (
        [partial(augment, max_shift=data.max_shift, may_flip=data.may_flip)]
        if augmented
        else []
    )
    train = ImageDataset(
        data.train_images, data.train_labels, [*changed, scaled]
    )
    test = ImageDataset(data.test_images, data.test_labels, [scaled])
    # BatchNorm needs two values a channel to compute a spread, so a single
    # image left over sits this epoch out.
    one_left = len(train) % batch_size == 1
    order = torch.Generator().manual_seed(seed)
    options = {
        "shuffle": True,
        "drop_last": one_left,
        "generator": order,
        "num_workers": workers,
    }
    return DataLoader(train, batch_size, **options), DataLoader(
        test, batch_size
    )


if __name__ == "__main__":
    train_loader, test_loader = make_loaders(data)
    images, labels = next(iter(train_loader))
    print(
        "a batch  ",
        tuple(images.shape),
        images.dtype,
        "labels",
        tuple(labels.shape),
    )
    print(
        "mean     ",
        round(images.mean().item(), 3),
        "  std",
        round(images.std().item(), 3),
    )
    sizes = [len(labels) for _, labels in train_loader]
    print(len(sizes), "batches of", sizes[0], "and a last one of", sizes[-1])

# %% [markdown]
# The mean is near 0 and the spread near 1, as planned; not exactly, because
# this is one shifted batch.
#
# The last batch is smaller. Remember it. Averages over batches are not averages
# over images, and chapters 5 and 6 come back to that.
#
# ## Check
#
# - `images.shape` is `(32, 3, 32, 32)`: batch, channels, height, width.
# - The normalised training images have a mean near 0 and a standard deviation
#   near 1.
# - Two passes over `train_loader` give the same images in another order and
#   with other shifts. Two passes over `test_loader` give the same.
#
# ## What usually goes wrong
#
# - **Channels last.** Most image libraries store `(height, width, channels)`.
# - **Statistics from all the data.** Computed over the test images too, they
#   leak. The test looks a little better than it is.
# - **Augmented test images.** The accuracy changes from one evaluation to the
#   next.
# - **A flip that changes the class**, as with digits, letters and signs.
#
# ## Read on
#
# - Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009:
#   where CIFAR-10 comes from.
# - He et al., *Deep Residual Learning for Image Recognition*, 2015, section
#   4.2: the pad-by-4, crop and flip used here, for CIFAR-10.
#
# Next: [chapter 2](ch02_layers.py) looks at the three kinds of layers that the
# network is built of.
