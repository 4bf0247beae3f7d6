# %% [markdown]
# # 11. Does depth hurt?
#
# *Add more layers to a network: does it get better or worse?*
#
# Chapter 3 began with a claim: beyond some depth a plain network gets worse,
# even on the images that it learns from, and one addition mends it. He et al.
# (2015) tested it on a family of networks for CIFAR-10, small enough for anyone
# to build, to train and to take apart. In this chapter you do all three.
#
# ![Choose how deep the network is, and take its shortcuts away. Each box is a
# block of two 3×3 convolutions. The bar shows the parameters beside those of
# 110 layers.](figure:cifar-network)
#
# **By the end of this chapter you will have** built the ten networks of the
# paper's own experiment, seen what depth does to them, and looked for a reason
# in four places: in the signals that pass through them, in what each layer
# adds, in networks with a block cut out, and on the surface of the loss.
#
# **You need** `BasicBlock` from [chapter 10](ch10_family.py), and the loops of
# chapters [5](ch05_training.py) and [6](ch06_testing.py).

# %%
import math
from copy import deepcopy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset, make_loaders
from tutorial_code.ch05_training import (
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch10_family import BasicBlock
from tutorial_code.data.device_loader import make_device_loaders
from tutorial_code.shared import plots, tables

# %% [markdown]
# ## Ten networks from one number
#
# The question is about depth, so nothing else should differ. The paper's design
# (section 4.2) has a single number, $n$. A 3×3 convolution makes 16 channels
# from the three colors. Then come three stages of $n$ blocks of two 3×3
# convolutions, with 16, 32 and 64 channels on 32×32, 16×16 and 8×8 positions.
# The mean of each channel goes into a linear layer.
#
# With a pencil: $3n$ blocks have $6n$ convolutions, which makes $6n + 2$ layers
# with the first one and the linear layer. For $n$ = 3, 5, 7, 9 and 18 that
# gives 20, 32, 44, 56 and 110. Each depth comes in two kinds. The residual
# network has a shortcut around every block; the **plain network** has none.
#
# ## A shortcut without weights
#
# Two of the $3n$ blocks halve the size and double the channels. In chapter 3
# such a block got a projection, which has weights. Here the residual network
# must not have more weights than the plain one, or nobody could say whether the
# shortcuts or the weights made the difference. So the paper's shortcut takes
# every second row and column, and fills the missing channels with zeros. This
# is its **option A** (section 3.3).
#
# ![Change the stride and the number of channels. What is shaded is passed on,
# the gray channels are new.](figure:zero-pad)
#
# By hand it is one slice, and some zeros behind it:

# %%
if __name__ == "__main__":
    x = torch.arange(1.0, 33).view(1, 2, 4, 4)
    taken = x[:, :, ::2, ::2]  # (1, 2, 2, 2)
    by_hand = torch.cat([taken, torch.zeros(1, 2, 2, 2)], dim=1)
    print("first channel ", by_hand[0, 0].tolist())
    print("second channel", by_hand[0, 1].tolist())
    print("third channel ", by_hand[0, 2].tolist())


# %%
class ZeroPadShortcut(nn.Module):
    """A shortcut without weights: the identity, or every second pixel and some
    new channels that are zero.

    Source: He et al. 2015, section 3.3, option A.

    Args:
        in_channels: channels of the input.
        channels: channels of the output, at least as many.
        stride: 1 keeps height and width; 2 takes every second row and column.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.new_channels = channels - in_channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, ceil(h /
        stride), ceil(w / stride)).
        """
        x = x[:, :, :: self.stride, :: self.stride]
        # F.pad counts from the last axis: none before and after the columns,
        # none before and after the rows, and the new channels after the others.
        return F.pad(x, (0, 0, 0, 0, 0, self.new_channels))


if __name__ == "__main__":
    shortcut = ZeroPadShortcut(2, 4, stride=2)
    print("equal:", torch.equal(shortcut(x), by_hand))

# %% [markdown]
# ## The block, with and without
#
# The rest of the block stands in chapter 10: `BasicBlock` has the two
# convolutions, and it adds `self.shortcut(x)`. We give it the other shortcut. A
# plain block leaves its shortcut out of the sum, but keeps it for later, when
# we cut blocks out.


# %%
class CifarBlock(BasicBlock):
    """A block of the paper's networks for CIFAR-10: ``relu(F(x) +
    shortcut(x))``, or ``relu(F(x))`` if it is plain.

    ``F`` is that of ``BasicBlock``: two 3×3 convolutions, the first with the
    stride. The shortcut has no weights, so both kinds have the same parameters.

    Source: He et al. 2015, section 4.2.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block, and of the output.
        stride: 1 keeps height and width; 2 halves them, rounding up.
        residual: whether the shortcut is added.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        residual: bool = True,
    ) -> None:
        super().__init__(in_channels, channels, stride)
        self.shortcut = ZeroPadShortcut(in_channels, channels, stride)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, ceil(h /
        stride), ceil(w / stride)).
        """
        if self.residual:
            return super().forward(x)
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)))


# %% [markdown]
# ## The network in three steps
#
# The stem keeps the size of the image:

# %%
if __name__ == "__main__":
    images = torch.randn(2, 3, 32, 32)
    conv1 = nn.Conv2d(3, 16, kernel_size=3, padding=1, bias=False)
    bn1 = nn.BatchNorm2d(16)
    x = torch.relu(bn1(conv1(images)))
    print("stem ", tuple(x.shape))

# %% [markdown]
# Then the stages. The stride is 2 where the number of channels doubles, so one
# line decides both:

# %%
if __name__ == "__main__":
    n, in_channels = 3, 16
    for channels in (16, 32, 64):
        for _ in range(n):
            stride = channels // in_channels
            x = CifarBlock(in_channels, channels, stride)(x)
            in_channels = channels
        print("stage", tuple(x.shape))

# %% [markdown]
# The head takes the mean over all positions, and one linear layer makes ten
# logits:

# %%
if __name__ == "__main__":
    fc = nn.Linear(64, 10)
    print("head ", tuple(fc(x.mean(dim=(2, 3))).shape))

# %% [markdown]
# Here is the whole. The paper draws the first weights by what chapter 5 called
# He initialization: with a standard deviation of $\sqrt{2 / k}$, where $k$
# numbers flow into each output.


# %%
class CifarResNet(nn.Module):
    """The paper's network for CIFAR-10 with 6n + 2 layers, residual or plain.

    Source: He et al. 2015, section 4.2.

    Args:
        n: blocks in each of the three stages; the paper has 3, 5, 7, 9 and 18.
        residual: whether the blocks have shortcuts.
        num_classes: logits for each image.
    """

    def __init__(
        self, n: int, residual: bool = True, num_classes: int = 10
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks = []
        in_channels = 16
        for channels in (16, 32, 64):
            for _ in range(n):
                stride = channels // in_channels
                blocks.append(
                    CifarBlock(in_channels, channels, stride, residual)
                )
                in_channels = channels
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(64, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, num_classes)."""
        x = torch.relu(self.bn1(self.conv1(x)))  # (batch, 16, h, w)
        x = self.blocks(x)  # (batch, 64, h / 4, w / 4)
        return self.fc(x.mean(dim=(2, 3)))


# %% [markdown]
# Count the parameters of $n = 3$ with a pencil. The six convolutions of the
# last stage have $(32 + 5 \cdot 64) \cdot 64 \cdot 9 = 202{,}752$ weights, and
# those of the other two 50,688 and 13,824. Stem, linear layer and BatchNorm
# have 2,458 more. That makes 269,722.

# %%
DEPTHS = {6 * n + 2: n for n in (3, 5, 7, 9, 18)}  # n of each number of layers

if __name__ == "__main__":
    print("layers      plain   residual  paper, millions")
    for (layers, n), paper in zip(
        DEPTHS.items(), ("0.27", "0.46", "0.66", "0.85", "1.7"), strict=True
    ):
        plain, residual = (
            sum(p.numel() for p in CifarResNet(n, kind).parameters())
            for kind in (False, True)
        )
        print(f"{layers:6}  {plain:9,}  {residual:9,}  {paper:>15}")

# %% [markdown]
# Both kinds have the same number, and it is the paper's (table 6).
#
# ## The paper's experiment
#
# Each network learns for 64,000 steps from batches of 128 images, which makes
# 164 epochs. The learning rate is 0.1, divided by ten after half of the steps
# and again after three quarters. The weight decay is 1e-4, the momentum 0.9. A
# photograph is shifted by up to 4 pixels and mirrored half of the time.


# %%
def rate_factor(step: int, total_steps: int) -> float:
    """Return what the learning rate is multiplied by: 1, a tenth after half of
    the steps, a hundredth after three quarters.

    Source: He et al. 2015, section 4.2, with 64,000 steps.
    """
    if step < total_steps / 2:
        return 1.0
    return 0.1 if step < 3 * total_steps / 4 else 0.01


# %% [markdown]
# With 110 layers a rate of 0.1 is "slightly too large to start converging", so
# the paper begins with 0.01 until the training error is below 80%, some 400
# steps.
#
# Others have repeated the experiment. In one repetition, a plain network of 20
# layers misclassifies 9.5% of the test images.
#
# *Predict:* how many does the plain network of 56 layers misclassify there?
#
# - About 10%, hardly more
# - About 13%
# - About 40%

# %% tags=["folded"]
if __name__ == "__main__":
    LAYERS = [20, 32, 44, 56, 110]
    # Test errors in percent. He et al.: table 6; for 110 layers the mean of
    # five runs, 6.61, whose best had 6.43. The others are the tables of the
    # repositories' READMEs on GitHub.
    PAPER: list[float | None] = [8.75, 7.51, 7.17, 6.97, 6.61]
    REPEATED: dict[str, list[float | None]] = {
        "akamaster/pytorch_resnet_cifar10": [8.27, 7.37, 6.90, 6.61, 6.32],
        "gcr/torch-residual-networks": [8.29, 7.63, 7.14, 6.94, 6.73],
        "a-martyn/resnet": [8.0, 7.51, 7.38, 7.33],
        "hysts/pytorch_resnet": [None, None, None, None, 6.52],
    }
    REPEATED_PLAIN = [9.5, 9.92, 11.35, 12.76]  # a-martyn/resnet

    def draw_published(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        axis.plot(LAYERS, PAPER, "o-", color=plots.X)
        for errors, mark in zip(REPEATED.values(), "^sDv", strict=True):
            points = [
                (layers, error)
                for layers, error in zip(LAYERS, errors, strict=False)
                if error is not None
            ]
            axis.plot(
                *zip(*points, strict=True),
                mark,
                color=plots.X,
                fillstyle="none",
                markersize=5,
            )
        axis.plot(
            LAYERS[:4],
            REPEATED_PLAIN,
            "D-",
            color=plots.F,
            fillstyle="none",
            markersize=5,
        )
        axis.annotate("plain", (60, 12.6), color=plots.F)
        axis.annotate("residual", (60, 7.4), color=plots.X)
        axis.set_xticks(LAYERS)
        axis.set(xlabel="layers", ylabel="test error, %", ylim=(5, 14))
        return figure

    plots.show(
        draw_published(5.6, 3),
        name="ch11-published",
        narrow=draw_published(3, 2.8),
        caption="Compare the two directions. Filled dots and their line: He et "
        "al., table 6. Hollow marks: repetitions by others; triangles "
        "akamaster, squares gcr, diamonds a-martyn (best epochs), and an "
        "inverted triangle hysts (median of three).",
        alt="Test error over the number of layers. Residual networks fall from "
        "8.0 to 8.75 percent with 20 layers to 6.3 to 6.7 percent with 110. "
        "Plain networks rise from 9.5 percent with 20 layers to 12.8 percent "
        "with 56.",
    )
    print(f"{'layers':33}" + "".join(f"{layers:6}" for layers in LAYERS))
    for name, errors in {"He et al. 2015": PAPER, **REPEATED}.items():
        row = "".join(
            " " * 6 if error is None else f"{error:6.2f}" for error in errors
        )
        print(f"{name:33}{row}")

# %% [markdown]
# About 13%: 12.76. It is natural to think that 0.85 million parameters do at
# least as well as 0.27 million, and with shortcuts they do. The paper has the
# plain networks only as curves (figure 6), whose errors rise with depth on the
# training images as well. Still, the plain network of 56 layers does learn.
# With 110 layers the error stays above 60%.
#
# So what is sure? The direction: residual networks get better with depth in
# every row that has several depths, by 1.6 to 2.1 points where a row goes from
# 20 to 110 layers, and plain ones get worse. The single numbers are less sure.
# The repetitions differ in their schedules, one takes the best epoch, and the
# paper's five runs of 110 layers have a standard deviation of 0.16 points
# (table 6). So 7.17 against 6.97 says little, and 12.76 against 6.97 says much.
#
# ## Repeat it
#
# The whole experiment takes a GPU: one repetition names three hours for a
# single training of 110 layers (hysts). A shorter form took two cores of a CPU
# about four hours: 20 and 56 layers, plain and residual, from three seeds each,
# on the photographs as JPEG files, as in chapter 3. Its 4,000 steps are a
# sixteenth of the paper's, and the rate is divided after the same shares of
# them. Both forms take the network after the last step, never the best one on
# the way.
#
# *Predict:* after 4,000 steps, which of these networks misclassifies the fewest
# test images?
#
# - The plain network of 20 layers
# - The residual network of 20 layers
# - The residual network of 56 layers

# %% tags=["folded"]
if __name__ == "__main__":

    def of(rows: list[dict], **wanted: object) -> list[dict]:
        """Return the rows that have all of these entries."""
        return [row for row in rows if wanted.items() <= row.items()]

    def draw_errors(
        run: tables.RecordedRun,
        rows: int,
        columns: int,
        width: float,
        height: float,
    ) -> plots.Figure:
        """Draw training and test errors over the steps, means of the seeds."""
        config, trained = run.read("config.json"), run.rows("curves.jsonl")
        images = max(config["images"])
        an_epoch = math.ceil(images / config["batch_size"])
        figure, axes = plots.figure_with(rows, columns, width, height)
        for axis, kind, color in zip(
            axes.flat, ("plain", "residual"), (plots.F, plots.X), strict=True
        ):
            ends = {}
            for layers in config["layers"]:
                alike = of(trained, images=images, kind=kind, layers=layers)
                for key, line in (("train_errors", "--"), ("test_errors", "-")):
                    seeds = torch.tensor([row[key] for row in alike])
                    mean = seeds.mean(dim=0).tolist()
                    steps = [
                        min(an_epoch * epoch, config["steps"]) / 1000
                        for epoch in range(1, len(mean) + 1)
                    ]
                    axis.plot(steps, mean, line, color=color, lw=1.2)
                ends[str(layers)] = (mean[-1], color)
            axis.set(
                xlabel=f"thousand steps, {kind}",
                ylabel="error, %",
                ylim=(0, 95),
            )
            plots.name_ends(axis, ends)
        return figure

    for name, place in (("depth-cpu", "two cores"), ("depth-gpu", "a GPU")):
        run = tables.recorded_run(name)
        if run.rows():
            plots.show(
                draw_errors(run, 1, 2, 6.4, 2.7),
                name=f"ch11-{name}",
                narrow=draw_errors(run, 2, 1, 3, 4.6),
                caption=f"Photographs, on {place}. Compare the two curves of "
                "each color. Dashed is the training error, counted while the "
                "network learns, and solid the test error; each is the mean of "
                "three seeds and is named by its number of layers.",
                alt="Training and test error over the steps of plain and "
                f"residual networks, of the recorded run {name}.",
            )
        tables.show(name)

# %% [markdown]
# That of 20 layers, with each of the seeds. After the paper's numbers one
# expects that of 56 layers. But deeper networks learn more slowly, and after so
# few steps this one is not done: its error on the images that it learns from,
# the dashed curve, is higher, too.
#
# What depth costs without shortcuts is another matter. There, 36 more layers
# raise the test error from 22 to 61%, and with shortcuts from 20 to 23%. The
# plain network of 56 layers gets as large a share of its own training images
# wrong as of the test images. So it does not overfit: it has not learned what
# one of 20 layers learns. That is the paper's claim, on two cores.
#
# ## On the digits, in an hour
#
# Photographs take hours, and digits take minutes: at their own size of 8×8
# pixels they have a sixteenth of a photograph's positions. All ten networks fit
# into an hour on one core.


# %%
def tiny_digits() -> ImageData:
    """Return the digits with 8×8 pixels: every fourth row and column of the
    enlarged images of chapter 1.
    """
    data = load_dataset("digits")
    return data._replace(
        train_images=data.train_images[..., 1::4, 1::4],
        test_images=data.test_images[..., 1::4, 1::4],
    )


if __name__ == "__main__":
    print("training images", tuple(tiny_digits().train_images.shape))

# %% [markdown]
# The recorded run `depth-digits-cpu` trains each network for 1,100 steps with
# batches of 64 images, 50 epochs, by the same schedule, and from three seeds.
# The plain network of 20 layers ends without a single error on its 1,437
# training images, with each seed.
#
# *Predict:* how many of its training images does the plain network of 56 layers
# get wrong in the end?
#
# - None, like that of 20 layers
# - About one in twenty
# - More than a quarter of them

# %% tags=["folded"]
if __name__ == "__main__":
    digits = tables.recorded_run("depth-digits-cpu")
    curves = digits.rows("curves.jsonl")

    def draw_curves(
        rows: int, columns: int, width: float, height: float
    ) -> plots.Figure:
        figure, axes = plots.figure_with(rows, columns, width, height)
        for axis, kind, color in zip(
            axes.flat, ("plain", "residual"), (plots.F, plots.X), strict=True
        ):
            ends = {}
            for layers in DEPTHS:
                seeds = torch.tensor(
                    [
                        row["train_errors"]
                        for row in of(curves, kind=kind, layers=layers)
                    ]
                )
                mean = seeds.mean(dim=0).tolist()
                axis.plot(range(1, len(mean) + 1), mean, color=color, lw=1.2)
                ends[str(layers)] = (mean[-1], color)
            axis.set(
                xlabel=f"epoch, {kind}",
                ylabel="training error, %",
                ylim=(-2, 95),
            )
            plots.name_ends(axis, ends)
        return figure

    plots.show(
        draw_curves(1, 2, 6.4, 2.7),
        name="ch11-digits",
        narrow=draw_curves(2, 1, 3, 4.6),
        caption="Compare where the curves end, and how long they stay up. Each "
        "is the mean of three seeds and is named by its number of layers; the "
        "error is counted while the network learns.",
        alt="Training error over 50 epochs. Plain networks: 20 layers reach 0, "
        "32 nearly 0, 44 end near 20, 56 near 40 and 110 near 90 percent. "
        "Residual networks: all end near 0, the deeper ones later, and that of "
        "110 layers at 4 percent.",
    )
    print("        training error, by seed             test error, mean")
    print("layers  plain              residual          plain  residual")
    for layers in DEPTHS:
        cells, means = "", ""
        for kind, wide in (("plain", 17), ("residual", 16)):
            alike = of(curves, kind=kind, layers=layers)
            ends = " ".join(f"{row['train_error']:5.1f}" for row in alike)
            cells += f"{ends:{wide}}  "
            tested = [row["test_error"] for row in alike]
            means += f"{sum(tested) / len(tested):5.1f}%    "
        print(f"{layers:6}  {cells} {means.rstrip()}")

# %% [markdown]
# More than a quarter, with each of the seeds, and with 110 layers the plain
# network guesses. More layers can do whatever fewer can, so most people expect
# no errors, or a few. And nothing is wrong with the images or with the
# schedule: with shortcuts the same layers get at most a few images in a
# thousand wrong. The exception is one of the seeds of 110 layers, with 11%: it
# learned more slowly, and the rate was divided before it was done.
#
# Does depth help residual networks? Not here, either: their test errors tend to
# grow with it. (With 360 test images, an error of 3% has a standard error of
# 0.9 points.) For ten digits 20 layers are enough, and for the deeper networks
# 1,100 steps are a short training: their curves stay up for longer. The paper's
# residual networks, on photographs and after 64,000 steps, gain from each step
# in depth.
#
# ## What passes through a network
#
# Why does depth hurt the plain networks, and not the residual ones? We look in
# four places, and begin with the signals. A fresh BatchNorm gives each channel
# a spread of 1. In a plain block the ReLU then sets half of the values to zero,
# and with them goes half of the sum of the squares. So after every block the
# root mean square, the root of the mean of all squares, is $\sqrt{1/2} = 0.71$.
#
# In a residual block the branch, with its spread of 1, is added to what came
# in.
#
# *Predict:* on their way through a fresh residual network, within a stage, the
# values
#
# - shrink.
# - stay as large as they are.
# - grow.


# %% tags=["folded"]
class Signals(NamedTuple):
    """What passes through a network, by layer, from input to output."""

    gradients: list[float]  # norm of the gradient of each convolution's weights
    responses: list[float]  # standard deviation of what each BatchNorm gives
    activations: list[float]  # root mean square of what each block gives


def signals(model: CifarResNet, images: Tensor, labels: Tensor) -> Signals:
    """Measure what one batch sends through a network, forward and back.

    The model is not changed: a copy works, in training mode.

    Args:
        model: a fresh or a trained network.
        images: (batch, 3, h, w), normalized.
        labels: (batch,).
    """
    model = deepcopy(model).train()
    responses: list[float] = []
    activations: list[float] = []

    def keep_deviation(_module: nn.Module, _inputs: tuple, out: Tensor) -> None:
        responses.append(out.detach().std().item())

    def keep_size(_module: nn.Module, _inputs: tuple, out: Tensor) -> None:
        activations.append(out.detach().square().mean().sqrt().item())

    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(keep_deviation)
        if isinstance(module, CifarBlock):
            module.register_forward_hook(keep_size)
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    gradients = [
        module.weight.grad.norm().item()
        for module in model.modules()
        if isinstance(module, nn.Conv2d)
    ]
    return Signals(gradients, responses, activations)


if __name__ == "__main__":
    batch = next(iter(make_loaders(tiny_digits(), 256, augmented=False)[0]))
    print("root mean square after each block, 20 layers, seed 0")
    for kind, residual in (("plain", False), ("residual", True)):
        torch.manual_seed(0)
        sizes = signals(CifarResNet(3, residual), *batch).activations
        print(f"{kind:8}" + "".join(f"{size:6.2f}" for size in sizes))

# %% [markdown]
# They grow. Each block adds a branch of the same size, which in a fresh network
# has nothing to do with what came in. So the mean squares of the two add up,
# and only the ReLU takes some of the sum away. Where a stage begins they drop,
# because half of the shortcut's channels are zeros. Most people expect
# BatchNorm to hold all values at one size, but none stands on the shortcut. So
# each block changes the sum by a smaller share than the one before.
#
# Now we follow the gradient on its way back, in networks of 56 layers, both
# fresh and at the end of the recorded trainings.

# %% tags=["folded"]
if __name__ == "__main__":
    passed = digits.rows("layers.jsonl")

    def means_of(key: str, **wanted: object) -> list[float]:
        """Return the geometric mean over the seeds, by layer."""
        seeds = torch.tensor([row[key] for row in of(passed, **wanted)])
        return seeds.log().mean(dim=0).exp().tolist()

    shown = {
        f"{kind}, {when}": means_of(
            "gradients", kind=kind, when=when, layers=56
        )
        for kind in ("plain", "residual")
        for when in ("fresh", "trained")
    }
    plots.show(
        plots.curves(
            shown,
            "layer, from input to output",
            "norm of the gradient",
            log=True,
            colors={
                name: plots.F if "plain" in name else plots.X for name in shown
            },
            dashed={"plain, trained", "residual, trained"},
        ),
        name="ch11-gradients",
        caption="Follow each curve from the last layer, at the right, back to "
        "the first. (Digits, 56 layers, geometric means of three seeds; "
        "dashed: after training.)",
        alt="Norm of the gradient by layer. Plain, fresh: it grows from the "
        "last layer to the first by a factor of several hundred. Plain, "
        "trained: it is smallest in the first layers. Residual: fresh and "
        "trained, it changes much less from layer to layer.",
    )
    print("gradient of the first layer / of the last convolution, means")
    print("layers  plain, fresh  plain, trained  residual, fresh  trained")
    for layers in (20, 56, 110):
        text = ""
        for kind in ("plain", "residual"):
            for when in ("fresh", "trained"):
                norms = means_of(
                    "gradients", kind=kind, when=when, layers=layers
                )
                ratio = norms[0] / norms[-1]
                shown_as = f"{ratio:,.0f}" if ratio > 99 else f"{ratio:.2g}"
                text += f"{shown_as:>14}"
        print(f"{layers:6}{text}")

# %% [markdown]
# In a fresh plain network the gradient explodes on its way back, as chapter 3
# found. What is new is what training makes of it. The dashed curve of the plain
# network is reversed: the first layers now get a small part of what the last
# ones get. In the residual networks the ratio of the first layer's gradient to
# the last one's stays within a factor of ten of 1, before and after.
#
# When does it turn, and why? We watch the first five steps of networks of 56
# layers, with the size of the values after the first block beside the ratio.

# %% tags=["folded"]
if __name__ == "__main__":
    print("size after the first block, and first / last gradient")
    print("                before         after 1 step   after 5 steps")
    for kind, residual in (("plain", False), ("residual", True)):
        for seed in range(3):
            torch.manual_seed(seed)
            batches = make_loaders(tiny_digits(), 64, False, seed)[0]
            model = CifarResNet(9, residual)
            optimizer = make_optimizer(model, lr=0.1, weight_decay=1e-4)
            text = ""
            for step, some in zip(range(6), batches, strict=False):
                if step in (0, 1, 5):
                    now = signals(model, *some)
                    ratio = now.gradients[0] / now.gradients[-1]
                    text += f"{now.activations[0]:6.1f} {ratio:8.2g}"
                optimizer.zero_grad()
                F.cross_entropy(model(some[0]), some[1]).backward()
                optimizer.step()
            print(f"{kind:8} seed {seed}{text}")
    print("after the recorded trainings, size after the first block, means")
    print(f"{'layers':10}" + "".join(f"{layers:8}" for layers in DEPTHS))
    for kind in ("plain", "residual"):
        ends = [
            means_of("activations", kind=kind, when="trained", layers=layers)
            for layers in DEPTHS
        ]
        print(f"{kind:10}" + "".join(f"{end[0]:8,.1f}" for end in ends))

# %% [markdown]
# In the plain networks it takes one step. The scale of a BatchNorm is a weight
# like any other, and the large gradient throws the scales of the first layers
# up. The next BatchNorm takes the factor out again, so the network computes as
# before. But a gradient that comes back through this BatchNorm is divided by
# the factor, so the first layers now get too little. Training does not undo it,
# as the second table shows: the deeper the plain network, the larger the values
# after its first block. In the residual networks they stay small.
#
# Is this the cause? It is a trace that grows with depth as the failure does,
# and no more. A lower rate does not prevent it: our plain network of 110 layers
# began with a tenth of the rate and kept that to the end, because its error
# never fell below 80%. And He et al. found healthy norms of the gradients in
# their plain networks on ImageNet, with up to 34 layers (section 4.1).
#
# ## What a layer adds
#
# He et al. looked at the layers' **responses**: the standard deviation of what
# each 3×3 layer gives, after BatchNorm and before ReLU or addition (section
# 4.2, figure 7). In their residual networks the responses were generally
# smaller than in the plain ones, and the more layers, the smaller.
#
# In our networks they begin at 1. We take the second layer of each block,
# because its response is what the block adds, and divide it by the size of what
# comes in. How large is this share?

# %% tags=["folded"]
if __name__ == "__main__":

    def median_of(key: str, wanted: dict, layers: int) -> list[float]:
        """Return the median over the second layers of the blocks, by seed: of
        their responses, or of these beside what comes into the block.
        """
        found = []
        for row in of(passed, layers=layers, **wanted):
            n = DEPTHS[layers]
            values = row["responses"][
                2::2
            ]  # the stem and first layers left out
            if key == "share":
                values = [
                    values[k] / row["activations"][k - 1]
                    for k in range(1, 3 * n)
                    if k not in (n, 2 * n)  # there x is another shape
                ]
            found.append(torch.tensor(values).median().item())
        return found

    print("medians over the blocks, by seed, and means of the share")
    print(
        "        response, trained                     share of what comes in"
    )
    print("layers  plain           residual              fresh    trained")
    for layers in DEPTHS:
        text = ""
        for kind in ("plain", "residual"):
            wanted = {"kind": kind, "when": "trained"}
            found = median_of("response", wanted, layers)
            text += " ".join(f"{each:.2f}" for each in found).ljust(16)
        text += "      "
        for when in ("fresh", "trained"):
            found = median_of(
                "share", {"kind": "residual", "when": when}, layers
            )
            text += f"{sum(found) / len(found):.2f}     "
        print(f"{layers:6}  {text.rstrip()}")

# %% [markdown]
# In 1,100 steps the responses move little. Where they do, they move as in the
# paper: what a residual block adds becomes smaller than 1, and what the deeper
# plain networks give does not. The exception, 2.5, is the residual network that
# learned so slowly. The share is clearer: it falls from 20 to 44 layers, is
# about the same with 56, and is smallest with 110. With 20 layers a block adds
# more than half of what comes in, and with 110 layers about a quarter. Most of
# this is there from the beginning, as the values grow from block to block, and
# up to 44 layers training makes the share smaller still.
#
# ## Cut a block out
#
# If each block of a residual network only changes the sum a little, what
# happens when one is missing? Veit et al. (2016, section 4.1) removed one block
# of a trained network and tested what was left, which is called a **lesion
# study**. A block that is cut out passes on its shortcut, and nothing else.


# %%
def without_block(model: CifarResNet, number: int) -> CifarResNet:
    """Return a copy of a network in which a block only passes on its shortcut.

    Source: Veit et al. 2016, section 4.1.

    Args:
        model: residual or plain.
        number: of the block, from 0 to 3n - 1.
    """
    cut = deepcopy(model)
    cut.blocks[number] = cut.blocks[number].shortcut
    return cut


# %% [markdown]
# First train both networks of 20 layers, for six epochs, the last two at a
# tenth of the rate. More than 95% of the test images are then right.

# %%
if __name__ == "__main__":
    device, criterion = torch.device("cpu"), make_criterion()
    networks = {}
    loader, test_loader = make_device_loaders(
        tiny_digits(), 64, device, augmented=False
    )
    for kind, residual in (("plain", False), ("residual", True)):
        torch.manual_seed(0)
        networks[kind] = CifarResNet(3, residual)
        optimizer = make_optimizer(networks[kind], lr=0.05, weight_decay=1e-4)
        for epoch in range(6):
            if epoch == 4:
                optimizer.param_groups[0]["lr"] = 0.005
            train_one_epoch(
                networks[kind], loader, criterion, optimizer, device
            )

# %% [markdown]
# Then we cut each of the nine blocks out in turn. No network is trained again.
#
# *Predict:* the *plain* network gets about 97% of the test images right. What
# is left after one of its nine blocks is cut out?
#
# - Between 80 and 95%: eight blocks still do their work
# - About half
# - About 10%, as by guessing

# %% tags=["covered"]
if __name__ == "__main__":

    @torch.no_grad()
    def right(model: CifarResNet) -> float:
        return evaluate(model, test_loader, criterion, device)[1]

    for kind, model in networks.items():
        print(f"{kind:8} whole {right(model):.1f}%   without block", end="")
        for number in range(9):
            print(f"{right(without_block(model, number)):4.0f}", end="")
        print()

# %% [markdown]
# About 10%. It is tempting to think that eight of nine blocks do most of the
# work. But each block of a plain network has learned to read what the block
# before it writes, and nothing else: without one, all that follow read a
# language that they do not know. In the residual network, nearly every block
# can go.
#
# One reason is what we saw: a block adds less than what comes in, so what
# follows reads mostly what was there before. The first block, whose share is
# the largest, is the exception. Veit et al. put it another way. At each block
# the signal can go through the branch or through the shortcut, so nine blocks
# make $2^9 = 512$ paths. A cut closes half of them, and a plain network has
# only one path.
#
# Do the deeper networks of the recorded run agree, and other seeds?

# %% tags=["folded"]
if __name__ == "__main__":
    cuts = digits.rows("cuts.jsonl")

    def draw_cuts(
        rows: int, columns: int, width: float, height: float
    ) -> plots.Figure:
        figure, axes = plots.figure_with(rows, columns, width, height)
        for axis, layers in zip(axes.flat, (20, 56), strict=True):
            for kind, color in (("plain", plots.F), ("residual", plots.X)):
                alike = of(cuts, kind=kind, layers=layers)
                seeds = torch.tensor([row["without"] for row in alike])
                places = range(1, seeds.shape[1] + 1)
                for seed in seeds:
                    axis.plot(places, seed, ".", color=color, markersize=3)
                axis.plot(places, seeds.mean(dim=0), color=color, lw=1.2)
                whole = sum(row["whole"] for row in alike) / len(alike)
                axis.axhline(whole, color=color, lw=0.8, linestyle=":")
            axis.set(
                xlabel=f"block that is cut out, {layers} layers",
                ylabel="test accuracy, %",
                ylim=(0, 102),
            )
        return figure

    plots.show(
        draw_cuts(1, 2, 6.4, 2.7),
        name="ch11-cuts",
        narrow=draw_cuts(2, 1, 3, 4.4),
        caption="Blue is plain, amber residual; the dotted lines are the whole "
        "networks. Dots are three seeds, lines their means. The plain network "
        "of 56 layers had learned only part of its images in the first place.",
        alt="Test accuracy without each block. Plain networks fall to about "
        "10 percent whichever block is cut out. Residual networks lose most "
        "without their first block, less without the second and those that "
        "halve the size, and a few points without any other.",
    )
    print("residual: points lost without a block, means of the seeds")
    print("layers  whole   first   second   one that halves   another")
    for layers, n in DEPTHS.items():
        alike = of(cuts, kind="residual", layers=layers)
        whole = sum(row["whole"] for row in alike) / len(alike)
        left = torch.tensor([row["without"] for row in alike]).mean(dim=0)
        lost = (whole - left).tolist()
        halving = (lost[n] + lost[2 * n]) / 2
        named = (0, 1, n, 2 * n)
        others = [each for k, each in enumerate(lost) if k not in named]
        print(
            f"{layers:6} {whole:6.1f} {lost[0]:7.1f} {lost[1]:8.1f} "
            f"{halving:17.1f} {sum(others) / len(others):9.1f}"
        )

# %% [markdown]
# They do. The first two blocks and the two that halve the size cost the most on
# average, though the seeds differ widely; Veit et al. saw peaks there, too. Any
# other block costs between 0.8 and 3.0 points on average, with 20 layers as
# with 110.
#
# ## The surface of the loss
#
# Chapter 5 drew the loss over two weights. These networks have hundreds of
# thousands, and still one can look at a slice: go from the trained weights
# $\theta$ along two random directions $\delta$ and $\eta$, and measure the loss
# at $\theta + a\,\delta + b\,\eta$.
#
# How long should a direction be? Multiply the weights of a convolution by ten,
# and BatchNorm takes the ten out again (chapter 5). The network is the same,
# but a step of length 1 now changes it ten times less. A *filter* is the kernel
# of one output channel. So Li et al. (2018, section 4) scale each filter of the
# random direction to the length of the network's own filter. They call it
# **filter normalization**.
#
# With a pencil: a filter has the weights 3 and 4, so its length is 5. The
# random filter is (0.6, −0.8), of length 1, and becomes (3, −4). At $a = 1$ the
# filter is (6, 0).


# %%
def random_direction(model: nn.Module, seed: int) -> list[Tensor]:
    """Return a random direction in the space of the weights, in which each
    filter is as long as the model's own.

    The direction is zero for biases and for the scales and shifts of BatchNorm.

    Source: Li et al. 2018, section 4, and its code for what is zero.

    Args:
        model: with weights of shape (filters, …).
        seed: of the random numbers.

    Returns:
        A tensor for each parameter, of its shape.
    """
    generator = torch.Generator().manual_seed(seed)
    direction = []
    for weights in model.parameters():
        drawn = torch.randn(weights.shape, generator=generator)
        if weights.ndim < 2:
            direction.append(torch.zeros_like(drawn))
            continue
        axes = tuple(range(1, weights.ndim))  # all but that of the filters
        length = torch.linalg.vector_norm
        wanted = length(weights.detach(), dim=axes, keepdim=True)
        direction.append(drawn * wanted / length(drawn, dim=axes, keepdim=True))
    return direction


if __name__ == "__main__":
    model = networks["residual"]
    direction = random_direction(model, seed=0)
    for name, filters in (
        ("weights", model.conv1.weight),
        ("direction", direction[0]),
    ):
        lengths = filters.detach().flatten(1).norm(dim=1)[:4]
        print(f"{name:9}", "  ".join(f"{length:.3f}" for length in lengths))

# %% [markdown]
# These are the lengths of the first four filters. Now the loss at every place
# of a grid:


# %%
@torch.no_grad()
def loss_surface(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    first: list[Tensor],
    second: list[Tensor],
    at: list[float],
) -> Tensor:
    """Measure the loss around a network's weights, along two directions.

    Args:
        model: it is not changed; a copy works, in evaluation mode.
        images: (batch, 3, h, w), normalized.
        labels: (batch,).
        first: a tensor for each parameter, as ``random_direction`` gives them.
        second: another such direction.
        at: how far to go along each direction; 0 is the model itself.

    Returns:
        The mean loss at each place, (len(at), len(at)): a row for each step
        along the first direction.
    """
    moved = deepcopy(model).eval()
    losses = torch.empty(len(at), len(at))
    parameters = list(zip(model.parameters(), moved.parameters(), strict=True))
    for row, a in enumerate(at):
        for column, b in enumerate(at):
            for (start, weights), along, across in zip(
                parameters, first, second, strict=True
            ):
                weights.copy_(start + a * along + b * across)
            losses[row, column] = F.cross_entropy(moved(images), labels)
    return losses


if __name__ == "__main__":
    for kind, model in networks.items():
        losses = loss_surface(
            model,
            batch[0],
            batch[1],
            random_direction(model, seed=0),
            random_direction(model, seed=1),
            at=[-0.5, 0.0, 0.5],
        )
        print(kind)
        for line in losses:
            print("".join(f"{loss:10.3f}" for loss in line))

# %% [markdown]
# The loss of the trained network stands in the middle, and all around it the
# loss is higher. The recorded run has 21 × 21 places for each network of three
# depths. How wide is the valley? Count the share of these places at which the
# loss is below 1.
#
# Around the plain networks of 20 layers it is about a third. Those of 32 layers
# have learned their training images nearly as well, with errors of about 1% or
# less.
#
# *Predict:* in how many places around *them* is the loss below 1?
#
# - In about a third, too
# - In a few percent
# - Nearly everywhere

# %% tags=["folded"]
if __name__ == "__main__":
    surfaces = digits.rows("surfaces.jsonl")
    print("share of the places where the loss is below 1, by seed")
    print("layers  plain              residual")
    for layers in (20, 32, 56):
        cells = ""
        for kind in ("plain", "residual"):
            for surface in of(surfaces, kind=kind, layers=layers):
                places = torch.tensor(surface["losses"])
                low = (places < 1).float().mean().item()
                cells += f"{low:5.0%}"
            cells += "    "
        print(f"{layers:6} {cells.rstrip()}")

# %% [markdown]
# In a few percent. Two networks that know their images equally well need not
# lie in equally wide valleys: that of the deeper plain one is far narrower.
# Around each plain network of 56 layers at most one of the 441 places has a
# loss below 1. The residual networks keep such places at every depth, but their
# share differs much from seed to seed, so read nothing finer from it. Li et al.
# saw the same on photographs: with 20 layers the shortcuts made little
# difference, and with 56 and 110 only the plain networks stood in a chaotic
# landscape (section 6).
#
# ![Turn the surfaces by the slider, or press on one and move to the side. Both
# have the same scale: the height is the logarithm of the loss on 256 training
# images. Then choose 32 layers, and 56.](figure:loss-surfaces)
#
# Some caution is due. A slice has two directions of hundreds of thousands.
# BatchNorm uses the running statistics of the trained network at every place,
# as in the code of Li et al., so part of the rise is that they no longer fit.
# And our plain network of 56 layers had not learned its images: the surface
# shows where it stands, and not how it came there.
#
# ## What is known, and what is not
#
# You have now seen that depth keeps plain networks from learning their own
# training images, and at most slows residual ones down. How the shortcuts do
# that has several descriptions, and all fit what we measured: gradients that
# arrive, blocks that each change a little, many paths, a smoother surface.
# Balduzzi et al. (2017) found another: in a deep plain network the gradients of
# two similar images have almost nothing in common, and with shortcuts they stay
# alike for longer. None of these descriptions proves a cause. He et al. left
# the question open, and as a whole it still is.
#
# ## Try it yourself
#
# Nothing checks these two tasks but you. Neither takes a minute of computing.
#
# **More than one block.** Copy the cell above that trains both networks into a
# script, with the imports that it needs, and take `networks["residual"]`. Keep
# both trainings and their order: trained alone, the residual network would see
# the images in another order. Its blocks 1, 2, 4, 5, 7 and 8, counted from 0,
# neither come first nor halve the size. For each $k$ from 0 to 6, cut out each
# choice of $k$ of these six (`itertools.combinations`), by calling
# `without_block` on its own result, and take the mean test accuracy. You are
# right so far if $k = 0$ gives the accuracy of the whole network above, and
# $k = 1$ the mean of the six accuracies in its row.
#
# *Question:* Does the accuracy break down at once, or does it fall bit by bit?
#
# *Answer:* Bit by bit. On our machine the whole network has 98.1%, and the
# means with one to six blocks cut out are 94.8, 86.1, 66.7, 43.1, 25.8 and
# 19.7%. Veit et al. saw the same in networks of 110 layers (section 4.2). The
# plain network has nothing left after one.
#
# **Projections after all.** In **option B** of the paper a block that changes
# the shape has a projection, a 1×1 convolution and a BatchNorm, as in chapter
# 3. Put one in the place of the two shortcuts that need it (`bn1` and `bn2`
# stay as they are). You are right if each of the five networks has 2,752
# parameters more than before.
#
# *Question:* Why is it the same number at every depth, and would it have
# spoiled the comparison of plain and residual networks?
#
# *Answer:* Only two of the $3n$ blocks change the shape, whatever $n$ is: $16
# \cdot 32 + 32 \cdot 64$ weights, and two numbers of BatchNorm for each of 96
# channels. That is 1.0% of the parameters of 20 layers and 0.2% of those of
# 110, too few to explain what you have seen. But a reader would have to believe
# that.
#
# ## What goes wrong
#
# Three mistakes make such an experiment say what is not so.
#
# - **The best epoch in place of the last one.** You see errors that are a
#   little too good, because the test images chose the epoch. The cell below has
#   what that gains in our record. In the same way the paper's 6.43 is the best
#   of five runs: only their mean, 6.61, compares with your single run.
# - **Looking at the test error alone.** A deeper network is worse, and you
#   cannot tell why. The paper's network of 1,202 layers has 7.93% where that of
#   110 has 6.61% on average, but its training error is below 0.1%: the authors
#   argue that it overfits. A plain network of 56 layers has not learned even
#   its training images, and what helps against overfitting does not help it.
# - **One seed.** You see an order of the depths that the next seed reverses.
#   Two of our residual networks of 110 layers are as good as those of 56, and
#   the third has four times the error.

# %% tags=["folded"]
if __name__ == "__main__":
    print("              gained by the best epoch    test error after the")
    print("              of each run, points         last epoch, by seed")
    for layers in DEPTHS:
        alike = of(curves, kind="residual", layers=layers)
        gained = [row["test_error"] - min(row["test_errors"]) for row in alike]
        tested = " ".join(f"{row['test_error']:5.2f}" for row in alike)
        print(
            f"residual {layers:3} {sum(gained) / len(gained):9.2f} "
            f"{' ':16} {tested}"
        )

# %% [markdown]
# The seeds of one network often differ by more than neighboring depths do.
#
# ## In three sentences
#
# - Depth hurts plain networks on their own training images, and the same layers
#   with shortcuts learn them, if more slowly.
# - In a residual network each block changes what passes by a small share, so
#   nearly every block can be cut out of the trained network, while any cut
#   destroys a plain one.
# - An experiment like this compares training errors beside test errors, the
#   last epoch, and several seeds, and it shows a fact and not yet its cause.
#
# ## Three questions
#
# *Question:* Why do the paper's networks for CIFAR-10 have no projections?
#
# *Answer:* A projection has weights. With option A, both kinds have exactly the
# same parameters, so a difference between them must come from the addition.
#
# *Question:* A residual network of 56 layers has 27 blocks. Through how many
# paths does a signal go from the stem to the head, and how many are left when
# one block is cut out?
#
# *Answer:* $2^{27}$, about 134 million, because at each block it can take the
# branch or the shortcut. Half of them go through the block that is cut out, and
# half are left.
#
# *Question:* Somebody draws the loss around two networks along random
# directions of length 1, and concludes that the network with the larger weights
# lies in the flatter valley. What is wrong?
#
# *Answer:* With BatchNorm, larger weights compute the same, but a step of
# length 1 changes them by a smaller share. The valley would look flat even
# around the same network with its weights multiplied by ten.
#
# ## Read on
#
# - He et al., *Deep Residual Learning for Image Recognition*, 2015, section
#   4.2: the experiment, and the network of 1,202 layers.
# - Veit et al., *Residual Networks Behave Like Ensembles of Relatively Shallow
#   Networks*, 2016: cutting one block out, and many.
# - Li et al., *Visualizing the Loss Landscape of Neural Nets*, 2018, sections 4
#   and 6.
# - Balduzzi et al., *The Shattered Gradients Problem*, 2017.
# - He et al., *Identity Mappings in Deep Residual Networks*, 2016: what changes
#   when no ReLU stands on the path of $x$.
#
# Next: [chapter 12](ch12_machines.py) trains one network by several processes,
# and asks what they have to tell each other.
