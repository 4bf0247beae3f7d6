# %% [markdown]
# # 3. The bottleneck block
#
# ResNet-50 is one idea, repeated sixteen times. This chapter shows the problem
# that the idea solves, and then builds it.
#
# **By the end of this chapter you will have** `Bottleneck`, the block of
# ResNet-50, written by you.
#
# **You need** chapters 1 and 2.

# %%
import torch
from torch import Tensor, nn

from tutorial_code.ch01_images import load_dataset, make_loaders

# %% [markdown]
# ## Why not just stack layers?
#
# More layers can compute more. A deep network could even copy a shallow one and
# let its other layers pass their input through unchanged. So a deeper network
# should never be worse on the data that it learns from.
#
# Let us test that. `Stack` is a small network of `depth` convolutions, each
# followed by BatchNorm. It comes in two forms that differ in one addition: the
# residual one adds the input of every pair of layers to that pair's output.
# Weights, layers and cost are the same.


# %%
class Stack(nn.Module):
    """A small network of ``depth`` 3×3 convolutions, plain or residual, for
    images of 32×32.
    """

    def __init__(
        self,
        depth: int,
        residual: bool,
        channels: int = 16,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        self.residual = residual
        self.stem = nn.Conv2d(3, channels, kernel_size=4, stride=4)
        self.pairs = nn.ModuleList(
            nn.Sequential(
                *self.layer(channels), nn.ReLU(), *self.layer(channels)
            )
            for _ in range(depth // 2)
        )
        self.fc = nn.Linear(channels, num_classes)

    @staticmethod
    def layer(channels: int) -> list[nn.Module]:
        return [
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        ]

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)  # (batch, channels, 8, 8)
        for pair in self.pairs:
            x = torch.relu(pair(x) + x if self.residual else pair(x))
        return self.fc(x.mean(dim=(2, 3)))  # (batch, num_classes)


# %% [markdown]
# *Predict in a line:* after training on the same digits for the same number of
# steps, which of these has the lowest training loss: plain or residual, 8
# layers or 48?


# %%
def loss_after_training(depth: int, residual: bool, epochs: int = 2) -> float:
    """Train a stack on the digits; return the mean training loss of the last
    epoch.
    """
    torch.manual_seed(0)
    loader, _ = make_loaders(
        load_dataset("digits"), batch_size=64, augmented=False
    )
    stack = Stack(depth, residual)
    optimizer = torch.optim.SGD(stack.parameters(), lr=0.05, momentum=0.9)
    for _ in range(epochs):
        losses = []
        for images, labels in loader:
            loss = nn.functional.cross_entropy(stack(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)


if __name__ == "__main__":
    print("layers   plain   residual    training loss in the second epoch")
    for depth in (8, 24, 48):
        print(
            f"{depth:6}  {loss_after_training(depth, False):6.3f}  "
            f"{loss_after_training(depth, True):9.3f}"
        )

# %% [markdown]
# The plain stack gets worse with depth, *on the images that it learns from*.
# That is not overfitting. The deep one cannot even find what the shallow one
# found. He et al. called this **degradation** (2015, section 1). The residual
# stack of the same depth learns.
#
# Where does the plain stack lose its way? Look at the gradient before the first
# step. Every layer should get one of a similar size. Here is its norm, layer by
# layer, in stacks of 48.


# %%
def gradient_norms(depth: int, residual: bool) -> list[float]:
    """Return the norm of the loss gradient for each convolution of a fresh
    stack, from input to output.
    """
    torch.manual_seed(0)
    loader, _ = make_loaders(
        load_dataset("digits"), batch_size=64, augmented=False
    )
    images, labels = next(iter(loader))
    stack = Stack(depth, residual)
    nn.functional.cross_entropy(stack(images), labels).backward()
    return [
        layer.weight.grad.norm().item()
        for layer in stack.pairs.modules()
        if isinstance(layer, nn.Conv2d)
    ]


if __name__ == "__main__":
    from tutorial_code.shared import plots

    norms = {
        "plain": gradient_norms(48, False),
        "residual": gradient_norms(48, True),
    }
    for name, values in norms.items():
        ratio = values[0] / values[-1]
        print(
            f"{name:9} first layer {values[0]:8.3f}   last layer "
            f"{values[-1]:6.3f}   ratio {ratio:6.1f}"
        )
    plots.show(
        plots.curves(
            norms, "layer, from input to output", "gradient norm", log=True
        ),
        name="ch03-gradients",
        alt="Gradient norm by layer: it grows steeply towards the input in "
        "the plain stack only.",
    )

# %% [markdown]
# In the plain stack the gradient is multiplied by a factor at every layer on
# its way back, so the first layer gets many times what the last one gets. No
# single learning rate suits both. In the residual stack the addition gives the
# gradient a second way back, past the layers, and along it the factor is 1.
#
# That is the whole idea. Let the layers compute a *change* $F(x)$ and add it to
# what came in:
#
# $$y = F(x) + x$$
#
# Passing the input through unchanged is now easy: make $F$ zero. The way of $x$
# past the layers is called the **shortcut** (He et al., section 3.2).
#
# ## Cheap depth: 1×1, 3×3, 1×1
#
# ResNet-50's later stages carry 256 to 2,048 channels. A 3×3 convolution there
# is expensive: its weights are `in × out × 3 × 3`. So the block first squeezes
# the channels with a 1×1 convolution, works on the few with the 3×3, and widens
# them again with a 1×1. It is narrow in the middle, hence **bottleneck**.
#
# *Predict in a line:* at 256 channels, how many times more weights do two 3×3
# convolutions have than such a bottleneck with 64 channels inside?

# %%
if __name__ == "__main__":
    x = torch.randn(1, 256, 56, 56)
    pair = nn.Sequential(
        nn.Conv2d(256, 256, kernel_size=3, padding=1, bias=False),
        nn.Conv2d(256, 256, kernel_size=3, padding=1, bias=False),
    )
    squeeze = nn.Sequential(
        nn.Conv2d(256, 64, kernel_size=1, bias=False),
        nn.Conv2d(64, 64, kernel_size=3, padding=1, bias=False),
        nn.Conv2d(64, 256, kernel_size=1, bias=False),
    )
    for layer in squeeze:
        print(
            f"{tuple(x.shape)} -> {tuple((y := layer(x)).shape)}  weights "
            f"{layer.weight.numel():7,}"
        )
        x = y
    two, three = (
        sum(p.numel() for p in layers.parameters())
        for layers in (pair, squeeze)
    )
    print(
        f"two 3×3: {two:,}   bottleneck: {three:,}   {two / three:.1f} times "
        "fewer"
    )

# %% [markdown]
# ## Why no bias
#
# Each convolution is followed by BatchNorm, which subtracts the mean of each
# channel. A bias adds a constant to each channel. What is left of it?

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(8, 16, 10, 10)
    conv, norm = (
        nn.Conv2d(16, 16, kernel_size=3, bias=False),
        nn.BatchNorm2d(16),
    )
    bias = 5 * torch.randn(16, 1, 1)
    print("largest bias      ", round(bias.abs().max().item(), 2))
    print(
        "largest difference",
        f"{(norm(conv(x) + bias) - norm(conv(x))).abs().max().item():.0e}",
    )

# %% [markdown]
# Nothing but rounding. A bias before BatchNorm is a parameter that does
# nothing, so `bias=False`. BatchNorm has a shift of its own.
#
# ## The shortcut must fit
#
# An addition needs two equal shapes. Two things can make them differ: the block
# gives `4 * channels` channels, whatever came in; and with `stride=2` it halves
# height and width.
#
# - Shapes agree: the shortcut is the identity, `nn.Identity()`. No weights, no
#   cost.
# - Shapes differ: a 1×1 convolution with the block's stride, and BatchNorm,
#   bring `x` to the shape of $F(x)$. The paper calls this a projection (section
#   3.3, option B in section 4.1).
#
# *Careful:* "shapes differ" is not the same as "the stride is 2". The very
# first block takes 64 channels and gives 256 at stride 1.
#
# The stride sits on the 3×3 convolution. The paper had it on the first 1×1,
# which then skips three of four pixels unseen. On the 3×3 every pixel is looked
# at; torchvision and most others build it so.
#
# ## The exercise
#
# Write `Bottleneck`. Three convolutions, each with BatchNorm. ReLU after the
# first two. Then the addition, and only then the last ReLU: the shortcut's
# value must be in it.


# %% tags=["exercise"]
class Bottleneck(nn.Module):
    """The bottleneck block of ResNet-50: ``relu(F(x) + shortcut(x))``.

    ``F`` is a 1×1 convolution to ``channels``, a 3×3 convolution that carries
    the stride, and a 1×1 convolution to ``4 * channels``; each is followed by
    BatchNorm, the first two also by ReLU. The shortcut is the identity where
    input and output have the same shape, otherwise a 1×1 convolution with
    BatchNorm.

    Source: He et al. 2015, figure 5 (right) and section 3.3, with the stride on
    the 3×3 convolution.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block; the output has four times as many.
        stride: 1 keeps height and width; 2 halves them, rounding up.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        super().__init__()
        out_channels = 4 * channels
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels,
            channels,
            kernel_size=3,
            stride=stride,
            padding=1,
            bias=False,
        )
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(
            channels, out_channels, kernel_size=1, bias=False
        )
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        if stride == 1 and in_channels == out_channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.Conv2d(
                    in_channels,
                    out_channels,
                    kernel_size=1,
                    stride=stride,
                    bias=False,
                ),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, 4 * channels, ceil(h /
        stride), ceil(w / stride)).
        """
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + self.shortcut(x))


# %% [markdown]
# ## Look at what you built
#
# *Predict* the output shape of each before you run it. The input is (1,
# in_channels, 56, 56).

# %%
if __name__ == "__main__":
    from torchinfo import summary

    for in_channels, channels, stride in [
        (64, 64, 1),
        (256, 64, 1),
        (256, 128, 2),
    ]:
        block = Bottleneck(in_channels, channels, stride)
        counted = summary(block, input_size=(1, in_channels, 56, 56), verbose=0)
        shape = tuple(block(torch.randn(1, in_channels, 56, 56)).shape)
        fits = stride == 1 and in_channels == 4 * channels
        print(
            f"Bottleneck({in_channels}, {channels}, stride={stride}): {shape}  "
            f"{counted.total_params:,} parameters, shortcut: "
            f"{'identity' if fits else 'projection'}"
        )

# %% [markdown]
# One probe says more than many shapes. Set the scale of the last BatchNorm to
# zero. Then $F(x)$ is zero, and what remains is the shortcut. *Predict* what a
# block with an identity shortcut gives now.

# %%
if __name__ == "__main__":
    from tutorial_code.shared.initialization import start_blocks_as_shortcuts

    block = Bottleneck(256, 64)
    x = torch.randn(2, 256, 8, 8)
    # It finds that scale by what it does: you may have given it any name.
    start_blocks_as_shortcuts(block, x)
    print("block(x) equals relu(x):", torch.equal(block(x), torch.relu(x)))

# %% [markdown]
# It gives `relu(x)`. A block that can do nothing is what makes depth safe:
# chapter 5 starts every block like this.
#
# ## Check
#
# - `Bottleneck(64, 64)` has 75,008 parameters, `Bottleneck(256, 64)` has
#   70,400.
# - With the last BatchNorm's scale at zero and an identity shortcut, the block
#   gives `relu(x)`.
# - After `block(x).sum().backward()` every parameter has a gradient.
#
# ## What usually goes wrong
#
# - **ReLU before the addition.** The branch can then only add, never subtract.
# - **No projection in the first block**, because only the stride was tested. 64
#   channels do not add to 256.
# - **No BatchNorm on the shortcut.** The two sides of the addition then have
#   different scales.
# - **One BatchNorm used three times.** The shapes allow it where channels
#   agree; the statistics mix.
# - **An in-place ReLU on `x` before the shortcut.** The shortcut no longer
#   carries the input, and the caller's tensor has changed.
#
# ## Read on
#
# - He et al. 2015, sections 1, 3.1 to 3.3 and figure 5: degradation, residual
#   learning, the bottleneck.
# - Ioffe and Szegedy, *Batch Normalization*, 2015, section 3.2: why the bias
#   can go.
# - Yang et al., *A Mean Field Theory of Batch Normalization*, 2019: why
#   gradients grow in plain stacks.
#
# Next: [chapter 4](ch04_resnet50.py) puts sixteen of these blocks together.
