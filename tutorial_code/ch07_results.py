# %% [markdown]
# # 7. The result
#
# *What did it learn, and where is it wrong?*
#
# A single number, such as 98%, is where most trainings end. It does not say
# which images are in the other 2%, whether the network knew that it was
# guessing, what in an image it went by, or whether the next training would give
# the same number. This chapter asks all four.
#
# ![Choose a test digit and a class. The small squares are its ink. Amber marks
# the places whose features speak for that class, by a method that is
# written below. Compare the right class with others.](figure:where-it-looks)
#
# **By the end of this chapter you will have** trained a network from end to
# end, your own ResNet-50 by one command, and taken apart the tools that examine
# its result: the confusion matrix, a reliability diagram, Grad-CAM, and the
# error of a difference between two runs.
#
# **You need** chapters 1 to 6.

# %%
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import ImageData, load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import make_pair
from tutorial_code.ch05_training import (
    add_schedule,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.shared import plots, tables

# %% [markdown]
# ## Train and test, epoch by epoch
#
# A training is chapter 5's loop and chapter 6's test in turn. The test decides
# nothing: the weights after the last epoch are the result, even where an
# earlier epoch did better. Strictly, one would look at the test images only
# once, and not after every epoch as we do.


# %%
class Epoch(NamedTuple):
    """What one epoch gave."""

    epoch: int  # counted from 1
    train_loss: float  # mean per image, while the weights were still changing
    test_loss: float  # mean per image, after the epoch
    test_accuracy: float  # percent, after the epoch
    seconds: float  # training and testing together


def fit(
    model: nn.Module,
    train_loader: Iterable,
    test_loader: Iterable,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    epochs: int,
    history: Sequence[Epoch] = (),
    after_epoch: Callable[[list[Epoch]], None] = lambda history: None,
    train: Callable[..., float] = train_one_epoch,
    test: Callable[..., tuple[float, float]] = evaluate,
) -> list[Epoch]:
    """Train and test for ``epochs`` epochs in all; return one entry for each.

    All arguments up to ``device`` are those of ``train_one_epoch`` and
    ``evaluate``.

    Args:
        epochs: how many there are to be at the end.
        history: epochs that are done already, when a training is resumed.
        after_epoch: called with the history so far after each epoch, to print
            it or to save the weights.
        train: the loop of one epoch, chapter 5's or your own.
        test: the loop of the test after it, chapter 6's or your own.
    """
    history = list(history)
    while len(history) < epochs:
        start = time.perf_counter()
        train_loss = train(model, train_loader, criterion, optimizer, device)
        test_loss, test_accuracy = test(model, test_loader, criterion, device)
        seconds = time.perf_counter() - start
        history.append(
            Epoch(
                len(history) + 1, train_loss, test_loss, test_accuracy, seconds
            )
        )
        after_epoch(history)
    return history


# %% [markdown]
# ResNet-50 takes about a minute for the digits. What we take apart here is a
# network that takes seconds: six residual pairs of chapter 3 on maps of 8×8.
# Each pair with its addition is a module, so that we can read its output.


# %%
class ResidualPair(nn.Module):
    """A pair of 3×3 convolutions with its shortcut: relu(F(x) + x)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pair = make_pair(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, h, w) to the same shape."""
        return torch.relu(self.pair(x) + x)


def small_network(num_classes: int = 10, channels: int = 16) -> nn.Sequential:
    """Return a residual network for images of 32×32 pixels."""
    return nn.Sequential(
        nn.Conv2d(3, channels, kernel_size=4, stride=4),
        *(ResidualPair(channels) for _ in range(6)),  # (batch, channels, 8, 8)
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, num_classes),
    )


def train_small_network(
    data: ImageData,
    seed: int,
    epochs: int = 5,
    after_epoch: Callable[[list[Epoch]], None] = lambda history: None,
) -> tuple[nn.Sequential, list[Epoch]]:
    """Train it with the schedule of chapter 5; return it with its history."""
    torch.manual_seed(seed)
    train_loader, test_loader = make_loaders(data, batch_size=64, seed=seed)
    model, steps = small_network(len(data.classes)), len(train_loader)
    optimizer = make_optimizer(model)
    add_schedule(optimizer, epochs * steps, warmup_steps=steps)
    parts = (make_criterion(), optimizer, torch.device("cpu"))
    history = fit(
        *(model, train_loader, test_loader, *parts, epochs),
        after_epoch=after_epoch,
    )
    return model, history


# %% [markdown]
# Each epoch gives two losses: the mean over the training images, and after it
# the mean over the test images.
#
# *Predict:* The network learns for five epochs. Which loss is lower in the
# last one?
#
# - The training loss, by far
# - The test loss
# - They are equal to the second decimal


# %%
def print_row(history: list[Epoch]) -> None:
    """Print the last epoch."""
    last = history[-1]
    print(
        f"{last.epoch:5}  {last.train_loss:13.3f}  {last.test_loss:9.3f}  "
        f"{last.test_accuracy:12.1f}%"
    )


if __name__ == "__main__":
    data = load_dataset("digits")
    print("epoch  training loss  test loss  test accuracy")
    model, history = train_small_network(data, 0, after_epoch=print_row)
    others = [train_small_network(data, seed) for seed in (1, 2)]
    print("the last epoch with two other seeds")
    for _, other in others:
        print_row(other)

# %% [markdown]
# The test loss. It is tempting to expect the training loss to be lower, since
# these are the images that the network learns from. But it is measured under
# harder conditions: the images are shifted at random, and the mean is taken
# over the epoch, while the network is still getting better. The test comes
# after the epoch, on images as they are.
#
# Here is ResNet-50 itself, trained by `resnet50 train` on the digits (the
# recorded run `digits-cpu`).


# %%
def loss_figure(history: Sequence[Epoch]) -> plots.Figure:
    """Draw training and test loss over the epochs."""
    lines = {
        "training loss": [e.train_loss for e in history],
        "test loss": [e.test_loss for e in history],
    }
    return plots.curves(
        lines, "epoch", "mean loss per image", log=True, dashed={"test loss"}
    )


# %% tags=["folded"]
if __name__ == "__main__":
    run = tables.recorded_run("digits-cpu")
    of_resnet50 = [Epoch(**row) for row in run.rows("metrics.jsonl")]
    plots.show(
        loss_figure(of_resnet50),
        name="ch07-loss",
        caption="Compare the two lines in the first epochs, and at the end. "
        "While the weights change fast, the running statistics of BatchNorm "
        "lag behind, and the test makes the network look worse than it is. In "
        "the end the test loss is the lower one, here too.",
        alt="Training and test loss of ResNet-50 by epoch, on a logarithmic "
        "scale. The test loss begins above the training loss and ends below.",
    )
    print("training loss per epoch:", end=" ")
    print(" ".join(f"{epoch.train_loss:.3f}" for epoch in of_resnet50))
    last = of_resnet50[-1]
    print(f"test loss {last.test_loss:.3f}", end="   ")
    print(f"test accuracy {last.test_accuracy:.1f}%")

# %% [markdown]
# A test loss far above the training loss has two common causes, and the curves
# tell them apart. In the first epochs it is BatchNorm, as chapter 6 showed, and
# it passes. Where the gap opens late and stays, the network may be
# **overfitting**: it fits its training images better and better, and new ones
# no better.
#
# ## Where is it wrong?
#
# The accuracy counts what is right. The **confusion matrix** also says what was
# taken for what. It has a row for each true class and a column for each
# prediction, so that what is right lies on the diagonal.


# %%
@torch.no_grad()
def predict(
    model: nn.Module, loader: DataLoader, device: torch.device
) -> Tensor:
    """Return the class probabilities for all images of the loader, (n,
    classes), on the CPU.
    """
    model.eval()
    return torch.cat(
        [model(images.to(device)).softmax(dim=1).cpu() for images, _ in loader]
    )


def count_confusions(probabilities: Tensor, labels: Tensor) -> list[list[int]]:
    """Return the confusion matrix: rows are true classes, columns are
    predictions, entries are counts.
    """
    classes = probabilities.shape[1]
    cells = labels * classes + probabilities.argmax(dim=1)
    return cells.bincount(minlength=classes**2).view(classes, classes).tolist()


# %% [markdown]
# The second function needs no loop. A 3 that is taken for an 8 gets the number
# 38, and `bincount` counts how often each of the hundred numbers occurs.

# %%
if __name__ == "__main__":
    cpu = torch.device("cpu")
    _, test_loader = make_loaders(data, batch_size=64)
    probabilities = predict(model, test_loader, cpu)  # (360, 10)
    confusions = count_confusions(probabilities, data.test_labels)
    right = sum(confusions[i][i] for i in range(10))
    print(f"{right} of {len(data.test_labels)} right")
    wrong = {
        (true, taken): confusions[true][taken]
        for true in range(10)
        for taken in range(10)
        if true != taken
    }
    (true, taken), times = max(wrong.items(), key=lambda item: item[1])
    print(f"most often: {true} taken for {taken}, {times} times")

# %% [markdown]
# With so few misclassified digits, which pair comes first is mostly chance. A
# pattern takes more errors. The recorded run `exercise-cpu` trained ResNet-50
# for an hour on two CPU cores. Its images are the photographs of CIFAR-10
# (Krizhevsky 2009), here as JPEG files whose pixels differ a little from the
# original ones. Of 10,000 test photographs it misclassifies 1,769.
#
# *Predict:* Which two of the ten classes are confused most often, counting both
# directions?
#
# - airplane and ship
# - automobile and truck
# - cat and dog
# - deer and horse
#
# ![Choose a true class, or point at a cell. Off the diagonal, a strong color is
# a frequent confusion.](figure:confusion)
#
# Cat and dog, with 293 of the 1,769. Automobile and truck is a good guess, and
# comes second with 108. Such a pair says where to look first, before anything
# is changed.
#
# Now look at the misclassified images themselves, beginning with those of which
# the network was most sure. Its *confidence* is the probability that it gives
# to its own answer.


# %%
class Misclassified(NamedTuple):
    """A test image that was given to the wrong class."""

    index: int  # among the test images
    true: int
    predicted: int
    probability: float  # of the wrong class


def most_confident_misclassified(
    probabilities: Tensor, labels: Tensor, most: int = 12
) -> list[Misclassified]:
    """Return the wrong predictions, the most confident first."""
    confidence, predicted = probabilities.max(dim=1)
    wrong = (predicted != labels).nonzero().flatten()
    wrong = wrong[confidence[wrong].argsort(descending=True, stable=True)][
        :most
    ].tolist()
    return [
        Misclassified(
            i, labels[i].item(), predicted[i].item(), confidence[i].item()
        )
        for i in wrong
    ]


# %% tags=["folded"]
def misclassified_figure(
    misclassified: Sequence[Misclassified],
    images: Tensor,
    classes: Sequence[str],
    columns: int = 6,
) -> plots.Figure:
    """Draw the misclassified images, each with its true and its predicted
    class.
    """
    titles = [
        f"{classes[m.true]}, taken for\n{classes[m.predicted]} "
        f"({m.probability:.0%})"
        for m in misclassified
    ]
    return plots.image_grid(
        images[[m.index for m in misclassified]], titles, columns
    )


if __name__ == "__main__":
    misclassified = most_confident_misclassified(
        probabilities, data.test_labels, most=6
    )
    if misclassified:
        shown = (misclassified, data.test_images, data.classes)
        plots.show(
            misclassified_figure(*shown),
            name="ch07-misclassified",
            caption="Ask of each digit whether you would have read it rightly. "
            "They are the misclassified ones that the small network is most "
            "sure of.",
            alt="Test digits that the small network gets wrong, beginning "
            "with those of which it is most sure, each with its true class, "
            "what it was taken for, and the probability of that.",
            narrow=misclassified_figure(*shown, columns=3),
        )

# %% [markdown]
# Some of them may be hard for you, too. For the others, ask what the training
# images have not shown. A wrong answer given with 55% is a fair guess. But what
# is one given with 95%?
#
# ## How sure may it be?
#
# A network is **calibrated** if it is right as often as it says: of all images
# to which it gives 80%, it classifies eight in ten correctly. With a pencil: a
# network is 90% sure of each of five images, and four of them are right. Its
# confidence there is 90% and its accuracy 80%, a gap of 10 points: it is a bit
# too sure.
#
# A **reliability diagram** does this for all images (Guo et al. 2017, section
# 2). It sorts them into bins by confidence, and compares the mean confidence
# and the accuracy of each bin. The mean gap, in which each bin counts by its
# images, is the *expected calibration error*.


# %%
class Bin(NamedTuple):
    """The images whose confidence is in a range."""

    count: int
    confidence: float  # their mean
    accuracy: float  # the share of them that is classified correctly


def reliability(
    probabilities: Tensor, labels: Tensor, bins: int = 10
) -> list[Bin]:
    """Return the bins of a reliability diagram that hold an image, those of
    low confidence first.

    Args:
        probabilities: of each class for each image, (n, classes).
        labels: the right classes, (n,).
        bins: into how many equal ranges 0 to 1 is divided.
    """
    confidence, predicted = probabilities.max(dim=1)
    right = (predicted == labels).float()
    number = (confidence * bins).long().clamp(max=bins - 1)  # (n,)
    return [
        Bin(
            int(own.sum()),
            confidence[own].mean().item(),
            right[own].mean().item(),
        )
        for own in (number == each for each in range(bins))
        if own.any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean gap between confidence and accuracy, in points."""
    images = sum(each.count for each in bins)
    gaps = (each.count * abs(each.confidence - each.accuracy) for each in bins)
    return 100 * sum(gaps) / images


if __name__ == "__main__":
    five = torch.tensor([[0.9, 0.1]] * 5)
    bins = reliability(five, torch.tensor([0, 0, 0, 0, 1]))
    print(bins)
    print(f"calibration error {calibration_error(bins):.1f} points")

# %% [markdown]
# Back to the photographs, of which that network gets 82% right. For 633 of them
# its confidence lies between 60 and 70%, and is 65% on average.
#
# *Predict:* What share of these is classified correctly?
#
# - About 65%, as it says
# - Fewer than 60%
# - More than 70%
#
# ![Compare each bar with the line at its end: the bar is the accuracy of the
# photographs in that bin, the line is the network's confidence in them. Then
# divide all logits by a temperature, and find the one at which the bars meet
# the lines.](figure:reliability)
#
# Fewer than 60%: it is 57.5%. The network is too sure in nearly every bin, by a
# few points. Guo et al. found most of the modern networks that they measured
# too sure, some by more than ten points. Their remedy is cheap: divide all
# logits by one number, the **temperature**, which is chosen on validation
# images (section 4.2). (Only to show the effect, the figure lets you choose it
# on the test images.) A temperature above 1 brings the logits closer together,
# so softmax gives the largest one less. It changes no answer, because the
# largest logit stays the largest.
#
# ## Where does it look?
#
# The figure at the top of this chapter is made by **Grad-CAM** (Selvaraju et
# al. 2017, section 3). It asks two questions of the last maps before the
# average pooling, here 16 channels of 8×8.
#
# 1. How much does the class's logit grow with each channel? The gradient of the
#    logit answers that for every position. Its mean over the positions is the
#    *weight* of the channel.
# 2. Where are the channels that have a large weight active? Multiply each
#    channel by its weight and add all of them up. ReLU then drops what speaks
#    against the class.
#
# First we need the maps. A **hook** is a function that PyTorch calls whenever a
# module has computed its output. It gets the module, its inputs and its output,
# and here it only keeps the output:

# %%
if __name__ == "__main__":
    kept: dict[str, Tensor] = {}

    def keep(module: nn.Module, inputs: tuple, output: Tensor) -> None:
        """Keep what the module gave."""
        kept["maps"] = output

    image = next(iter(test_loader))[0][:1]  # (1, 3, 32, 32)
    last_pair = model[6]
    handle = last_pair.register_forward_hook(keep)
    model.eval()
    logits = model(image)  # calls keep on the way
    handle.remove()  # from now on it is not called anymore
    maps = kept["maps"]
    print("maps", tuple(maps.shape), "  logits", tuple(logits.shape))

# %% [markdown]
# Then we need the gradient of one logit with respect to the maps.
# `autograd.grad` returns it, and adds nothing to the weights' own gradients.

# %%
if __name__ == "__main__":
    predicted = int(logits.argmax())
    (gradient,) = torch.autograd.grad(logits[0, predicted], maps)
    weights = gradient.mean(dim=(2, 3))  # (1, 16), one of each channel
    cam = (weights[:, :, None, None] * maps).sum(dim=1)  # (1, 8, 8)
    cam = torch.relu(cam)[0].detach()  # (8, 8)
    print("gradient", tuple(gradient.shape), "  map", tuple(cam.shape))

# %% [markdown]
# For our network we can check the weights with a pencil. After the maps come
# the mean over 64 positions and a linear layer. So the logit is a sum over
# channels of the layer's weight times the mean, and its derivative with respect
# to the value at any one position is the layer's weight divided by 64.

# %%
if __name__ == "__main__":
    of_linear = model[-1].get_parameter("weight")  # (10, 16)
    by_hand = of_linear[predicted] / 64  # (16,)
    print("equal:", torch.allclose(weights[0], by_hand, atol=1e-6))

# %% [markdown]
# ResNet-50 ends in the same way. (This special case is older, and called CAM:
# Zhou et al. 2016.) The gradient is needed where more layers follow. The whole
# function:


# %%
def grad_cam(
    model: nn.Module, layer: nn.Module, image: Tensor, target: int
) -> Tensor:
    """Return Grad-CAM's map of one image: where it speaks for a class.

    Source: Selvaraju et al. 2017, section 3.

    Args:
        model: gives logits (batch, classes), and is in evaluation mode.
        layer: a module of it that gives maps (batch, channels, rows, columns).
        image: (3, h, w), normalized.
        target: the number of the class.

    Returns:
        (rows, columns), not negative; the values have no scale.
    """
    kept: dict[str, Tensor] = {}

    def keep(module: nn.Module, inputs: tuple, output: Tensor) -> None:
        kept["maps"] = output

    handle = layer.register_forward_hook(keep)
    try:
        logits = model(image[None])
    finally:
        handle.remove()
    maps = kept["maps"]
    (gradient,) = torch.autograd.grad(logits[0, target], maps)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    return torch.relu((weights * maps).sum(dim=1))[0].detach()


# %% [markdown]
# Here are the maps of the misclassified digits.

# %% tags=["folded"]
if __name__ == "__main__":
    test_images = torch.cat([images for images, _ in test_loader])

    def overlay_figure(some: Sequence[Misclassified]) -> plots.Figure:
        """Draw each image under its two maps."""
        figure, axes = plots.figure_with(
            2, len(some), width=1.3 * len(some), height=3.2
        )
        for column, m in zip(axes.T, some, strict=True):
            for axis, target in zip(column, (m.true, m.predicted), strict=True):
                cam = grad_cam(model, model[6], test_images[m.index], target)
                gray = data.test_images[m.index].float().mean(dim=0).numpy()
                opacity = 0.75 * cam / cam.max().clamp(min=1e-9)
                axis.imshow(
                    gray, cmap="gray", extent=(0, 8, 8, 0), interpolation="none"
                )
                plots.mark(axis, opacity, side=8)
                axis.axis("off")
                word = "true" if target == m.true else "said"
                axis.set_title(f"{word}: {data.classes[target]}", fontsize=9)
        return figure

    if misclassified:
        plots.show(
            overlay_figure(misclassified[:4]),
            name="ch07-grad-cam",
            caption="Compare the upper row with the lower. Amber marks what "
            "speaks for the true class above, and for the answer below.",
            alt="Four misclassified digits, each twice, with the places marked "
            "that speak for the true class and for the predicted one.",
            narrow=overlay_figure(misclassified[:2]),
        )

# %% [markdown]
# ### What it can say, and what it cannot
#
# Such a map convinces too easily, so we test it. For each test digit we cover
# eight of the 64 places with paper: eight that are drawn at random, then the
# eight at which the map of the network's own answer is largest, and then the
# eight at which it is smallest. Covering at random lowers the accuracy to about
# 80%.
#
# *Predict:* And covering the eight places that Grad-CAM marks most strongly?
#
# - To about 80%, too
# - Below 60%
# - Hardly at all, since the rest of the digit is still there

# %% tags=["folded"]
if __name__ == "__main__":
    paper = test_images.min()  # no ink

    def covered(images: Tensor, scores: Tensor, most: bool = True) -> Tensor:
        """Cover the eight places of largest or smallest score with paper."""
        places = scores.flatten(1).topk(8, largest=most).indices
        hidden = torch.zeros(len(images), 64).scatter_(1, places, 1.0)
        hidden = hidden.view(-1, 1, 8, 8).repeat_interleave(4, dim=2)
        return torch.where(
            hidden.repeat_interleave(4, dim=3) > 0, paper, images
        )

    def accuracy_of(model: nn.Module, images: Tensor) -> float:
        with torch.no_grad():
            right = model(images).argmax(dim=1) == data.test_labels
        return 100 * right.float().mean().item()

    ink = nn.functional.avg_pool2d(test_images.mean(dim=1), 4)  # (360, 8, 8)
    print("covered, eight of 64 places      accuracy, three seeds")
    columns = []
    for each in (model, *(other for other, _ in others)):
        each.eval()
        answers = each(test_images).argmax(dim=1).tolist()
        cams = torch.stack(
            [
                grad_cam(each, each[6], image, answer)
                for image, answer in zip(test_images, answers, strict=True)
            ]
        )
        torch.manual_seed(0)
        versions = {
            "none": test_images,
            "at random": covered(test_images, torch.rand(360, 8, 8)),
            "where the map is largest": covered(test_images, cams),
            "where the map is smallest": covered(test_images, cams, False),
            "where most ink is": covered(test_images, ink),
        }
        columns.append({k: accuracy_of(each, v) for k, v in versions.items()})
    for name in columns[0]:
        numbers = "  ".join(f"{column[name]:5.1f}%" for column in columns)
        print(f"{name:32}  {numbers}")

# %% [markdown]
# Below 60%. So the map does find places that matter, and the places where it is
# smallest matter far less. Now read the last line. Covering the places with the
# most ink does even more harm, and finding those takes no network at all. A map
# that looks right may say little more than "here is ink".
#
# So read such maps with care. They say *where* features spoke for a class, and
# not *what* these features are or *why*. Their places are as coarse as the
# layer. Adebayo et al. (2018) found methods of this kind whose maps hardly
# change when the weights are replaced by random ones, though Grad-CAM passed
# that test. What a map is good for is a suspicion, such as that a network goes
# by the background. The suspicion is then tested on images without it.
#
# `resnet50 explain` draws these maps for a run of your own. Our images of 32×32
# leave conv5_x with a single position, where no map is left. So the command
# takes the last stage or block whose maps have at least 4×4 places, here
# conv3_x, and says which one it took.
#
# ## How sure is the accuracy?
#
# 360 test images are a sample, and others would have given another number. If
# the network is right with probability $p$, the **standard error** of an
# accuracy that is measured on $n$ images is
#
# $$\sqrt{\frac{p (1 - p)}{n}}$$
#
# About two in three such measurements lie within one standard error of $p$, and
# 95% within two.


# %%
def standard_error(accuracy: float, images: int) -> float:
    """Return the standard error, in points, of an accuracy in percent that was
    measured on so many images.
    """
    p = accuracy / 100
    return 100 * (p * (1 - p) / images) ** 0.5


if __name__ == "__main__":
    for accuracy, images in ((97.8, 360), (82.3, 10_000), (50.0, 10_000)):
        error = standard_error(accuracy, images)
        print(f"{accuracy}% of {images:6,} images: ± {error:.2f} points")

# %% [markdown]
# This is the error for images *like these*. The digits were split at random,
# with the same thirteen writers on both sides, so nothing is said about the
# digits of a fourteenth.
#
# ## Is one run better than another?
#
# Now you change something, train again, and get 0.8 points more. Was it the
# change? If both runs had been tested on different images, both errors would
# count, and their squares add up. For equal errors, the error of the difference
# is $\sqrt{2}$ times that of one run.
#
# But two runs are usually tested on the *same* images, and an image that both
# get right, or both get wrong, does not say which is better. Only the others
# count. With a pencil: of 360 images, nine are classified correctly by run A
# alone, three by run B alone. The difference is $9 - 3 = 6$ images, or 1.7
# points. If neither run were better, each of the $d = 12$ would be a toss of a
# coin. A toss adds 1 to the difference or takes 1 away, so its variance is 1,
# and $d$ tosses have a standard deviation of $\sqrt{d}$. The standard error of
# the difference is then $\sqrt{d} / n = \sqrt{12} / 360$, or 1.0 points
# (McNemar 1947).
#
# ![Change the numbers. Each bar reaches twice the standard error to either side
# of the difference: the upper one as if the runs had been tested on different
# images, the lower one for the same images. A bar that reaches across zero may
# be chance.](figure:difference)


# %%
class PairedDifference(NamedTuple):
    """How two networks compare on the same images."""

    points: float  # accuracy of the first minus accuracy of the second
    standard_error: float  # of that, in points
    only_first: int  # images that only the first one classifies correctly
    only_second: int


def paired_difference(first: Tensor, second: Tensor) -> PairedDifference:
    """Compare two networks by their answers to the same images.

    Source: McNemar 1947.

    Args:
        first: for each image whether the first network is right, bool (n,).
        second: the same for the second network.
    """
    only_first = int((first & ~second).sum())
    only_second = int((second & ~first).sum())
    n = len(first)
    return PairedDifference(
        100 * (only_first - only_second) / n,
        100 * (only_first + only_second) ** 0.5 / n,
        only_first,
        only_second,
    )


if __name__ == "__main__":
    rights = [
        predict(each, test_loader, cpu).argmax(dim=1) == data.test_labels
        for each in (model, *(other for other, _ in others))
    ]
    for number, each in enumerate(rights):
        print(f"seed {number}: {100 * each.float().mean():.1f}%")
    found = paired_difference(rights[0], rights[1])
    print(
        f"seed 0 minus seed 1: {found.points:.1f} ± {found.standard_error:.1f} "
        f"points ({found.only_first} only seed 0, {found.only_second} only 1)"
    )

# %% [markdown]
# `resnet50 compare` computes the same for two of your runs. A difference of
# less than about two of its standard errors may be chance. That is not the same
# as "there is no difference": it was not found.
#
# A difference of more than two standard errors speaks for a difference between
# these two *networks*: chance alone gives such a one about once in twenty
# comparisons. (The largest of ten differences is therefore no surprise at two.)
# It does not say that the change did it: the two networks above may differ that
# much, and they were trained by the very same recipe.
#
# So the images are not the only source of chance: two trainings that differ in
# nothing but the seed end with different weights. The recorded run `seeds-cpu`
# trained ResNet-50 on the digits from five seeds. It also trained seed 0 again,
# once with one thread, as before, and once with two that share the work.
#
# *Predict:* What do the three trainings of seed 0 give?
#
# - Three times the same numbers
# - The same with one thread, and other numbers with two
# - Three different results

# %% tags=["folded"]
if __name__ == "__main__":
    tables.show("seeds-cpu")
    curves = tables.recorded_run("seeds-cpu").rows("curves.jsonl")
    print("\nlargest of the ten differences between two seeds")
    seeds = [set(c["wrong"]) for c in curves if c["name"][5:].isdigit()]
    pairs = [(a, b) for i, a in enumerate(seeds) for b in seeds[:i]]
    a, b = max(pairs, key=lambda pair: abs(len(pair[0]) - len(pair[1])))
    both = torch.arange(360)
    first, second = (
        torch.tensor([int(i) not in wrong for i in both]) for wrong in (a, b)
    )
    found = paired_difference(first, second)
    print(
        f"{abs(found.points):.2f} ± {found.standard_error:.2f} points, "
        f"{found.only_first + found.only_second} images only one right"
    )

# %% [markdown]
# The same with one thread, and other numbers with two. A seed fixes all random
# numbers, and it is tempting to expect that it fixes the result, too. But two
# threads add up the same numbers in another order, and the sum of rounded
# numbers depends on the order in its last digit. From step to step such a
# difference can grow. So the same seed gives the same numbers on the same
# machine, with the same versions and the same number of threads. On a GPU even
# that takes special settings (PyTorch's notes on reproducibility).
#
# The column *only one right* counts the images that either this run or the
# first one classifies correctly, but not both. Five seeds of the very same
# recipe lie up to 1.4 points apart. If one of them had been a new idea, and
# another one the old way, the idea would look like a gain or a loss, and be
# neither. So train both ways from several seeds, and compare the means, before
# you believe in a small gain.
#
# ## Train yours
#
# `resnet50 train` runs this chapter's `fit` with ResNet-50, for more epochs, at
# a rate of 0.04 in place of 0.03, and with a progress bar, checkpoints and a
# report:
#
#     uv run resnet50 train
#     uv run resnet50 train --data cifar10
#
# With `--mine` it trains what you wrote in `exercises/`: your block, your
# network, your optimizer, your loops. For whatever does not pass its check yet,
# the chapters' own code stands in, and the command says which.
#
#     uv run resnet50 train --mine
#
# Among the lines that it prints first are a precision and a form of the 1×1
# convolutions, which chapter 9 explains. The run is a folder with its settings,
# its curves, its answers to the test images, and two checkpoints of 190 MB.
# Most questions of this chapter are commands, too. An image of your own is a
# square photograph or scan; a digit in black on white needs `--invert`:
#
#     uv run resnet50 report my_runs/digits-1
#     uv run resnet50 explain my_runs/digits-1 IMAGE
#     uv run resnet50 compare my_runs/digits-1 my_runs/digits-2
#
# On a machine with a GPU the same commands use it. The training on photographs
# that this chapter took apart is
# `uv run resnet50 train --data cifar10 --epochs 16 --batch-size 128 --lr 0.1`.
#
# With all that chapter 8 adds, ResNet-50 goes further, and it needs no GPU for
# that: two cores of a CPU trained the recorded run `full-cpu` in less than two
# and a half hours. Here it is, beside two trainings on a GPU.

# %% tags=["folded"]
if __name__ == "__main__":
    ends = {
        "exercise-cpu": "16 epochs",
        "exercise-gpu": "30 epochs",
        "full-cpu": "chapter 8, CPU",
        "full-gpu": "chapter 8, GPU",
    }
    lines = {}
    for name, end in ends.items():
        run = tables.recorded_run(name)
        epochs, machine = (
            run.rows("metrics.jsonl"),
            run.read("environment.json"),
        )
        lines[end] = [100 - epoch["test_accuracy"] for epoch in epochs]
        minutes = sum(epoch["seconds"] for epoch in epochs) / 60
        accuracy = epochs[-1]["test_accuracy"]
        print(
            f"{name:12}  {len(epochs)} epochs  {minutes:5.1f} minutes  "
            f"{accuracy:.2f}% ± {standard_error(accuracy, 10_000):.2f}  "
            f"{machine['gpu'] or machine['cpu']}"
        )
    plots.show(
        plots.curves(lines, "epoch", "% of test images wrong"),
        name="ch07-photographs",
        caption="Compare where the four trainings end: ResNet-50 on the "
        "photographs of CIFAR-10 by the recipe of chapter 5 for 16 and for 30 "
        "epochs, and by the full recipe of chapter 8 on a CPU and on a GPU.",
        alt="Share of misclassified test photographs by epoch in four "
        "trainings. The two of the plain recipe end near 18% and 15%, and the "
        "two with the full recipe near 10% and 9%.",
    )

# %% [markdown]
# ## Try it yourself
#
# Nothing checks these two tasks but you. An epoch of the digits takes about
# ten seconds on one thread of a CPU.
#
# **The error of your own result.** Train twice for two epochs, with two seeds,
# and compare:
#
#     uv run resnet50 train --epochs 2 --output my_runs/seed-0
#     uv run resnet50 train --epochs 2 --seed 1 --output my_runs/seed-1
#     uv run resnet50 compare my_runs/seed-0 my_runs/seed-1
#
# Compute the standard error of each accuracy yourself, from the accuracy and
# the 360 images. The last sentence of the comparison has two counts of images
# that only one run classifies correctly. Compute from them by how many points
# the runs differ, and the error of the difference. You are right if the
# commands have printed the same numbers.
#
# *Question:* Is one of your two runs better by more than two standard errors,
# and if so, is its seed a better one?
#
# *Answer:* On our machine the accuracies were 53.61 ± 2.63% and 67.50 ± 2.47%,
# and 114 images against 64 were right in one run only. That is $50/360$, or
# 13.9 points, with a standard error of $\sqrt{178}/360$, or 3.7 points: nearly
# four standard errors. So these two networks differ. But both runs have one
# recipe, and neither seed is better: after only two epochs, chance decides how
# far a run has got.
#
# **An image that it gets wrong.** Write a script that finds the misclassified
# test digit of which `my_runs/seed-0` is most sure, and saves it as an image.
# The file `logits.npy` of a run holds its logits for the test images, and
# `np.load` of NumPy reads it. `torch.from_numpy`, `softmax(dim=1)` and
# `most_confident_misclassified` do the rest. Pillow's `Image.fromarray` takes
# an array with the channels last, so give it `data.test_images[index]` after
# `.permute(1, 2, 0)` and `.numpy()`. What it returns has a method `save`. Say
# that you call the file `worst.png`:
#
#     uv run resnet50 predict my_runs/seed-0 worst.png
#     uv run resnet50 explain my_runs/seed-0 worst.png
#
# You are right if `predict` gives the wrong class with the probability that
# your script has found. Then let `explain` show what speaks for the true class,
# with `--class` and its name.
#
# *Question:* Do the two maps explain the mistake?
#
# *Answer:* On our machine it is a 2 that is taken for a 7, with 99.8%. The map
# of the 7 marks the top of the digit and also its foot, which a 7 does not
# have. For the 2, the command says that nothing speaks at any of the 4×4
# places. The maps do not say why.
#
# And for pleasure: train on the digits to the end, by `uv run resnet50 train`,
# and let the network of that run judge what you draw.
#
#     uv run resnet50 try my_runs/digits-1
#
# It opens a page in your browser; the same page, [try your network](try),
# stands on the tutorial's site with a small network. Find a drawing that you
# read at a glance and that the network takes for another digit. Then find out
# which blocks you can cut out before its answer changes.
#
# ## What goes wrong
#
# Curves are where most mistakes are noticed first. Three shapes are worth
# knowing, each with a mistake that gives it.
#
# - **Nothing is learned.** The loss does not fall, and the accuracy stays near
#   that of guessing. Here the loss even rises above 3 for a while. The ReLU
#   stands before the addition. Each block starts with a last scale of 0
#   (chapter 5), so what reaches the ReLU is 0; there it passes no gradient
#   back, and the blocks never join in.
# - **It learns, far too slowly.** The loss falls a little and seems to rest.
#   Here a softmax ends the network, and the criterion applies a second one: the
#   loss cannot fall below 1.46 (chapter 4).
# - **Training is fine and the test is not.** The loss falls like that of the
#   right version, and the test stays behind. Here the first two convolutions of
#   each block share one BatchNorm. Each batch brings its own statistics in
#   training, and in evaluation mode one running average has to serve both.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    three = {
        "relu-before-addition": "ReLU first",
        "softmax-at-the-end": "two softmaxes",
        "norm-shared": "shared BatchNorm",
    }
    mistake_curves.show_mistakes(
        three,
        name="ch07-mistakes",
        caption="Compare each mistake (red) with the right version (green), "
        "three seeds each: the loss of every batch, and the accuracy "
        "on the test images after each epoch. Losses above 5 are drawn at the "
        "edge. (A ResNet-50 of a quarter of the width, on the digits.)",
        alt="Loss by step and test accuracy by epoch of three mistakes beside "
        "the right version. With the ReLU before the addition nothing is "
        "learned; with two softmaxes the loss falls little; with a shared "
        "BatchNorm the loss falls as it should, and the accuracy stays behind.",
    )
    mistake_curves.print_mistakes(three)

# %% [markdown]
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - The confusion matrix and the most confident misclassified images say where a
#   network is wrong, a reliability diagram says whether it knows it, and
#   Grad-CAM says which places of an image spoke for a class.
# - The standard error of an accuracy is $\sqrt{p (1 - p) / n}$; two runs on the
#   same images differ by an amount whose error is $\sqrt{d} / n$, where $d$
#   counts the images that exactly one of them gets right.
# - A difference of less than about two of its standard errors may be chance,
#   and the seed is a source of chance of its own.
#
# ## Three questions
#
# *Question:* For the class cow, a Grad-CAM map marks the grass beside a cow.
# What does that show?
#
# *Answer:* That features there spoke for the class. It does not show which
# features, nor that the answer needs them. Test the suspicion on cows without
# grass.
#
# *Question:* Two runs reach 82.3% and 83.1% on the same 10,000 photographs, and
# on 1,600 of them exactly one is right. Is the second one better?
#
# *Answer:* The difference is 0.8 points and its standard error $\sqrt{1600} /
# 10000$, or 0.4 points. That is two standard errors, so on these images chance
# is not a likely explanation. Whether the change that was made did it is
# another matter: train both with other seeds.
#
# *Question:* A network is 99% sure of everything and right in 90% of the cases.
# What can a temperature mend, and what not?
#
# *Answer:* Its confidence: with all logits divided by a number above 1 it says
# about 90%. Its answers and its accuracy stay the same.
#
# ## Read on
#
# - Guo et al., [*On Calibration of Modern Neural
#   Networks*](https://arxiv.org/abs/1706.04599), 2017: reliability diagrams in
#   section 2, temperature scaling in section 4.2.
# - Selvaraju et al., [*Grad-CAM*](https://arxiv.org/abs/1610.02391), 2017:
#   section 3; and Adebayo et al., [*Sanity Checks for Saliency
#   Maps*](https://arxiv.org/abs/1810.03292), 2018: what such maps must be
#   tested for.
# - He et al. 2015, section 4.2: how the authors trained ResNets on CIFAR-10.
#
# Next: [chapter 8](ch08_learning.py) trains it for longer, and better.
