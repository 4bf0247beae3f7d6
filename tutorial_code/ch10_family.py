# %% [markdown]
# # 10. The family
#
# *One table, five networks: what differs between them?*
#
# Table 1 of He et al. (2015) has five columns, and you have built one of them.
# The other four need only one more block, and a class that takes a block and
# four numbers. Then the question changes: if a network of 152 layers is as easy
# to write as one of 18, which one should you take?
#
# ![Choose a network. Each box is a block; the bars compare its weights and its
# work with those of the other four.](figure:family)
#
# **By the end of this chapter you will have** written `BasicBlock` and one
# class for the whole family, counted all five networks beside the paper's
# numbers, shown that each of them computes what torchvision's does, and begun a
# training with weights that another one found.
#
# **You need** `Bottleneck` from [chapter 3](ch03_bottleneck.py) and the stem,
# the stages and the classifier of [chapter 4](ch04_resnet50.py).

# %%
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import (
    ResNet50,
    count_groups,
    from_torchvision,
    to_torchvision,
    with_stride_on_first_conv,
)
from tutorial_code.shared import plots, tables

# %% [markdown]
# ## The simpler block
#
# The networks of 18 and 34 layers have no bottleneck. Their block is the pair
# of 3×3 convolutions with which chapter 3 began, with a shortcut around it. It
# gives as many channels as it has inside.
#
# ![The two blocks where they stand in conv2_x. Change the channels, and compare
# the weights.](figure:two-blocks)
#
# With a pencil: a 3×3 convolution from 64 to 64 channels has $64 \cdot 64 \cdot
# 9 = 36{,}864$ weights, so the pair has 73,728. The bottleneck works on 256
# channels. It squeezes them to 64 with $256 \cdot 64 = 16{,}384$ weights,
# convolves with 36,864, and widens again with 16,384: 69,632 in all. So at the
# start of the network both blocks cost about the same, and the bottleneck hands
# on four times as many channels.
#
# *Predict:* how many weights would a pair of 3×3 convolutions have that works
# on 256 channels, as the bottleneck does?
#
# - About four times as many as the bottleneck.
# - About seventeen times as many.
# - About a hundred times as many.

# %%
if __name__ == "__main__":
    pair = 2 * 9 * 256**2
    bottleneck = 2 * 256 * 64 + 9 * 64**2
    print(f"pair {pair:,}   bottleneck {bottleneck:,}")
    print(f"{pair / bottleneck:.1f} times as many")

# %% [markdown]
# About seventeen times. Four times the channels make sixteen times the weights
# and sixteen times the work, because a convolution has weights from every
# channel to every channel. And the pair on 64 channels already has a few more
# weights than the bottleneck. To save training time, the paper builds the
# deeper three networks from bottlenecks (section 4.1).
#
# ## The exercise: a block
#
# Write `BasicBlock`. It takes `in_channels`, `channels` and `stride`, as
# `Bottleneck` does. Its branch has two 3×3 convolutions to `channels` channels,
# the first with the stride, both without a bias; each is followed by BatchNorm,
# and the first of these by ReLU. The shortcut is the identity where input and
# output have the same shape, and else a 1×1 convolution with the stride and
# BatchNorm. ReLU comes last, after the addition. Give the class an attribute
# `expansion = 1`, as chapter 3's `Bottleneck` has `expansion = 4`: the next
# section says what it is for.


# %% tags=["exercise"]
class BasicBlock(nn.Module):
    """The block of ResNet-18 and ResNet-34: ``relu(F(x) + shortcut(x))``.

    ``F`` is two 3×3 convolutions to ``channels`` channels, the first with the
    stride; each is followed by BatchNorm, the first also by ReLU. The shortcut
    is the identity where input and output have the same shape, otherwise a 1×1
    convolution with BatchNorm.

    Source: He et al. 2015, figure 5 (left), with the projection of section 3.3.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block, and of the output.
        stride: 1 keeps height and width; 2 halves them, rounding up.
    """

    expansion = 1  # channels of the output for each channel inside

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels,
            channels,
            kernel_size=3,
            stride=stride,
            padding=1,
            bias=False,
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, kernel_size=3, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        if stride == 1 and in_channels == channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.Conv2d(
                    in_channels,
                    channels,
                    kernel_size=1,
                    stride=stride,
                    bias=False,
                ),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, ceil(h /
        stride), ceil(w / stride)).
        """
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + self.shortcut(x))


# %% [markdown]
# ## What differs is said once
#
# From outside, the two blocks differ in one number: how many channels they give
# for each channel inside. The block says it itself, as a class attribute:
# `BasicBlock.expansion` is 1, and `Bottleneck.expansion` is 4. Whoever builds a
# network from blocks asks for it, and needs to know nothing else.
#
# *Predict:* in ResNet-50 the first block of conv2_x has stride 1 and needs a
# projection all the same, because 64 channels become 256. Does the first block
# of conv2_x in ResNet-34 need one?
#
# - Yes: every stage begins with a projection.
# - No: 64 channels come in, and 64 go out.

# %%
if __name__ == "__main__":
    for block in (BasicBlock, Bottleneck):
        first = block(64, 64)
        kind = type(first.shortcut).__name__
        print(f"{block.__name__:10} expansion {block.expansion}: {kind}")

# %% [markdown]
# No. The stem gives 64 channels, and the first basic block leaves them at 64,
# so its shortcut is the identity. The rule inside the block decides it; the
# network does not have to.
#
# ## The exercise: the family
#
# Write `ResNet`. Its constructor takes `block`, a class such as `BasicBlock` or
# `Bottleneck`, `num_blocks`, the blocks in each of the four stages, and
# `num_classes`. Stem, strides and classifier are those of chapter 4, and so are
# the channels inside the blocks: 64, 128, 256 and 512 in the four stages. A
# block is made by `block(in_channels, channels, stride)` and gives
# `block.expansion * channels` channels. Name the layers as you like.


# %% tags=["exercise"]
class ResNet(nn.Module):
    """A residual network: a stem, four stages of blocks, average pooling and a
    linear classifier.

    Source: He et al. 2015, table 1, with the stride of a bottleneck on its 3×3
    convolution.

    Args:
        block: the class of the blocks, called as ``block(in_channels, channels,
            stride)``; its attribute ``expansion`` says how many channels it
            gives for each of ``channels``.
        num_blocks: blocks in conv2_x, conv3_x, conv4_x and conv5_x.
        num_classes: logits for each image.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        num_blocks: Sequence[int],
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            3, 64, kernel_size=7, stride=2, padding=3, bias=False
        )
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.in_channels = 64
        self.conv2_x = self._stage(block, 64, num_blocks[0], stride=1)
        self.conv3_x = self._stage(block, 128, num_blocks[1], stride=2)
        self.conv4_x = self._stage(block, 256, num_blocks[2], stride=2)
        self.conv5_x = self._stage(block, 512, num_blocks[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(self.in_channels, num_classes)

    def _stage(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        channels: int,
        blocks: int,
        stride: int,
    ) -> nn.Sequential:
        row = []
        for number in range(blocks):
            first = number == 0
            row.append(
                block(self.in_channels, channels, stride if first else 1)
            )
            self.in_channels = block.expansion * channels
        return nn.Sequential(*row)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, num_classes)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(x))))
        return self.fc(self.avgpool(x).flatten(1))


# %% [markdown]
# ## The table
#
# Now the whole of Table 1 is five lines. The name of each network counts its
# layers: two convolutions in a basic block, three in a bottleneck, and the stem
# and the classifier besides.


# %%
FAMILY: dict[
    str, tuple[type[BasicBlock] | type[Bottleneck], tuple[int, ...]]
] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
    "resnet101": (Bottleneck, (3, 4, 23, 3)),
    "resnet152": (Bottleneck, (3, 8, 36, 3)),
}


def make_resnet(name: str, num_classes: int = 10) -> ResNet:
    """Return a network of the family by its name, such as ``resnet34``."""
    block, num_blocks = FAMILY[name]
    return ResNet(block, num_blocks, num_classes)


if __name__ == "__main__":
    for name, (block, num_blocks) in FAMILY.items():
        convolutions = {BasicBlock: 2, Bottleneck: 3}[block]
        layers = 2 + convolutions * sum(num_blocks)
        print(f"{name:9} {layers:3} layers  {block.__name__:10} {num_blocks}")

# %% [markdown]
# ResNet-34 and ResNet-50 have sixteen blocks each in the same four stages; only
# the block is another. With it the parameters grow by 17% and the work by 12%,
# and the classifier gets 2,048 channels in place of 512.
#
# The paper's table has 1.8, 3.6, 3.8, 7.6 and 11.3 billion multiply-adds.
#
# *Predict:* how many of our five networks round to the paper's number?
#
# - All five.
# - All but ResNet-50, as in chapter 4.
# - One of them.

# %%
PAPER = {  # billions of multiply-adds in Table 1, "FLOPs"
    "resnet18": 1.8,
    "resnet34": 3.6,
    "resnet50": 3.8,
    "resnet101": 7.6,
    "resnet152": 11.3,
}


class Count(NamedTuple):
    """What a network of the family has and does, for one image of 224×224."""

    parameters: int
    multiply_adds: int
    on_first_conv: int  # multiply-adds with the stride on the first 1×1


def count(name: str) -> Count:
    """Count a network of the family with 1,000 classes."""

    def sums(model: nn.Module) -> tuple[int, int]:
        rows = count_groups(model, 224)
        return (
            sum(row.parameters for row in rows),
            sum(row.multiply_adds for row in rows),
        )

    with torch.no_grad():
        parameters, work = sums(make_resnet(name, 1000))
        moved = with_stride_on_first_conv(make_resnet(name, 1000))
        return Count(parameters, work, sums(moved)[1])


if __name__ == "__main__":
    torch.manual_seed(0)
    counts = {name: count(name) for name in FAMILY}
    print(
        "           parameters   billion multiply-adds   stride moved   paper"
    )
    for name, found in counts.items():
        print(
            f"{name:9} {found.parameters:11,} "
            f"{found.multiply_adds / 1e9:23.2f} "
            f"{found.on_first_conv / 1e9:14.2f} {PAPER[name]:7.1f}"
        )

# %% tags=["folded", "covered"]
if __name__ == "__main__":

    def draw_differences(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        for place, (name, found) in enumerate(counts.items()):
            for work, marker in (
                (found.multiply_adds, "o"),
                (found.on_first_conv, "s"),
            ):
                more = 1000 * (work / 1e9 - PAPER[name])
                axis.plot(
                    more,
                    place,
                    marker,
                    color=plots.F,
                    fillstyle="full" if marker == "o" else "none",
                )
        axis.axvspan(-50, 50, color="black", alpha=0.12, linewidth=0)
        names = [name.replace("resnet", "ResNet-") for name in counts]
        axis.set_yticks(range(5), names)
        axis.set(
            xlabel="million multiply-adds more than the paper says",
            ylim=(4.6, -0.6),
        )
        return figure

    plots.show(
        draw_differences(5.6, 2.6),
        name="ch10-differences",
        narrow=draw_differences(2.7, 2.6),
        caption="Compare the dots, our networks, with the squares, the same "
        "with the stride on the first 1×1. Inside the gray band a number "
        "rounds to the paper's.",
        alt="Multiply-adds of the five networks minus the paper's. As they "
        "are, 18 layers lie within rounding and the others above. With the "
        "stride moved, 101 and 152 layers do, too; 34 and 50 do not.",
    )

# %% [markdown]
# One of them, that of 18 layers. Chapter 4 found most of the reason for 50
# layers, and it holds for 101 and 152 as well: with the stride of a bottleneck
# on its first 1×1 convolution, where torchvision's documentation says that the
# paper has it, these two round to the paper's numbers. That of 50 layers still
# does not, and stays unexplained. ResNet-34 has no bottlenecks, so no stride
# can be moved, and it has 3.66 billion here against the paper's 3.6. The
# paper's own network of 34 layers had no projections at first: where the
# channels double, the new ones are filled with zeros (section 4.1, option A).

# %%
if __name__ == "__main__":
    model = make_resnet("resnet34", 1000)
    sides = {"conv3_x": 28, "conv4_x": 14, "conv5_x": 7}
    without = counts["resnet34"].multiply_adds
    for stage, side in sides.items():
        projection = getattr(model, stage)[0].shortcut[0]
        without -= projection.weight.numel() * side**2
    print(f"without its three projections: {without / 1e9:.3f} billion")

# %% [markdown]
# Without the three projections it is 3.645, which rounds to 3.6.
#
# ## Deeper, or not?
#
# The paper's answer, for a million photographs and a thousand classes: every
# step to a deeper network makes fewer errors, and each step gains less than the
# one before. The figure shows the **top-1 error**, the share of images for
# which the right class does not have the largest logit.

# %% tags=["folded"]
if __name__ == "__main__":
    TOP1 = {  # error in percent, ten crops: He et al. 2015, tables 2 and 3
        "18": (counts["resnet18"].multiply_adds, 27.88),
        "34": (counts["resnet34"].multiply_adds, 25.03),
        "50": (counts["resnet50"].multiply_adds, 22.85),
        "101": (counts["resnet101"].multiply_adds, 21.75),
        "152": (counts["resnet152"].multiply_adds, 21.43),
    }

    def draw_errors(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        work = [each / 1e9 for each, _ in TOP1.values()]
        errors = [error for _, error in TOP1.values()]
        axis.plot(work, errors, "o-", color=plots.F)
        for name, x, y in zip(TOP1, work, errors, strict=True):
            axis.annotate(
                name, (x, y), (5, 5), textcoords="offset points", color=plots.F
            )
        axis.set(
            xlabel="billion multiply-adds for one image",
            ylabel="top-1 error on ImageNet, %",
            xlim=(0, 12.5),
            ylim=(20, 29),
        )
        return figure

    plots.show(
        draw_errors(5.6, 2.9),
        name="ch10-errors",
        narrow=draw_errors(3, 2.7),
        caption="Follow the line from 18 to 152 layers. The errors are those "
        "that He et al. (2015) report in tables 2 and 3; the work is counted "
        "above.",
        alt="Top-1 error on ImageNet over the work for one image: 18 layers "
        "27.9%, 34 layers 25.0%, 50 layers 22.9%, 101 layers 21.8%, 152 layers "
        "21.4%.",
    )

# %% [markdown]
# From 18 to 50 layers the error falls by five points for 2.3 billion more
# multiply-adds. From 50 to 152 it falls by 1.4 points for 7.4
# billion more. And for ten digits? Even the smallest of the five has more
# weights than there are pixels in all their training images together. Here all
# five have learned them by the recipe of chapter 5.

# %% tags=["folded"]
if __name__ == "__main__":
    print("            accuracy of three seeds   seconds")
    for row in tables.recorded_run("family-cpu").rows():
        reach = f"{row['lowest']:.1f} to {row['highest']:.1f}%"
        print(
            f"{row['model']:10} {row['accuracy']:8.1f}%, {reach:15}"
            f"{row['seconds']:8.0f}"
        )

# %% [markdown]
# The deeper ones gain nothing. A point is four of the 360 test images, and the
# seeds of one network differ by about as much, so the order of the five says
# little. What is sure is the time: 152 layers take six times that of 18. Begin
# with a small one.
#
# ## Is it the real one?
#
# First against our own code: the family's `resnet50` is chapter 4's `ResNet50`,
# with the same parameters under the same names in the same order.

# %%
if __name__ == "__main__":
    ours = {name: p.shape for name, p in ResNet50().named_parameters()}
    family = make_resnet("resnet50").named_parameters()
    print("the same:", list(ours.items()) == [(n, p.shape) for n, p in family])

# %% [markdown]
# And against others' code: torchvision builds the same five. Chapter 4's
# functions rename the weights, and each network gets those of its counterpart.

# %%
if __name__ == "__main__":
    from torchvision import models

    image = torch.rand(1, 3, 64, 64, dtype=torch.float64)
    for name in FAMILY:
        torch.manual_seed(0)
        theirs = getattr(models, name)(num_classes=10).double().eval()
        model = make_resnet(name).double().eval()
        model.load_state_dict(from_torchvision(theirs.state_dict()))
        with torch.no_grad():
            apart = (model(image) - theirs(image)).abs().max().item()
        theirs.load_state_dict(to_torchvision(model.state_dict()))
        print(f"{name:9} largest difference {apart:.1e}")

# %% [markdown]
# The outputs are the same to the last bit. The tests of this project also
# compare the gradients and three steps of SGD.
#
# ## The weights of the real one
#
# With equal weights the two networks compute the same. So weights that others
# have trained must work in yours. torchvision offers them for all five
# networks, trained on the 1.28 million photographs of ImageNet. It says where
# they are, what the 1,000 classes are called, how an image has to be prepared,
# and how many of the 50,000 validation images they get right.

# %%
if __name__ == "__main__":
    for name in FAMILY:
        weights = models.get_model_weights(name)["IMAGENET1K_V1"]
        file = weights.url.rpartition("/")[2]
        right = weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
        print(f"{name:9} {file:22} top-1 error {100 - right:.1f}%")
    transform = weights.transforms()
    print("classes:", ", ".join(weights.meta["categories"][207:210]), "…")
    print("resize, crop:", *transform.resize_size, *transform.crop_size)
    print("mean:", transform.mean, " standard deviation:", transform.std)

# %% [markdown]
# The same order as in the figure above. The errors are 0.3 to 2.4 points higher
# than the paper's: torchvision tests with one crop of each image, the square in
# its middle, and the paper's table averages the outputs of ten crops, and the
# two were not trained quite alike.
#
# One command puts these weights into this chapter's class and names a
# photograph of yours. It fetches the file once, 103 MB for 50 layers:
#
#     uv run resnet50 predict --pretrained resnet50 dog.jpg
#
# And it puts them into *your* network, if you give it your file:
#
#     uv run resnet50 predict --pretrained resnet50 \
#         --answer exercises/ch04_resnet50.py dog.jpg
#
# Your layers may have any names. One image is sent through both networks, each
# weight is known by the place where the data meet it, and your network gets it
# there. Then both must give the same logits, or the command says so. If it
# names the dog, there is nothing left to prove: what you wrote is ResNet-50.
#
# Without a connection, the command says which file it needs and where to put
# it.
#
# ## Begin with what another network learned
#
# Few people have a million photographs. They take a network that was trained on
# them, replace its classifier by a new one, and train that on the few images
# that they have. This is **transfer learning**. It has two forms:
#
# - The network is **frozen**: only the new classifier learns, from the features
#   that the others learned to compute. One step is much cheaper, because
#   `backward` ends at the classifier.
# - The network is **fine-tuned**: all weights learn, at a lower rate, so that
#   the steps do not destroy what is there.
#
# Freezing hides a trap. The weights of a frozen network have no gradient, so
# the optimizer leaves them alone.
#
# *Predict:* a frozen network is trained by chapter 5's loop, which begins with
# `model.train()`. What of it changes, besides the classifier?
#
# - Nothing.
# - The running statistics of its BatchNorm layers.
# - The scales and shifts of its BatchNorm layers.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    model = make_resnet("resnet18")
    model.requires_grad_(False)
    model.fc.requires_grad_(True)
    before = {name: v.clone() for name, v in model.state_dict().items()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    model(torch.rand(8, 3, 32, 32)).square().mean().backward()
    optimizer.step()
    after = model.state_dict()
    changed = {
        name if name.startswith("fc") else name.rpartition(".")[2]
        for name in before
        if not torch.equal(before[name], after[name])
    }
    print(sorted(changed))

# %% [markdown]
# The running statistics, and their count of batches. No gradient is needed for
# them: in training mode every forward pass moves them, and normalizes by its
# own batch besides. So the features of a "frozen" network drift toward the new
# images. A frozen network has to stay in evaluation mode, whatever the loop
# says:


# %%
class KeptInEvaluation(nn.Module):
    """A network that stays in evaluation mode, also where a loop trains it: its
    BatchNorm layers use their running statistics, and keep them.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.train()

    def train(self, mode: bool = True) -> "KeptInEvaluation":
        """Set evaluation mode, whatever is asked for; return the network."""
        return super().train(False)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, classes)."""
        return self.network(images)


def train_only(network: nn.Module, parameters: Iterable[nn.Parameter]) -> None:
    """Freeze a network, except for these of its parameters."""
    network.requires_grad_(False)
    for parameter in parameters:
        parameter.requires_grad_(True)


# %% [markdown]
# `resnet50 train` does all this. The weights may be torchvision's, those of a
# run of yours, or a file that `resnet50 export` has written:
#
#     uv run resnet50 train --data folder:PATH --init pretrained --freeze
#     uv run resnet50 train --classes 0,1,2,3,4 --output my_runs/first
#     uv run resnet50 train --classes 5,6,7,8,9 --init my_runs/first
#
# `PATH` holds your images, as `PATH/train/<class>/` and `PATH/test/<class>/`.
# The tutorial's images have 32×32 pixels, and torchvision's weights were found
# on 224×224: what others report of transfer holds for images of that size.
#
# The last two lines need no download: a network that has learned the digits 0
# to 4 goes on to the digits 5 to 9. Does that save images? In the recorded run
# `transfer-cpu` new networks, and networks that know the digits 0 to 4, learn
# from 10 to 716 images of the digits 5 to 9, with the same number of steps,
# from three seeds.
#
# *Predict:* a new network learns from 50 images. How many does a network that
# knows the digits 0 to 4 need to become as good?
#
# - About 10
# - About 25
# - About 50, as many

# %% tags=["folded"]
if __name__ == "__main__":
    trained = tables.recorded_run("transfer-cpu").rows()
    LINES = {
        "from scratch": {"color": "black", "marker": "s"},
        "fine-tuned": {"color": plots.F, "marker": "o"},
        "fine-tuned, lower rate": {
            "color": plots.F,
            "marker": "o",
            "linestyle": "--",
        },
        "frozen": {"color": plots.X, "marker": "^"},
    }

    def draw_transfer(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        for way, style in LINES.items():
            found: dict[int, list[float]] = {}
            for row in trained:
                if row["way"] == way:
                    found.setdefault(row["images"], []).append(row["accuracy"])
            means = [statistics.mean(each) for each in found.values()]
            axis.plot(list(found), means, label=way, **style)
            for count, each in found.items():
                ends = [min(each), max(each)]
                axis.plot([count, count], ends, color=style["color"], lw=0.8)
        axis.set(
            xscale="log",
            xlabel="training images",
            ylabel="test accuracy, %",
        )
        columns = 2 if width > 4 else 1
        figure.legend(loc="outside lower center", ncols=columns, frameon=False)
        return figure

    plots.show(
        draw_transfer(5.6, 3.2),
        name="ch10-transfer",
        narrow=draw_transfer(3, 3.6),
        caption="Follow one line to the right: more images. Compare two lines "
        "at the same height: what the one saves. Points are means of three "
        "seeds, and the strokes reach from the worst to the best.",
        alt="Test accuracy on the digits 5 to 9 over the number of training "
        "images. New networks and fine-tuned ones rise together from about 70 "
        "to 99 percent. Fine-tuned ones with a lower rate end at 94, and "
        "frozen ones at 92.",
    )

# %% [markdown]
# As many: here nothing is saved. Fine-tuned networks are never better than new
# ones by more than the seeds differ, and with a lower rate, or frozen, they are
# worse on average from 20 images on. Most people expect a gain, since a digit
# is a digit. But the first network has seen five classes and some 700 images,
# and what tells a 0 from a 4 need not tell a 6 from an 8. The features of a
# frozen network are all that its classifier gets, and 716 images do not mend
# that. What transfer is known for begins with a richer task: a thousand classes
# and a million photographs. Even then the gain shrinks as the second task
# becomes less like the first (Yosinski et al. 2014, section 4.2).
#
# ## Train one of them
#
# `resnet50 train` takes the name of a network, and every command knows the
# network of a run:
#
#     uv run resnet50 train --model resnet18
#     uv run resnet50 train --model resnet101 --data cifar10 --stem 3x3
#
# With `--mine` it is built from your `BasicBlock`, `Bottleneck` and `ResNet`,
# as far as they pass their checks. [The calculator](network) counts all five,
# and any other network of these blocks.
#
# ## What goes wrong
#
# The mistakes of this chapter are mistakes in passing numbers on. Two of them
# fail at once, with a sentence that names two numbers of channels, and the
# third does not fail. Here are all three, in networks with one block a stage
# and two in the first.

# %% tags=["folded"]
if __name__ == "__main__":

    class Wrong(ResNet):
        """A network of the family with one of three mistakes."""

        def __init__(
            self, block: type[BasicBlock] | type[Bottleneck], mistake: str
        ) -> None:
            self.mistake = mistake
            super().__init__(block, [2, 1, 1, 1])
            if mistake == "classifier of 512":
                self.fc = nn.Linear(512, 10)

        def _stage(
            self,
            block: type[BasicBlock] | type[Bottleneck],
            channels: int,
            blocks: int,
            stride: int,
        ) -> nn.Sequential:
            row = []
            for number in range(blocks):
                every = self.mistake == "stride in every block"
                first = number == 0 or every
                row.append(
                    block(self.in_channels, channels, stride if first else 1)
                )
                factor = block.expansion
                if self.mistake == "expansion forgotten":
                    factor = 1
                self.in_channels = factor * channels
            return nn.Sequential(*row)

    for mistake in (
        "expansion forgotten",
        "classifier of 512",
        "stride in every block",
    ):
        print(mistake)
        for block in (BasicBlock, Bottleneck):
            try:
                Wrong(block, mistake)(torch.zeros(2, 3, 64, 64))
                said = "runs"
            except RuntimeError as error:
                said = str(error).removeprefix("addmm: ")
                said = said.rpartition("to have ")[2] or said
            print(f"    {block.__name__:10} {said}")

# %% [markdown]
# - **The expansion is forgotten.** The next block is told to expect `channels`
#   channels. With basic blocks that is right, so whoever tries only ResNet-18
#   does not notice.
# - **The classifier has a fixed size.** It fits one of the two blocks, and
#   fails with the other.
# - **Every block of a stage has the stride.** Nothing fails, because each of
#   them then gets a projection. The image shrinks far too early. Print the
#   shapes after each stage.
#
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - Five networks differ in a block and in four numbers, and what differs
#   between the blocks, for whoever builds with them, is their expansion.
# - A pair of 3×3 convolutions on 256 channels has seventeen times the weights
#   of a bottleneck on as many, so the deeper networks are built from
#   bottlenecks.
# - From 18 to 152 layers the errors on ImageNet become fewer, and each step
#   gains less for more work.
#
# ## Three questions
#
# *Question:* ResNet-34 and ResNet-50 have the same numbers of blocks. Where do
# the sixteen additional layers come from?
#
# *Answer:* Each of the sixteen blocks has three convolutions in place of two.
#
# *Question:* What would `ResNet(BasicBlock, [3, 4, 23, 3])` be, and how many
# layers would it have?
#
# *Answer:* A network with the blocks of ResNet-101, but basic ones: $2 + 2
# \cdot 33 = 68$ layers. The paper has no such network.
#
# *Question:* A friend's ResNet passes all tests with ResNet-18 and ResNet-34,
# and fails with ResNet-50. Where do you look first?
#
# *Answer:* For a number that the two smaller ones do not show to be wrong:
# where `channels` stands and `block.expansion * channels` should, in the next
# block or in the classifier.
#
# ## Read on
#
# - He et al. 2015, section 4.1: all of Table 1, the two kinds of shortcuts, and
#   why bottlenecks.
# - T. He et al. 2018, *Bag of Tricks for Image Classification*, section 4:
#   small changes of the stem and of the shortcuts, and what each was worth.
#
# Next: [chapter 11](ch11_depth.py) asks what depth itself does, with the
# paper's own small networks.
