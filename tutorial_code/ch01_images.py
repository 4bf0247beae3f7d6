# %% [markdown]
# # 1. Images as tensors
#
# *What does a network see?*
#
# A network never sees an image. It sees numbers, and nearly all that it does is
# multiply and add them. So the first task is to turn images into numbers in
# a way that suits it. Below is a handwritten digit as the computer has it.
#
# ![Choose a digit and move over its pixels. Each number is the ink in one
# pixel, from 0, which is bare paper, to 16, which is full ink.](figure:digit)
#
# **By the end of this chapter you will have** real images in tensors,
# normalized, augmented and cut into batches, by two functions that later
# chapters call again and again: `load_dataset` and `make_loaders`.
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
# with scikit-learn. Thirteen people wrote them on paper forms. The forms were
# scanned, the scan of each digit was divided into 4×4 blocks, and the inked
# dots in each block were counted, which gives 8×8 numbers from 0 to 16 (the
# description of `load_digits` has the details).
#
# Here is one of them, as numbers only.

# %%
if __name__ == "__main__":
    from sklearn.datasets import load_digits

    digits = load_digits()
    print(digits.images[12].astype(int))

# %% [markdown]
# *Predict:* which digit is it?
#
# - 2
# - 3
# - 5
# - 8

# %%
if __name__ == "__main__":
    print("label:", digits.target[12])

# %% [markdown]
# If this was hard, that is the point. You can see the shape only once you
# imagine each number as a shade of gray. A network has to find the shape from
# numbers like these every time. The right answer that comes with an image is
# called its **label**; here it is the digit that the writer was asked for.
#
# ## Color
#
# A digit needs one number for each pixel. A photograph needs three: how much
# red, how much green and how much blue light. Each of these is called a
# **channel**.
#
# ![Move over the photograph and read the three numbers of each pixel, from 0,
# which is dark, to 255. The photograph, by vultilion, comes with scikit-learn
# (CC BY 2.0); here it is reduced to 72×48 pixels.](figure:pixels)
#
# The three channels can be looked at one by one. In the figure below, the
# petals are bright in red, less bright in green and dark in blue: together that
# makes orange.


# %% tags=["folded"]
if __name__ == "__main__":
    from sklearn.datasets import load_sample_image

    from tutorial_code.shared import plots

    photograph = torch.from_numpy(load_sample_image("flower.jpg").copy())
    flower = photograph.permute(2, 0, 1)  # (3, 427, 640)
    small = F.interpolate(flower[None].float(), size=(80, 120), mode="area")
    small = small[0].round().byte()  # (3, 80, 120)
    one_channel = [
        small * torch.eye(3, dtype=torch.uint8)[channel].view(3, 1, 1)
        for channel in range(3)
    ]
    names = ["all three", "red", "green", "blue"]
    plots.show(
        plots.image_grid([small, *one_channel], names, columns=4, size=1.5),
        name="ch01-channels",
        alt="An orange flower on a dark background, and its red, green and "
        "blue channels, each in its own color: the petals are brightest in "
        "red.",
        caption="Compare the three channels of the same flower: red is bright "
        "where the petals are, blue is dark there.",
        narrow=plots.image_grid(
            [small, *one_channel], names, columns=2, size=1.5
        ),
    )

# %% [markdown]
# An image file, and most libraries for images, store the three values of a
# pixel together, and one pixel after another. The flower is 640 pixels wide and
# 427 high.
#
# *Predict:* What shape does the flower have as the library gives it?
#
# - `(640, 427, 3)`
# - `(427, 640, 3)`
# - `(3, 427, 640)`

# %%
if __name__ == "__main__":
    print("as the library gives it:", tuple(photograph.shape))
    print("channels first:         ", tuple(photograph.permute(2, 0, 1).shape))

# %% [markdown]
# Rows come first, then columns: `(427, 640, 3)`. It is tempting to exchange the
# two, because one says "640 by 427" of a photograph. But an array counts its
# rows first, like a matrix, so height comes before width. PyTorch keeps that
# order and only moves the channels to the front.
#
# ## A batch is a block of numbers
#
# Images go through a network several at a time. Together they are called a
# **batch**, and its tensor has four axes, `(batch, channels, height, width)`.
# You will read that order on every page from here on.
#
# ![Choose an image, a channel, a row and a column, and see where that one
# number lies in memory. The whole batch is one long row of numbers: a step
# along the width moves one place, a step along the height a whole row, and so
# on.](figure:batch)
#
# PyTorch finds a number by these steps; its method `stride()` gives them, and
# they have nothing to do with the stride of a convolution. By hand, the number
# at image $n$, channel $c$, row $h$, column $w$ of a batch with $C$ channels of
# $H$ rows and $W$ columns lies at
#
# $$((n \cdot C + c) \cdot H + h) \cdot W + w$$

# %%
if __name__ == "__main__":
    batch = torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)  # (N, C, H, W)
    n, c, h, w = 1, 2, 0, 3
    by_hand = ((n * 3 + c) * 4 + h) * 5 + w
    print("by hand:", by_hand, "  the tensor:", batch[n, c, h, w].item())
    print("steps of each axis:", batch.stride())

# %% [markdown]
# ## Digits for a network that expects photographs
#
# ResNet-50 takes images with three channels and reduces their height and their
# width 32 times along the way, so 8 pixels a side are not enough. We enlarge
# each digit to 32×32 and give it three equal channels. A value is kept as one
# byte, 0 to 255, as image files do: a quarter of the memory of a 32-bit number.
#
# The images come in two **splits** that never meet. The network learns from the
# *training* images. The *test* images answer one question at the end: does it
# also work on images that it has not seen? Note what this test cannot answer.
# The split is made at random, so the same thirteen writers are on both sides.
# How well the network reads the handwriting of somebody else stays unknown.

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
    # whether a mirrored image still belongs to its class
    may_flip: bool = False


# %% [markdown]
# These are the steps from an 8×8 digit to an image for the network. The values
# from 0 to 16 are stretched to 0 to 255, so that paper is black and ink is
# white from here on. The new pixels are computed from their neighbors, and the
# one channel is given three times.

# %%
if __name__ == "__main__":
    image = torch.from_numpy(digits.images[12]).float() * (255 / 16)  # (8, 8)
    image = F.interpolate(image[None, None], size=(32, 32), mode="bilinear")
    print(tuple(image.shape))  # batch, channel, height, width
    image = image.round().byte().expand(-1, 3, -1, -1)
    print(tuple(image.shape), image.dtype)

# %% [markdown]
# `load_digits_data` does this for all of them and puts a fifth aside for the
# test, so that each class has its share in both splits.


# %%
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


# %%
if __name__ == "__main__":
    data = load_digits_data()
    print("training images", tuple(data.train_images.shape))
    print("test images    ", tuple(data.test_images.shape))
    print("values         ", data.train_images.dtype)
    print("images a class ", data.train_labels.bincount().tolist())

# %% [markdown]
# The same code trains on photographs. `load_dataset` takes one of four names:
#
# - `digits`: the data set above, always at hand;
# - `cifar10`: 60,000 photographs of ten kinds of things (Krizhevsky, 2009),
#   downloaded once, 170 MB;
# - `folder:PATH`: your own images, in `PATH/train/<class>/` and
#   `PATH/test/<class>/`;
# - `imagenet:PATH`: ImageNet, 1.28 million photographs (Russakovsky et al.,
#   2015), in `PATH/train/<class>/` and `PATH/val/<class>/`. They do not fit
#   into memory, so they stay on disk, and `resnet50 train` has loaders of its
#   own for them.


# %%
def load_dataset(
    spec: str, root: Path = Path("data"), mirror: bool | None = None
) -> ImageData:
    """Load a data set by its name.

    Args:
        spec: ``digits``, ``cifar10``, ``folder:PATH`` or ``imagenet:PATH``.
            Images of a folder may have any size and mode.
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
# ## Normalization
#
# Bytes from 0 to 255 are awkward to compute with: none is negative, and what
# counts as bright differs from one data set to the next. So from each channel
# one subtracts its mean and divides by its **standard deviation**, which
# measures how far the values are spread around the mean. This is called
# **normalization**. With four numbers it can be done with a pencil. The values
# 1, 3, 5 and 7 have the mean 4. Their distances from it are −3, −1, 1 and 3,
# and the squares of these, 9, 1, 1 and 9, have the mean 5. The standard
# deviation is the root of that, 2.236.

# %%
if __name__ == "__main__":
    values = torch.tensor([1.0, 3.0, 5.0, 7.0])
    normalized = (values - values.mean()) / values.std(correction=0)
    print("by hand: ", [round(d / 5**0.5, 3) for d in (-3, -1, 1, 3)])
    print("by torch:", [round(value, 3) for value in normalized.tolist()])

# %% [markdown]
# With photographs it is the same, for each channel by itself. The figure shows
# it for a single photograph, the flower.

# %% tags=["folded"]
if __name__ == "__main__":

    def histograms(columns: int, width: float) -> plots.Figure:
        """Draw how often each value occurs in the flower, before and after."""
        rows = 2 // columns
        figure, axes = plots.figure_with(rows, columns, width, 2.2 * rows)
        before, after = axes.flat
        pixels = flower.float()
        pixels = pixels - pixels.mean(dim=(1, 2), keepdim=True)
        pixels = pixels / pixels.std(dim=(1, 2), correction=0, keepdim=True)
        for channel, color in enumerate(["#d04437", "#2e9e5b", "#3f7fe0"]):
            options = {"bins": 60, "histtype": "step", "color": color}
            before.hist(flower[channel].flatten().numpy(), **options)
            after.hist(pixels[channel].flatten().numpy(), **options)
        before.set(title="before: 0 to 255", ylabel="pixels")
        after.set(title="after: mean 0, deviation 1")
        for axis in (before, after):
            axis.set_yticks([])
        return figure

    plots.show(
        histograms(columns=2, width=6.0),
        name="ch01-histograms",
        alt="Histograms of the red, green and blue values of the flower. "
        "Before normalization they lie in different places between 0 and 255; "
        "after it all three have their mean at 0 and the same spread.",
        caption="Look at the horizontal axes: the red, green and blue values "
        "of the flower, before and after normalization. The shapes stay. Their "
        "means and their standard deviations become the same.",
        narrow=histograms(columns=1, width=3.0),
    )

# %% [markdown]
# Which mean? That of the training images. The test images stand for images that
# nobody has seen yet, so nothing may be computed from them, not even a mean.
# And it is computed here, from our own data: numbers copied from another
# project belong to its images.
#
# After normalization 0 has a meaning: "as bright as the average". That matters
# at the border of an image. A convolution (chapter 2) surrounds it with zeros,
# and after normalization such a border is neither bright nor dark.


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


def normalize(images: Tensor, mean: list[float], std: list[float]) -> Tensor:
    """Turn uint8 images (…, 3, h, w) into the float32 numbers that the network
    takes.
    """
    return (
        images.float() / 255 - torch.tensor(mean).view(3, 1, 1)
    ) / torch.tensor(std).view(3, 1, 1)


if __name__ == "__main__":
    mean, std = channel_statistics(data.train_images)
    print("mean", [round(value, 4) for value in mean])
    print("std ", [round(value, 4) for value in std])

# %% [markdown]
# The three channels agree because a gray digit has the same value in each.
# Those of the flower differ.
#
# These statistics also say which images a network can judge at all. Our numbers
# count ink, so as images the digits are light on a dark ground; on paper it is
# the ink that is dark. In a digit that you write in black on white it is the
# other way round: after normalization its paper lies far above 0, while that of
# every training image lies below 0. The network has never seen such an image,
# and yet it names a class, because it has no way to name none. So `resnet50
# predict` compares the mean of your image with those of the training images. It
# warns you when they are far apart, and `--invert` exchanges light and dark.
#
# ## Augmentation
#
# 1,437 images are few, and a network with millions of weights can memorize
# them. So each time that it meets an image, we change the image a little: we
# shift it by some pixels, and where it makes sense we mirror it. This is called
# **augmentation**. It says to the network: such a change does not change the
# class.
#
# *Predict:* a mirrored cat is a cat. Which of the ten digits are still digits
# of the same class when they are mirrored left to right?
#
# - All of them.
# - 0, 1 and 8, depending on how they are written.
# - 0, 2, 5 and 8.
# - Only 0.


# %% tags=["folded"]
if __name__ == "__main__":
    first_of = [
        int((data.train_labels == digit).nonzero()[0]) for digit in range(10)
    ]
    ten = data.train_images[first_of]
    titles = [str(digit) for digit in range(10)] + ["mirrored"] * 10
    plots.show(
        plots.image_grid(
            torch.cat([ten, ten.flip(-1)]), titles, columns=10, size=0.62
        ),
        name="ch01-mirrored",
        alt="The ten digits and below them their mirror images. The mirrored 0 "
        "and 8 can be read, the others look wrong or like another sign.",
        caption="Above, one image of each digit; below, the same mirrored.",
        narrow=plots.image_grid(
            torch.cat([ten[:5], ten[:5].flip(-1), ten[5:], ten[5:].flip(-1)]),
            titles[:5] + titles[10:15] + titles[5:10] + titles[10:15],
            columns=5,
            size=0.6,
        ),
    )

# %% [markdown]
# The 0 and the 8 survive, and so does a 1 that is a plain stroke. A mirrored 3
# is no digit at all, and whoever teaches a network that it is a 3 teaches it
# something false. An augmentation is a claim about the data. Therefore
# `may_flip` belongs to the data set: it is false for digits and true for
# CIFAR-10, and for a folder of your own images it is false unless you pass
# `--mirror`. `max_shift` belongs to the data set, too: it is 4 pixels for
# photographs (He et al. 2015, section 4.2), but 2 for digits, which nearly fill
# their frame.


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


# %% tags=["folded"]
if __name__ == "__main__":
    torch.manual_seed(0)
    digit = ten[3]
    shown = [digit] + [
        augment(digit, max_shift=2, may_flip=False) for _ in "1234"
    ]
    shown += [small] + [
        augment(small, max_shift=12, may_flip=True) for _ in "1234"
    ]
    titles = (["as it is"] + ["augmented"] * 4) * 2
    order = [0, 1, 2, 5, 6, 8]  # for a phone
    plots.show(
        plots.image_grid(shown, titles, columns=5, size=1.1),
        name="ch01-augmentation",
        alt="A digit 3 and a flower, each as it is and four times augmented: "
        "the digit is shifted a little, the flower is shifted and sometimes "
        "mirrored.",
        caption="Compare each first image with those beside it. The digit "
        "is shifted by up to 2 of its 32 pixels. The flower is shifted by up "
        "to 12 of its 120 pixels, and mirrored half of the time.",
        narrow=plots.image_grid(
            [shown[i] for i in order], [titles[i] for i in order], columns=3
        ),
    )

# %% [markdown]
# With shifts of up to 2 pixels each way, a digit has $5 \times 5 = 25$
# variants. That is not many, but whoever memorizes must now know all 25.
#
# ## Batches
#
# In PyTorch a `Dataset` gives one image by its index. A `DataLoader` shuffles
# the indices, asks for the images and stacks them into batches. The test images
# are neither shuffled nor augmented: the test must ask the same questions each
# time.


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


# %% [markdown]
# `make_loaders` puts the pieces together: statistics of the training images,
# augmentation for them alone, normalization for both.


# %%
def make_loaders(
    data: ImageData,
    batch_size: int = 32,
    augmented: bool = True,
    seed: int = 0,
    workers: int = 0,
) -> tuple[DataLoader, DataLoader]:
    """Return a loader of training batches and a loader of test batches.

    A batch is a pair: images (batch, 3, 32, 32) float32, normalized by the
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
    scaled = partial(normalize, mean=mean, std=std)
    changed = (
        [partial(augment, max_shift=data.max_shift, may_flip=data.may_flip)]
        if augmented
        else []
    )
    train = ImageDataset(
        data.train_images, data.train_labels, [*changed, scaled]
    )
    test = ImageDataset(data.test_images, data.test_labels, [scaled])
    # The last layers have one position, where a single image gives BatchNorm
    # (chapter 2) one value a channel, and no spread. So an image that is left
    # over alone sits this epoch out.
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


# %% [markdown]
# *Predict a number:* 1,437 training images in batches of 32. How many images
# are in the last batch?

# %%
if __name__ == "__main__":
    train_loader, test_loader = make_loaders(data)
    sizes = [len(labels) for _, labels in train_loader]
    print(
        len(sizes) - 1, "batches of", sizes[0], "and a last one of", sizes[-1]
    )

# %% [markdown]
# $44 \times 32 = 1408$, which leaves 29. It is easy to overlook that the last
# batch is smaller, and easy to be wrong because of it: the average of the
# batches' averages is not the average over the images. Chapters 5 and 6 come
# back to that.
#
# Here is one batch, as a network will get it.

# %%
if __name__ == "__main__":
    images, labels = next(iter(train_loader))
    print("images", tuple(images.shape), images.dtype)
    print("labels", tuple(labels.shape), labels[:8].tolist(), "…")
    print(f"mean {images.mean():.3f}  standard deviation {images.std():.3f}")

# %% [markdown]
# The mean is near 0 and the standard deviation near 1. They are not exact,
# because this is one batch, and its images are shifted.
#
# ## What goes wrong
#
# - **Channels last.** Most image libraries give `(height, width, channels)`. A
#   network complains about the number of channels, if you are lucky. An image
#   that is 3 pixels high would pass without a word.
# - **Statistics from all the data.** Computed over the test images too, they
#   tell the network something about the test in advance. For our digits the
#   effect on the mean is tiny (the cell below prints it), but a rule that is
#   kept only where it matters is soon broken where it does.
# - **A flip that changes the class,** as with digits and letters. Nothing
#   raises an error; the network is taught something false.

# %%
if __name__ == "__main__":
    everything = torch.cat([data.train_images, data.test_images])
    both, _ = channel_statistics(everything)
    print(f"mean of the training images {mean[0]:.5f}, of all {both[0]:.5f}")

# %% [markdown]
# ## In three sentences
#
# - A batch of images is a tensor of shape `(batch, channels, height, width)`,
#   and a pixel of a photograph is three of its numbers.
# - Normalization subtracts from each channel the training images' mean and
#   divides by their standard deviation, so that 0 means "as bright as the
#   average".
# - An augmentation changes an image without changing its class, which is a
#   claim about the data and not about the network.
#
# ## Three questions
#
# *Question:* A tensor of images has the shape `(64, 3, 32, 48)`. How many
# pixels wide are the images?
#
# *Answer:* They are 48 pixels wide and 32 high. The last axis is the width. 64
# is the number of images, and 3 the number of channels.
#
# *Question:* Why are the test images normalized with the mean of the training
# images, and not with their own?
#
# *Answer:* The network must see new images exactly as it would see a single one
# that arrives tomorrow, and that one has no mean of a test set. And nothing of
# the test may be used to prepare it.
#
# *Question:* You train on photographs of traffic signs. Is mirroring a good
# augmentation?
#
# *Answer:* No. A mirrored "turn left" says "turn right", so the change would
# change the class. A small shift does not.
#
# ## Read on
#
# - Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009:
#   where CIFAR-10 comes from.
# - He et al., *Deep Residual Learning for Image Recognition*, 2015, section
#   4.2: the padding by 4 pixels, random crop and flip that we use for CIFAR-10.
#
# Next: [chapter 2](ch02_layers.py) looks at the three kinds of layers that the
# network is built of.
