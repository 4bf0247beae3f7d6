# %% [markdown]
# # 7. The result
#
# *What did it learn, and where is it wrong?*
#
# Everything is there: images, network, training, testing. Now train it, and
# look hard at what comes out.
#
# **By the end of this chapter you will have** a trained ResNet-50 and its
# report: training loss per epoch, test loss, test accuracy in percent, the
# confusion matrix, and the misclassified images that it is most sure of.
#
# **You need** chapters 1 to 6.

# %%
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    add_schedule,
    initialize,
    make_criterion,
    make_optimizer,
    train_one_epoch,
    warmup_cosine,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.shared import plots

# %% [markdown]
# ## Train and test, epoch by epoch
#
# An **epoch** is one pass over the training images. After each we test. The
# test tells us how it goes; it decides nothing. The weights after the last
# epoch are the result, even when an earlier epoch did better on the test.
# Whoever picks the best epoch by the test reports a number that no new images
# will confirm.


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
# The learning rate follows chapter 5's schedule: up during the first epoch,
# then down to zero. Here it is for three epochs, with 64 images a batch.

# %%
EPOCHS = 3

if __name__ == "__main__":
    torch.manual_seed(0)
    data = load_dataset("digits")
    train_loader, test_loader = make_loaders(data, batch_size=64)
    steps = len(train_loader)
    factors = [
        warmup_cosine(step, EPOCHS * steps, steps)
        for step in range(EPOCHS * steps)
    ]
    plots.show(
        plots.curves(
            {"factor": factors}, "step", "factor on the learning rate"
        ),
        name="ch07-schedule",
        alt="The factor on the learning rate rises to 1 during the first "
        "epoch, then falls along a cosine to 0.",
    )

# %% [markdown]
# *Predict in a line:* the training loss after one epoch, and the test accuracy.
# Chapter 6 gave a hint: after few steps BatchNorm's running statistics lag
# behind the weights.

# %%
if __name__ == "__main__":
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = initialize(ResNet50(num_classes=len(data.classes))).to(device)
    criterion = make_criterion()
    optimizer = make_optimizer(model)
    add_schedule(optimizer, total_steps=EPOCHS * steps, warmup_steps=steps)

    def print_row(history: list[Epoch]) -> None:
        last = history[-1]
        print(
            f"{last.epoch:5}  {last.train_loss:13.3f}  "
            f"{last.test_loss:9.3f}  {last.test_accuracy:12.1f}%"
        )

    print("epoch  training loss  test loss  test accuracy")
    history = fit(
        model,
        train_loader,
        test_loader,
        criterion,
        optimizer,
        device,
        EPOCHS,
        after_epoch=print_row,
    )

# %% [markdown]
# Early on the training loss falls and the accuracy is still poor. Then the
# statistics catch up, and the two losses come together.
#
# ## The result report
#
# The numbers to hand in: the training loss of each epoch, the test loss, and
# the accuracy in percent.


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


if __name__ == "__main__":
    last = history[-1]
    print(
        "training loss per epoch:",
        " ".join(f"{epoch.train_loss:.3f}" for epoch in history),
    )
    print(
        f"test loss {last.test_loss:.3f}   test accuracy "
        f"{last.test_accuracy:.1f}%"
    )
    plots.show(
        loss_figure(history),
        name="ch07-loss",
        alt="Training and test loss by epoch, on a logarithmic scale. Both "
        "are low at the end.",
    )

# %% [markdown]
# ## Where is it wrong?
#
# One number hides a lot. The **confusion matrix** has a row for each true class
# and a column for each prediction. What is right lies on the diagonal.
# *Predict in a line:* which two digits are confused most?


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


if __name__ == "__main__":
    probabilities = predict(model, test_loader, device)
    confusions = count_confusions(probabilities, data.test_labels)
    right = sum(confusions[i][i] for i in range(len(confusions)))
    print(f"{right} of {len(data.test_labels)} right")
    plots.show(
        plots.confusion(confusions, data.classes),
        name="ch07-confusion",
        alt=f"Confusion matrix of the test images: {right} of "
        f"{len(data.test_labels)} lie on the diagonal.",
    )

# %% [markdown]
# Now look at the misclassified images themselves. The most telling are those of
# which the network is most sure.


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


def misclassified_figure(
    misclassified: Sequence[Misclassified],
    images: Tensor,
    classes: Sequence[str],
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
        images[[m.index for m in misclassified]], titles, columns=6
    )


if __name__ == "__main__":
    misclassified = most_confident_misclassified(
        probabilities, data.test_labels
    )
    for m in misclassified[:5]:
        print(
            f"a {data.classes[m.true]}, taken for "
            f"{data.classes[m.predicted]} with {m.probability:.0%}"
        )
    if misclassified:
        plots.show(
            misclassified_figure(misclassified, data.test_images, data.classes),
            name="ch07-misclassified",
            alt="The test digits that the network gets wrong, those first of "
            "which it is most sure.",
        )

# %% [markdown]
# Would you have read them right? Some of them are hard images. Others are odd,
# and those are worth a thought: what have the training images not shown?
#
# ## How sure is the accuracy?
#
# 360 test images are a sample. With other 360 the number would differ. If the
# network is right with probability $p$, the standard error of the accuracy is
# $\sqrt{p (1 - p) / n}$.


# %%
def standard_error(accuracy: float, images: int) -> float:
    """Return the standard error, in points, of an accuracy in percent that was
    measured on so many images.
    """
    p = accuracy / 100
    return 100 * (p * (1 - p) / images) ** 0.5


if __name__ == "__main__":
    error = standard_error(last.test_accuracy, len(data.test_labels))
    print(
        f"{last.test_accuracy:.1f}% ± {error:.1f} points (one standard error)"
    )

# %% [markdown]
# Two runs that differ by less than that do not differ.
#
# ## Do it with one command
#
# `resnet50 train` runs this chapter's `fit`, for more epochs, with a progress
# bar, checkpoints and a report:
#
#     uv run resnet50 train
#     uv run resnet50 train --data cifar10
#
# With `--mine` it trains what you wrote in `exercises/`: your block, your
# network, your optimizer, your loops. For whatever does not pass its check yet,
# the chapters' own code stands in.
#
#     uv run resnet50 train --mine
#
# ## Check
#
# - The training loss falls from epoch to epoch.
# - The diagonal of the confusion matrix adds up to the accuracy.
# - The same seed on the same machine gives the same numbers.
#
# ## What usually goes wrong
#
# - **The accuracy stays near 10%**: look at the learning rate, then at the
#   labels.
# - **Training loss low, test loss high**: the network learned by heart. More
#   images or more augmentation.
# - **A loss of NaN**: a smaller learning rate, a longer warm-up.
#
# ## Read on
#
# - He et al. 2015, section 4.2: ResNets on CIFAR-10.
# - Guo et al., *On Calibration of Modern Neural Networks*, 2017: how far to
#   trust a network's probabilities.
#
# Next: [chapter 8](ch08_learning.py) trains it for long, and as well as it can
# be trained.
