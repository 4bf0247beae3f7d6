# %% [markdown]
# # 4. ResNet-50
#
# Sixteen bottleneck blocks, something in front, something behind: that is
# ResNet-50. The fifty counts its
# layers with weights on the main way: 1 convolution, 16 times 3, and 1 linear
# layer.
#
# **At the end of this chapter you have** `ResNet50`, written by you, with the
# parameters and multiply-adds of every stage counted, and proof that it
# computes what torchvision's `resnet50` computes.
#
# **You need** `Bottleneck` from chapter 3.

# %%
import re
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck

# %% [markdown]
# ## The plan
#
# Table 1 of He et al. (2015) gives the network in five groups, conv1 to
# conv5_x, and a classifier. The groups conv2_x to conv5_x are the **stages**. A
# stage is a row of blocks with the same shapes. Only its first block may halve
# height and width and change the channels, and all others have the identity as
# shortcut.
#
# | group | blocks | channels inside | channels out | first block's stride |
# | --- | --- | --- | --- | --- |
# | conv2_x | 3 | 64 | 256 | 1 |
# | conv3_x | 4 | 128 | 512 | 2 |
# | conv4_x | 6 | 256 | 1,024 | 2 |
# | conv5_x | 3 | 512 | 2,048 | 2 |
#
# Each time the height and width are halved, the channels double. A layer then
# costs about the same in every stage: four times fewer positions, four times
# more weights.
#
# *Predict:* conv2_x has stride 1. Why does it not halve, as the others do?
#
# ## In front: the stem
#
# Because the image has shrunk by four before it gets there. One 7×7 convolution
# with stride 2, then a 3×3 max-pool with stride 2. Watch the shapes.

# %%
if __name__ == "__main__":
    stem = nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    )
    for size in (224, 32):
        x = torch.randn(1, 3, size, size)
        print(
            f"{size}×{size}: after the convolution "
            f"{tuple(stem[0](x).shape)}, after the pool "
            f"{tuple(stem(x).shape)}"
        )

# %% [markdown]
# At 224×224, the size the network was made for, 56×56 positions are left. At
# our 32×32 only 8×8 are. The network works there too, and we build it as the
# paper does. What a gentler stem gains on small images is the subject of
# chapter 8.
#
# ## Behind: pool, then classify
#
# After conv5_x there are 2,048 channels of 7×7 positions (at 224).
# `nn.AdaptiveAvgPool2d(1)` takes the mean of each channel over all positions,
# however many there are. So the network takes images of any size.
#
# Then one `nn.Linear` gives a number for each class. These numbers are
# **logits**: any real numbers, the largest wins. There is no softmax at the
# end. The loss function of chapter 5 takes logits and does the softmax itself,
# in a way that cannot overflow. With two softmaxes the network could hardly
# learn. Look at what the second one does to a confident answer:

# %%
if __name__ == "__main__":
    logits = torch.tensor([12.0, 2.0, 1.0])
    once = logits.softmax(dim=0)
    print("one softmax ", [round(p, 3) for p in once.tolist()])
    print("two softmaxes", [round(p, 3) for p in once.softmax(dim=0).tolist()])

# %% [markdown]
# Certainty became "somewhat more likely". However sure the network is, the loss
# never gets small.
#
# ## The exercise
#
# Write `ResNet50`. Build the stages in a loop or write them out, as you like.
# Keep track of `in_channels`: what a block gives is what the next one takes.
# And build a new block each time. One block listed six times is one block with
# one set of weights.


# %% tags=["exercise"]
class ResNet50(nn.Module):
    """ResNet-50: a stem, four stages of bottleneck blocks, average pooling and
    a linear classifier.

    Source: He et al. 2015, table 1, column "50-layer", with the stride on the
    3×3 convolutions.

    Args:
        num_blocks: blocks in conv2_x, conv3_x, conv4_x and conv5_x. Other
            numbers give other depths.
        num_classes: logits for each image.
    """

    def __init__(
        self, num_blocks: Sequence[int] = [3, 4, 6, 3], num_classes: int = 10
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            3, 64, kernel_size=7, stride=2, padding=3, bias=False
        )
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.conv2_x = self._stage(64, 64, num_blocks[0], stride=1)
        self.conv3_x = self._stage(256, 128, num_blocks[1], stride=2)
        self.conv4_x = self._stage(512, 256, num_blocks[2], stride=2)
        self.conv5_x = self._stage(1024, 512, num_blocks[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, num_classes)

    @staticmethod
    def _stage(
        in_channels: int, channels: int, blocks: int, stride: int
    ) -> nn.Sequential:
        first = Bottleneck(in_channels, channels, stride)
        return nn.Sequential(
            first,
            *(Bottleneck(4 * channels, channels) for _ in range(blocks - 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, num_classes)."""
        # (batch, 64, h/4, w/4)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.conv2_x(x)  # (batch, 256, h/4, w/4)
        x = self.conv3_x(x)  # (batch, 512, h/8, w/8)
        x = self.conv4_x(x)  # (batch, 1024, h/16, w/16)
        x = self.conv5_x(x)  # (batch, 2048, h/32, w/32)
        return self.fc(self.avgpool(x).flatten(1))


# %% [markdown]
# ## Table 1, rebuilt
#
# We do not copy the paper's table. We compute it from the network. torchinfo
# runs an image through and counts parameters and **multiply-adds**: one
# multiplication with the addition that follows it.
#
# *Predict:* which stage holds most of the parameters? Which costs most
# multiply-adds?


# %% tags=["tutorial-names"]
class GroupCount(NamedTuple):
    """One row of Table 1."""

    name: str
    output_shape: tuple[int, ...]  # (channels, height, width), or (classes,)
    blocks: int
    parameters: int
    multiply_adds: int


def count_groups(model: ResNet50, image_size: int) -> list[GroupCount]:
    """Count each group of a ResNet on one image of ``image_size`` ×
    ``image_size`` pixels.
    """
    from torchinfo import summary  # here, because only counting needs it

    groups = {
        "conv1": nn.Sequential(model.conv1, model.bn1, model.relu),
        "conv2_x": nn.Sequential(model.maxpool, *model.conv2_x),
        "conv3_x": model.conv3_x,
        "conv4_x": model.conv4_x,
        "conv5_x": model.conv5_x,
        "fc": nn.Sequential(model.avgpool, nn.Flatten(), model.fc),
    }
    rows = []
    x = torch.zeros(1, 3, image_size, image_size)
    # one image at 32×32 leaves a single value a channel: too few for
    # BatchNorm's training mode
    model.eval()
    for name, group in groups.items():
        counted = summary(group, input_data=x, verbose=0)
        x = group(x)
        blocks = sum(isinstance(layer, Bottleneck) for layer in group)
        rows.append(
            GroupCount(
                name,
                tuple(x.shape[1:]),
                blocks,
                counted.total_params,
                counted.total_mult_adds,
            )
        )
    return rows


def print_table(rows: list[GroupCount]) -> None:
    """Print the counts, with their sums."""
    print(
        f"{'group':8} {'output':>16} {'blocks':>6} {'parameters':>12} "
        f"{'multiply-adds':>15}"
    )
    for row in rows:
        shape = "×".join(str(n) for n in row.output_shape)
        print(
            f"{row.name:8} {shape:>16} {row.blocks or '':>6} "
            f"{row.parameters:12,} {row.multiply_adds:15,}"
        )
    print(
        f"{'sum':32} {sum(r.parameters for r in rows):12,} "
        f"{sum(r.multiply_adds for r in rows):15,}\n"
    )


if __name__ == "__main__":
    torch.manual_seed(0)
    for size, classes in [(224, 1000), (32, 10)]:
        print(f"{size}×{size} pixels, {classes} classes")
        print_table(count_groups(ResNet50(num_classes=classes), size))

# %% [markdown]
# Most parameters are in conv5_x, where channels are many. The multiply-adds are
# spread far more evenly, as planned. And at 32×32 look at the output of
# conv5_x: 1×1. Its 3×3 convolutions see one pixel and eight zeros of padding.
#
# ## An image on its way
#
# Shapes are easier to believe when you see them. Enlarge a digit to 224×224,
# send it through, and keep what each group gives. Here are its first three
# channels, from fresh weights. *Predict:* after which group can you no longer
# tell the digit?

# %% tags=["tutorial-names"]
if __name__ == "__main__":
    from tutorial_code.ch01_images import load_digits_data
    from tutorial_code.shared import plots

    torch.manual_seed(0)
    digit = load_digits_data().test_images[3:4].float() / 255
    x = nn.functional.interpolate(digit, size=(224, 224), mode="bilinear")
    model = ResNet50()
    maps, titles = [], []
    with torch.no_grad():
        x = model.relu(model.bn1(model.conv1(x)))
        for name in ("conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x"):
            x = model.maxpool(x) if name == "conv2_x" else x
            x = x if name == "conv1" else getattr(model, name)(x)
            channels = x[0, :3] / x[0, :3].amax(dim=(1, 2), keepdim=True)
            maps += [channel.expand(3, -1, -1) for channel in channels]
            titles += [f"{name}, {x.shape[-1]}×{x.shape[-1]}", "", ""]
    plots.show(
        plots.image_grid(maps, titles, columns=3),
        name="ch04-maps",
        alt="Three channels after each group: edges of the digit after conv1, "
        "ever fewer and larger cells after that.",
    )

# %% [markdown]
# ## 3.8 or 4.1 billion?
#
# The paper's table says 3.8 billion multiply-adds. We counted about 4.1. Who is
# right? Both. The paper puts the stride of conv3_x to conv5_x on the first 1×1
# convolution, so the 3×3 of these blocks works on a quarter of the positions.
# Move the stride, and count again.


# %% tags=["tutorial-names"]
def with_stride_on_first_conv(model: ResNet50) -> ResNet50:
    """Move the stride of every block from the 3×3 to the first 1×1 convolution,
    in place, as the paper has it.
    """
    for module in model.modules():
        if isinstance(module, Bottleneck):
            module.conv1.stride, module.conv2.stride = (
                module.conv2.stride,
                (1, 1),
            )
    return model


if __name__ == "__main__":
    ours = sum(
        row.multiply_adds
        for row in count_groups(ResNet50(num_classes=1000), 224)
    )
    paper = sum(
        row.multiply_adds
        for row in count_groups(
            with_stride_on_first_conv(ResNet50(num_classes=1000)), 224
        )
    )
    print(
        f"stride on the 3×3: {ours / 1e9:.2f} billion    stride on the "
        f"1×1: {paper / 1e9:.2f} billion"
    )

# %% [markdown]
# The paper's number is cut off, not rounded, and it counts no BatchNorm. The
# network with the stride on the 3×3 is often called ResNet-50 v1.5.
#
# ## Is it the real one?
#
# Shapes and counts can agree and the network still be wrong. The stronger test:
# give your network the weights of another one that is known to be right, and
# compare the outputs. torchvision's `resnet50` has the same layers under other
# names. A renaming is all it takes, and it works both ways.


# %% tags=["tutorial-names"]
def to_torchvision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the entries of a ``ResNet50`` state_dict so that torchvision's
    ``resnet50`` loads it.
    """
    names = {
        name: re.sub(r"^conv([2-5])_x", lambda m: f"layer{int(m[1]) - 1}", name)
        for name in state
    }
    return {
        names[name].replace(".shortcut.", ".downsample."): value
        for name, value in state.items()
    }


def from_torchvision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the entries of a torchvision ``resnet50`` state_dict so that
    ``ResNet50`` loads it.
    """
    names = {
        name: re.sub(r"^layer([1-4])", lambda m: f"conv{int(m[1]) + 1}_x", name)
        for name in state
    }
    return {
        names[name].replace(".downsample.", ".shortcut."): value
        for name, value in state.items()
    }


if __name__ == "__main__":
    from torchvision.models import resnet50

    torch.manual_seed(0)
    theirs, mine = resnet50(num_classes=10).eval(), ResNet50().eval()
    mine.load_state_dict(from_torchvision(theirs.state_dict()))
    x = torch.randn(2, 3, 97, 97)
    print(
        "largest difference of the logits:",
        (mine(x) - theirs(x)).abs().max().item(),
    )

# %% [markdown]
# ## Check
#
# - 23,528,522 parameters with 10 classes, 25,557,032 with 1,000.
# - Any size works: 32, 64, 97 and 224 pixels give logits of shape `(batch,
#   num_classes)`.
# - With torchvision's weights, torchvision's logits.
#
# ## What usually goes wrong
#
# - **The stride in every block of a stage**, not only in the first. The image
#   is gone before the end.
# - **The same block repeated:** `[block] * 3` is one block three times. Count
#   the parameters.
# - **A softmax at the end.** It trains, slowly and badly, and nothing says why.
# - **`nn.AvgPool2d(7)`** in place of the adaptive one: right at 224 pixels, an
#   error at 32.
# - **`num_blocks.pop(0)`** on the default list: the second network that you
#   make is another one.
#
# ## Read on
#
# - He et al. 2015, table 1 and section 4.1.
# - torchvision's `models/resnet.py`: the same network in the names that most of
#   the field uses.
#
# Next: [chapter 5](ch05_training.py) trains it.
