# %% [markdown]
# # 4. ResNet-50
#
# *Sixteen blocks: how are they arranged?*
#
# You have the block. ResNet-50 is a stem that makes the image smaller, sixteen
# such blocks, and a classifier with a number for each class. Its name counts
# the convolutions and linear layers along the main path: one in the stem, three
# in each block, and one linear layer at the end, so $1 + 16 \times 3 + 1 = 50$.
# What is left to decide is how wide each block is, and where the image shrinks.
#
# ![Follow the boxes row by row, then choose another image size. In the four
# groups of blocks, conv2_x to conv5_x, each box is the output of one block,
# drawn to scale: as high as the image at that point, as wide as the number of
# its channels. The arcs are the shortcuts.](figure:network)
#
# **By the end of this chapter you will have** written `ResNet50`, counted the
# parameters and multiply-adds of every stage, computed what one position of
# each stage sees of the image, and shown that your network computes what
# torchvision's `resnet50` computes.
#
# **You need** `Bottleneck` from [chapter 3](ch03_bottleneck.py), and
# convolution, pooling and BatchNorm from [chapter 2](ch02_layers.py).

# %%
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck

# %% [markdown]
# ## The plan
#
# Table 1 of He et al. (2015) describes the network in five groups, conv1 to
# conv5_x, and a classifier. The groups conv2_x to conv5_x are the **stages**. A
# stage is a row of blocks with the same output shape.
#
# | stage | blocks | channels inside | channels out | first block's stride |
# | --- | --- | --- | --- | --- |
# | conv2_x | 3 | 64 | 256 | 1 |
# | conv3_x | 4 | 128 | 512 | 2 |
# | conv4_x | 6 | 256 | 1,024 | 2 |
# | conv5_x | 3 | 512 | 2,048 | 2 |
#
# The first block of a stage may halve the height and width, and it changes the
# number of channels. So it is the one that needs a projection on its shortcut.
# In all other blocks input and output have the same shape, and the shortcut is
# the identity.
#
# From one stage to the next the height and width are halved while the channels
# inside the block are doubled. The paper gives this as a rule (section 3.3): a
# layer then costs about the same in every stage. A convolution does one
# multiplication for each weight at each position. Halving the height and the
# width leaves a quarter of the positions, and doubling the channels that go
# into a layer and come out of it makes four times as many weights.
#
# ## The stem
#
# The layers before the first stage are called the **stem**: a 7×7 convolution
# with stride 2, BatchNorm and ReLU, then 3×3 max pooling with stride 2, which
# keeps the largest of nine values at every second position. (Table 1 counts the
# pool as the beginning of conv2_x, and so do the tables below.)
#
# *Predict a number:* An image of 97×97 pixels goes through the stem. How many
# pixels a side are left for conv2_x?

# %%
if __name__ == "__main__":
    stem = nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    )
    for size in (224, 97, 32):
        x = torch.randn(1, 3, size, size)
        print(tuple(x.shape), "becomes", tuple(stem(x).shape))

# %% [markdown]
# Of 97 positions 49 are left after the convolution, and of these 25 after the
# pool. Dividing 97 by 4 suggests 24. But with this padding a stride of 2 takes
# the first position, the third, and so on, so an odd number is rounded up.
#
# An image of 224×224 pixels arrives at conv2_x with 56×56 positions: the stem
# has already made it four times smaller, and conv2_x has no need to halve it
# again. Our digits, with 32×32 pixels, arrive with only 8×8 positions. The
# network works there too, and we build it as the paper does. [Chapter
# 8](ch08_learning.py) replaces the stem with one that is made for small images.
#
# ## Sixteen blocks in a row
#
# Before you write a class, write down the sixteen blocks as numbers. The one
# thing to keep track of is `in_channels`: what a block gives is what the next
# one takes.

# %%
if __name__ == "__main__":
    in_channels, side = 64, 56  # what the stem gives for 224×224 pixels
    for stage, (blocks, channels) in enumerate(
        [(3, 64), (4, 128), (6, 256), (3, 512)], start=2
    ):
        for block in range(blocks):
            stride = 2 if block == 0 and stage > 2 else 1
            side //= stride
            print(
                f"conv{stage}_x: Bottleneck({in_channels:4}, {channels:3}, "
                f"stride={stride})  gives {4 * channels:4}×{side}×{side}"
            )
            in_channels = 4 * channels

# %% [markdown]
# ## The classifier
#
# After conv5_x a 224×224 image has become 2,048 channels of 7×7 positions.
# `nn.AdaptiveAvgPool2d(1)` takes the mean of each channel over all positions,
# however many there are. For this reason the network accepts images of any
# size.
#
# Then one `nn.Linear` gives a number for each class. These numbers are called
# **logits**. A logit can be any real number, and the class with the largest one
# is the network's answer. To read logits as probabilities one applies
# **softmax**, $p_i = e^{z_i} / \sum_j e^{z_j}$: each becomes positive, and
# together they make 1.
#
# The network itself must not apply it. The loss of chapter 5 takes logits and
# applies softmax itself, and a second softmax takes probabilities for logits.
# Let the network be as sure as it can be: the right class has probability 1,
# and the nine others have 0.
#
# *Predict a number:* what probability does a second softmax give to the right
# class?

# %%
if __name__ == "__main__":
    certain = torch.zeros(10)
    certain[3] = 1.0
    twice = certain.softmax(dim=0)
    print(f"right class {twice[3]:.3f}, each other class {twice[0]:.3f}")

# %% [markdown]
# It gives $e / (e + 9)$, less than a quarter. A number near 1 is the tempting
# answer, because softmax seems to leave probabilities alone. It does not: it
# looks at *differences*, and here the largest possible difference is 1. The
# loss of chapter 5 is minus the logarithm of this probability. So however sure
# the network becomes, the loss can never fall below $-\ln 0.232 = 1.46$.
#
# ## The exercise
#
# Write `ResNet50`. Its constructor takes `num_blocks`, the blocks in each of
# the four stages, and `num_classes`, the number of logits. `forward` takes
# images of shape `(batch, 3, height, width)` and returns logits of shape
# `(batch, num_classes)`. You have `Bottleneck` from chapter 3; everything else
# comes from `torch.nn`.
#
# Build the stages in a loop or write them out, as you like. Keep track of
# `in_channels`, and create a new block each time: one block listed six times is
# one block with one set of weights. Name the layers as you like; only to load
# torchvision's weights later do they need the names of this chapter.


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
# ## Table 1, computed
#
# We do not copy the paper's table: we compute it from the network. torchinfo
# sends an image through and counts the parameters and the multiply-adds of
# chapter 2. (It also counts one for each scale, shift and bias, so its sums are
# a little above those of the weights alone.)
#
# *Predict:* which stage holds the most parameters, and which one does the most
# multiply-adds?
#
# - Most parameters: conv5_x. Most work: conv5_x.
# - Most parameters: conv5_x. Most work: conv4_x.
# - Most parameters: conv4_x. Most work: conv4_x.
# - Most parameters: conv4_x. Most work: conv2_x.
#
# ![Compare the two bars of each group: parameters above, multiply-adds for one
# image of 224×224 pixels below. The parameters gather where the channels are
# many. The work follows the number of blocks.](figure:shares)
#
# The second answer is right. How many weights a layer has depends on its kernel
# and its channels, not on the size of the image, and conv5_x has the most
# channels. The work of a block is about the same in every stage, by the rule
# above, so conv4_x with its six blocks does the most. The first answer takes
# many parameters for much work, but in conv5_x most weights are used at only 49
# positions.
#
# Here is the table itself. `count_groups` sends one image through the groups,
# one after another.


# %% tags=["tutorial-names"]
class GroupCount(NamedTuple):
    """One row of Table 1."""

    name: str
    output_shape: tuple[int, ...]  # (channels, height, width), or (classes,)
    blocks: int
    parameters: int
    multiply_adds: int


def count_groups(model: nn.Module, image_size: int) -> list[GroupCount]:
    """Count each group of a ResNet on one image of ``image_size`` ×
    ``image_size`` pixels.
    """
    from torchinfo import summary  # here, because only counting needs it

    groups = {
        "conv1": nn.Sequential(model.conv1, model.bn1, model.relu),
        "conv2_x": nn.Sequential(
            model.maxpool, *model.get_submodule("conv2_x").children()
        ),
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
        blocks = sum(hasattr(layer, "shortcut") for layer in group)
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


# %% tags=["covered", "folded", "tutorial-names"]
def print_table(rows: list[GroupCount]) -> None:
    """Print the counts, with their sums."""
    print(
        f"{'group':8} {'output':>12} {'blocks':>6} {'parameters':>12} "
        f"{'multiply-adds':>15}"
    )
    for row in rows:
        shape = "×".join(str(n) for n in row.output_shape)
        print(
            f"{row.name:8} {shape:>12} {row.blocks or '':>6} "
            f"{row.parameters:12,} {row.multiply_adds:15,}"
        )
    print(
        f"{'sum':28} {sum(r.parameters for r in rows):12,} "
        f"{sum(r.multiply_adds for r in rows):15,}\n"
    )


if __name__ == "__main__":
    torch.manual_seed(0)
    for size, classes in [(224, 1000), (32, 10)]:
        print(f"{size}×{size} pixels, {classes} classes")
        print_table(count_groups(ResNet50(num_classes=classes), size))

# %% [markdown]
# Look at conv5_x in the second table: a 32×32 image leaves 1×1. The 3×3
# convolution of its first block, with stride 2 on 2×2 positions, still sees
# four values and five zeros of padding. Those of the other two blocks see one
# value and eight zeros.
#
# ## What one position sees
#
# Chapter 2 found that two 3×3 convolutions see 5×5 pixels: the receptive field
# grows with every layer. To compute it for the whole network, one needs two
# numbers for each layer: how many pixels a position sees, and the step, which
# is how many pixels lie between two neighboring positions. At the start both
# are 1. A layer with kernel $k$ and stride $s$ reaches $k - 1$ steps further,
# and then makes the step $s$ times as large.
#
# *Predict a number:* after conv5_x of ResNet-50, how many pixels a side does
# one position see? Images are 224×224.
#
# ![Choose a group, and move the marked position among those of the group, or
# the square on the photograph. The square is all that this one position can
# see. Beyond the photograph it sees only padding, and what is too large for the
# figure is cut off at its edge. In the later groups two neighbors see nearly
# the same. The photograph, by vultilion, comes with scikit-learn (CC BY
# 2.0).](figure:receptive-field)
#
# It sees 427×427 pixels, more than the whole image. It is tempting to multiply
# the strides, $2^5 = 32$, and to take that for the answer. But 32 is the step,
# the distance from one position to the next, and the fields of neighbors
# overlap almost entirely. The 3×3 convolutions add up, and in conv5_x each of
# them reaches 32 or 64 pixels further.


# %% tags=["covered"]
def receptive_fields(
    num_blocks: Sequence[int] = [3, 4, 6, 3],
) -> list[tuple[str, int, int]]:
    """Return the receptive field of each group of a ResNet, from conv1 to
    conv5_x.

    Each is a tuple: name, pixels a side that one position sees, and the step in
    pixels from one position to the next. 1×1 convolutions add nothing.
    """
    layers = {"conv1": [(7, 2)], "conv2_x": [(3, 2)]}  # the pool is conv2_x's
    for stage, blocks in enumerate(num_blocks, start=2):
        first = (3, 1 if stage == 2 else 2)
        row = [first] + [(3, 1)] * (blocks - 1)
        layers.setdefault(f"conv{stage}_x", []).extend(row)
    sees, step = 1, 1
    found = []
    for name, row in layers.items():
        for kernel, stride in row:
            sees += (kernel - 1) * step
            step *= stride
        found.append((name, sees, step))
    return found


if __name__ == "__main__":
    for name, sees, step in receptive_fields():
        print(f"{name:8} sees {sees:3}×{sees:<3} pixels, step {step:2}")

# %% [markdown]
# Is the arithmetic right? Change a single pixel of an image, and see where the
# output of conv3_x changes. The network must be in evaluation mode here: in
# training mode BatchNorm computes its mean over all positions, and through that
# mean every pixel reaches every position.

# %% tags=["tutorial-names"]
if __name__ == "__main__":
    torch.manual_seed(0)
    model = ResNet50().double().eval()
    up_to_conv3 = nn.Sequential(
        *(model.conv1, model.bn1, model.relu, model.maxpool),
        *(model.conv2_x, model.conv3_x),
    )
    image = torch.randn(1, 3, 224, 224, dtype=torch.float64)
    changed = image.clone()
    changed[:, :, 112, 112] += 1
    with torch.no_grad():  # nothing is to be learned here; see chapter 6
        difference = (up_to_conv3(changed) - up_to_conv3(image)).abs()
    places = difference.amax(dim=1)[0] > 0  # (28, 28)
    rows = places.any(dim=1).nonzero().flatten()
    (_, _, (_, sees, step), *_) = receptive_fields()
    reached = [
        row for row in range(28) if abs(row * step - 112) <= (sees - 1) // 2
    ]
    print("changed rows:  ", rows.tolist())
    print("within reach:  ", reached)

# %% [markdown]
# The rows that change are those whose center lies within 45 pixels of the
# changed one, as a field of 91 pixels says.
#
# ## An image on its way
#
# What do all these channels contain? The figure shows them for a network that
# was trained: this chapter's `ResNet50`, on digits enlarged to 128×128 pixels
# (the recorded run `feature-maps`). For each group it shows six channels that
# vary strongly from digit to digit, each in its own way.
#
# ![Choose a digit, and look at its maps from top to bottom; then switch off the
# trained weights, and you see the network as it was before training. Bright is
# a large value, and each map is scaled by its own maximum. The bars are the
# probabilities of the ten classes.](figure:feature-maps)
#
# In the first groups you can still recognize the digit, by its strokes or by
# its edges. Further down the positions become fewer, until conv5_x has 4×4 of
# them and no drawing is left. The maps of the untrained network look much the
# same, since random kernels draw edges, too. What training has changed shows at
# the end: the untrained network gives all five images nearly the same
# probabilities, none below 5% or above 15%. The trained one puts most of the
# probability on a single class; for the hardest image of the test, a 4, that is
# the wrong class.
#
# ## 3.8 or 4.1 billion?
#
# The paper's Table 1 says 3.8 billion multiply-adds for 50 layers. We counted
# about 4.1. A likely reason is the place of the stride in the blocks that halve
# the image (chapter 3). Ours is on the 3×3 convolution; the original network is
# said to have it on the first 1×1. That changes no parameter, but it changes
# the work.
#
# ![Compare the first block of conv3_x with its stride in either place. With the
# stride on the first 1×1 convolution, that convolution has a quarter of the
# work, because it looks at one of every four positions of the input and never
# at the other three.](figure:stride-place)
#
# *Predict:* move the stride to the first 1×1 in every block that has one. What
# is the sum of the multiply-adds?
#
# - Between 3.8 and 3.9 billion.
# - Exactly the paper's 3.8 billion.
# - About a quarter of 4.1 billion.


# %% tags=["tutorial-names"]
def with_stride_on_first_conv(model: ResNet50) -> ResNet50:
    """Move the stride of every block from the 3×3 to the first 1×1 convolution,
    in place.
    """
    for module in model.modules():
        if isinstance(module, Bottleneck):
            module.conv1.stride, module.conv2.stride = (
                module.conv2.stride,
                (1, 1),
            )
    return model


if __name__ == "__main__":
    counts = {
        "3×3": count_groups(ResNet50(num_classes=1000), 224),
        "1×1": count_groups(
            with_stride_on_first_conv(ResNet50(num_classes=1000)), 224
        ),
    }
    for place, rows in counts.items():
        total = sum(row.multiply_adds for row in rows)
        print(f"stride on the {place}: {total / 1e9:.2f} billion multiply-adds")

# %% [markdown]
# Moving the stride explains most of the difference. Only three blocks have a
# stride of 2, so the sum falls by 6%, and not to a quarter. It does not explain
# everything: 3.86 is not 3.8. The paper does not say what it left out of the
# count, and we leave the rest unexplained.
#
# ## Is it the real one?
#
# Shapes and counts can agree while the network is still wrong. A stronger test
# gives your network the weights of another one that is known to be right, and
# compares the outputs. torchvision's `resnet50` has the same layers in the same
# order. Only the names differ: its stages are called `layer1` to `layer4`, and
# its projection is called `downsample`.


# %% tags=["tutorial-names"]
STAGES = {
    "conv2_x": "layer1",
    "conv3_x": "layer2",
    "conv4_x": "layer3",
    "conv5_x": "layer4",
}


def to_torchvision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the entries of a ``ResNet50`` state_dict so that torchvision's
    ``resnet50`` loads it.
    """
    renamed = {}
    for name, value in state.items():
        group, dot, rest = name.partition(".")
        rest = rest.replace("shortcut.", "downsample.")
        renamed[STAGES.get(group, group) + dot + rest] = value
    return renamed


def from_torchvision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the entries of a torchvision ``resnet50`` state_dict so that
    ``ResNet50`` loads it.
    """
    groups = {layer: stage for stage, layer in STAGES.items()}
    renamed = {}
    for name, value in state.items():
        group, dot, rest = name.partition(".")
        rest = rest.replace("downsample.", "shortcut.")
        renamed[groups.get(group, group) + dot + rest] = value
    return renamed


if __name__ == "__main__":
    from torchvision.models import resnet50

    torch.manual_seed(0)
    theirs, mine = resnet50(num_classes=10).eval(), ResNet50().eval()
    mine.load_state_dict(from_torchvision(theirs.state_dict()))
    x = torch.randn(2, 3, 97, 97)
    with torch.no_grad():
        difference = (mine(x) - theirs(x)).abs().max().item()
    print("largest difference of the logits:", difference)

# %% [markdown]
# The logits are the same numbers. The renaming works in both directions, so
# what this class learns can be used wherever torchvision's network is used.
# Your own network can do the same if its layers have the names and the order of
# this chapter's, or of torchvision's.
#
# ## What goes wrong
#
# - **The stride in every block of a stage.** Only the first block of a stage
#   halves the image. With the stride in all of them, a 224×224 image is down to
#   a single position long before the end, and still nothing raises an error.
#   Such a network learns far more slowly.
# - **The same block, repeated.** `nn.Sequential(*[block] * 3)` runs one block
#   three times, with one set of weights. The shapes are all right. Count the
#   parameters: where every stage repeats its second block, only 59% of them are
#   left. The curves do not give it away. In the short training below it even
#   learns faster.
# - **A softmax at the end.** The network trains, slowly, and its loss never
#   falls below 1.46, for the reason above.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    three = {
        "stride-in-every-block": "stride everywhere",
        "same-block-repeated": "a block repeated",
        "softmax-at-the-end": "softmax at the end",
    }
    mistake_curves.show_mistakes(
        three,
        name="ch04-mistakes",
        caption="Compare each mistake (red) with the right network (green), "
        "three seeds each: the loss of every step, and the share of the test "
        "images that are classified correctly after each epoch. A repeated "
        "block does not look like a mistake: its curves are even better than "
        "the right ones. (A ResNet-50 of a quarter of the width, on the "
        "digits.)",
        alt="Loss by step and test accuracy by epoch of three mistakes beside "
        "the right network. With the stride in each block, and with a softmax "
        "at the end, the loss falls little and the accuracy stays below 40 "
        "percent. With one block repeated, the loss falls faster and the "
        "accuracy is higher than that of the right network.",
    )
    mistake_curves.print_mistakes(three)

# %% [markdown]
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - ResNet-50 is a stem that makes the image four times smaller, four stages of
#   3, 4, 6 and 3 bottleneck blocks, and a linear classifier over averaged
#   channels.
# - From stage to stage the sides are halved and the channels doubled, so a
#   block costs about the same everywhere: conv5_x holds most of the parameters,
#   and no stage does more work than conv4_x.
# - With torchvision's weights your network gives torchvision's logits, which a
#   network with another arrangement would not do.
#
# ## Three questions
#
# *Question:* Why does the first block of conv2_x need a projection, although
# its stride is 1?
#
# *Answer:* It takes 64 channels and gives 256. An addition needs equal shapes,
# so a 1×1 convolution has to bring the 64 channels to 256.
#
# *Question:* Which weights of ResNet-50 change when you feed it images of
# 320×320 pixels in place of 224×224?
#
# *Answer:* None. Convolutions and BatchNorm work at any number of positions,
# and the average pooling gives one value for each channel however many
# positions there are. Only the work grows.
#
# *Question:* The blocks of two networks give equal shapes, and both networks
# have equal numbers of parameters. Are they equal?
#
# *Answer:* Not necessarily. You can move the stride to another convolution of
# the block, exchange the last ReLU and the addition, or leave out a ReLU:
# neither the shapes nor the counts change. Only equal outputs under equal
# weights show it.
#
# ## Read on
#
# - He et al., *Deep Residual Learning for Image Recognition*, 2015: table 1,
#   and section 4.1 for the bottleneck networks.
# - torchvision's `models/resnet.py`: the same network in the names that most of
#   the field uses.
#
# Next: [chapter 5](ch05_training.py) trains it.
