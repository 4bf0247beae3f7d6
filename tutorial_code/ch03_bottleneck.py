# %% [markdown]
# # 3. The bottleneck block
#
# *Why does a deeper network learn worse, and what mends it?*
#
# For years, networks got better as layers were added to them, up to a point.
# Beyond it they got worse, even on the images that they were trained on. One
# addition changed that: the input $x$ travels around a group of layers, and
# these compute only what is to be added to it. ResNet-50 does this sixteen
# times.
#
# ![Follow x through the two pairs of layers, which differ in one
# addition.](figure:plain-and-residual)
#
# **By the end of this chapter you will have** written `Bottleneck`, the block
# of ResNet-50.
#
# You will also know why it has a shortcut, why it is narrow in the middle, and
# when its shortcut needs weights of its own.
#
# **You need** chapters 1 and 2.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorial_code.ch01_images import load_dataset, make_loaders

# %% [markdown]
# ## Why not just stack layers?
#
# Take a network of 8 layers that has learned its training images well, and
# insert 40 more layers. Could it now be worse on these images? It need not be:
# if each new layer passed its input on unchanged, the network of 48 layers
# would compute exactly what the one of 8 layers computes (He et al. 2015,
# section 1).
#
# That is what a deep network *can* do. To see what it *does*, we build stacks
# of one repeated pair of layers:


# %%
def make_pair(channels: int) -> nn.Sequential:
    """Return two 3×3 convolutions with BatchNorm, and a ReLU in between.

    The output has the shape of the input: (batch, channels, h, w).
    """
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels),
    )


# %% [markdown]
# Before the pairs, one convolution with stride 4 turns the image of 32×32
# pixels into 16 channels of 8×8. After them, the mean of each channel goes
# through a linear layer, which gives a number for each class. With
# `residual=True` the stack adds $x$ to the output of each pair.


# %%
class Stack(nn.Module):
    """A small network of 3×3 convolutions, plain or residual, for images of
    32×32 pixels.
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
            make_pair(channels) for _ in range(depth // 2)
        )
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)  # (batch, channels, 8, 8)
        for pair in self.pairs:
            x = torch.relu(pair(x) + x if self.residual else pair(x))
        return self.fc(x.mean(dim=(2, 3)))  # (batch, num_classes)


# %% [markdown]
# Training is the subject of chapter 5. Here you need four of its words. The
# *training loss* says how wrong a network is on the images that it learns from:
# 0 is perfect, and guessing among ten classes gives 2.3. An *epoch* is one pass
# over these images. A *step* changes all weights a little, after each batch of
# images: the larger the *learning rate*, the more.
#
# We train plain stacks of 8, 24 and 48 layers, counting only the convolutions
# of the pairs, on the same 4,000 photographs of CIFAR-10 (from a copy that
# stores them as JPEG files), for 30 epochs each. All start with the same
# learning rate, 0.05, which was not tuned for each depth. It is divided by ten
# after two thirds of the epochs and again after five sixths. Each training is
# repeated from three sets of random weights, one for each **seed**.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import plots, tables

    recorded = tables.recorded_run("degradation-cpu").rows("curves.jsonl")

    def trainings(depth: int, kind: str, epochs: int = 30) -> list[dict]:
        """Return the recorded trainings of a stack, one for each seed."""
        wanted = {"layers": depth, "kind": kind, "epochs": epochs}
        return [row for row in recorded if wanted.items() <= row.items()]

    def draw(stacks: dict[str, tuple[int, str]]) -> plots.Figure:
        """Draw the mean loss of each stack, and a thin line for each seed."""
        kinds = {"plain": plots.F, "residual": plots.X}
        colors = {name: kinds[kind] for name, (_, kind) in stacks.items()}
        seeds = {
            name: torch.tensor([row["losses"] for row in trainings(*stack)])
            for name, stack in stacks.items()
        }
        means = {
            name: each.mean(dim=0).tolist() for name, each in seeds.items()
        }
        figure = plots.curves(means, "epoch", "training loss", colors=colors)
        for name, each in seeds.items():
            for losses in each:
                figure.axes[0].plot(
                    range(1, len(losses) + 1),
                    losses,
                    color=colors[name],
                    linewidth=0.6,
                )
        return figure

    def print_ends(first: str, stacks: dict[int, list[dict]]) -> None:
        """Print how well stacks know their training images in the end."""
        print(f"{first}  loss of 3 seeds  eval  right")
        for name, rows in stacks.items():
            last = " ".join(f"{row['losses'][-1]:.2f}" for row in rows)
            evaluated = sum(row["loss_in_evaluation"] for row in rows)
            right = sum(row["accuracy"] for row in rows)
            print(
                f"{name:6}  {last:15}  {evaluated / len(rows):.2f}  "
                f"{right / len(rows):4.0f}%"
            )

    plots.show(
        draw({f"{depth} layers": (depth, "plain") for depth in (8, 24, 48)}),
        name="ch03-degradation",
        caption="Compare where the curves end. Thin lines are single seeds, "
        "thick ones their mean. The deeper a plain stack is, the worse it does "
        "on its own training images.",
        alt="Training loss of three plain stacks over 30 epochs: the stack of "
        "8 layers ends lowest, that of 24 in the middle, that of 48 highest.",
    )
    print_ends("layers", {n: trainings(n, "plain") for n in (8, 24, 48)})

# %% [markdown]
# The shallowest stack ends lowest, and the deepest learns little. This is not
# overfitting: a network that overfits knows its training images and fails on
# new ones, but these *are* the training images. He et al. call this
# **degradation**, and met it on CIFAR-10 and on ImageNet (figures 1 and 4).
#
# Nor is it a matter of how BatchNorm treats images in training. The columns
# *eval* and *right* are means of the three seeds in evaluation mode, with
# running statistics that were estimated anew: the loss on the same images, and
# the share that is classified correctly. They tell the same story.
#
# Perhaps the deep stack only needs more time.
#
# *Predict:* The plain stack of 48 layers is trained for 90 epochs, three times
# as many. Where does it end?
#
# - Below the stack of 8 layers
# - Between the stacks of 8 and of 24 layers
# - Above the stack of 24 layers

# %% tags=["folded"]
if __name__ == "__main__":
    print_ends("epochs", {n: trainings(48, "plain", n) for n in (30, 90)})

# %% [markdown]
# It ends above the stack of 24 layers, which had a third of the epochs. The
# extra epochs do help: the mean of the three losses falls from 2.00 to 1.65.
# That makes the middle answer tempting, but the stack of 24 layers ended at
# 1.29. He et al., too, still saw degradation after three times as many steps
# (section 4.1, a footnote).
#
# ## Is it the gradient?
#
# A network learns by its *gradient*: for each weight, how the loss would change
# if this weight changed a little. The *norm* of a layer's gradient says how
# large it is as a whole: the root of the sum of the squares. The gradient is
# computed from the last layer back to the first, and every layer on the way
# multiplies it. So perhaps too little of it arrives at the first layers, or too
# much.
#
# *Predict:* In a fresh plain stack of 48 layers, how large is the norm of the
# first layer's gradient, compared with the last layer's?
#
# - Hundreds of times smaller
# - About as large
# - Hundreds of times larger


# %% tags=["folded"]
def gradient_norms(residual: bool, seed: int, steps: int) -> list[list[float]]:
    """Train a stack of 48 layers for some steps; return the norm of each
    layer's gradient before every step.
    """
    torch.manual_seed(seed)
    loader, _ = make_loaders(
        load_dataset("digits"), batch_size=64, augmented=False, seed=seed
    )
    stack = Stack(48, residual)
    layers = [m for m in stack.pairs.modules() if isinstance(m, nn.Conv2d)]
    optimizer = torch.optim.SGD(stack.parameters(), lr=0.05, momentum=0.9)
    norms = []
    for _, (images, labels) in zip(range(steps), loader, strict=False):
        optimizer.zero_grad()
        F.cross_entropy(stack(images), labels).backward()
        norms.append([layer.weight.grad.norm().item() for layer in layers])
        optimizer.step()
    return norms


if __name__ == "__main__":
    plain = torch.tensor([gradient_norms(False, seed, 6) for seed in range(3)])
    shortcut = torch.tensor(
        [gradient_norms(True, seed, 1) for seed in range(3)]
    )
    shown = {  # (seeds, layers)
        "plain, fresh": (plain[:, 0], plots.F),
        "plain, five steps later": (plain[:, 5], plots.F),
        "residual, fresh": (shortcut[:, 0], plots.X),
    }
    figure = plots.curves(
        {
            name: norms.log().mean(dim=0).exp().tolist()
            for name, (norms, _) in shown.items()
        },
        "layer, from input to output",
        "norm of the gradient",
        log=True,
        colors={name: color for name, (_, color) in shown.items()},
        dashed={"plain, five steps later"},
    )
    plots.show(
        figure,
        name="ch03-gradients",
        caption="Follow each curve from the last layer, at the right, back to "
        "the first. In the fresh plain stack the gradient grows with nearly "
        "every layer; five steps later (dashed) it does not. (Digits; "
        "geometric means of three seeds.)",
        alt="Norm of the gradient by layer. In a fresh plain stack it is "
        "hundreds of times larger in the first layer than in the last; five "
        "steps later it is not. In a fresh residual stack it is eight to "
        "about thirty times larger.",
    )
    print("first layer / last layer, three seeds")
    for name, (norms, _) in shown.items():
        ratios = norms[:, 0] / norms[:, -1]
        print(f"{name:15}" + "".join(f"{ratio:7.1f}" for ratio in ratios))

# %% [markdown]
# It is hundreds of times larger. Those who have heard of *vanishing* gradients
# tend to answer "smaller", but in a fresh plain stack with BatchNorm the
# gradient explodes on its way back, as theory predicts for fully connected
# networks (Yang et al. 2019). Is that the explanation? The explosion is over
# after a few steps, and whether these did lasting harm, the figure cannot say.
# (The third curve is a stack with shortcuts, which the next section builds.
# There the gradient grows too, but only 8 to about 30 times.)
#
# He et al. looked, too: in their plain networks with BatchNorm the gradients
# had healthy norms. They conjectured that deep plain networks converge
# exponentially slowly, and left the reason open (section 4.1).
#
# ## One addition
#
# The cause is open, but a remedy is known. If layers find it hard to pass their
# input on, do it for them. Let the layers compute a change $F(x)$, and add it
# to what came in:
#
# $$y = F(x) + x$$
#
# What the layers compute is the **residual**: what is left of $y$ when $x$ is
# taken away. The layers are the **branch**, and the path on which $x$ travels
# past them is the **shortcut** (He et al., sections 3.1 and 3.2). In the stack
# a ReLU follows the addition. To pass on an input without negative values is
# now easy: the layers make $F(x)$ zero.
#
# Try it with a pencil. Let the layers be a single weight, $F(x) = -0.1x$. For
# $x = 2$ the plain pair gives ReLU(−0.2) = 0, the residual pair ReLU(−0.2 + 2)
# = 1.8. For $x = 3$ the plain pair still gives 0, the residual pair 2.7.

# %%
if __name__ == "__main__":
    conv = nn.Conv2d(1, 1, kernel_size=1, bias=False)
    nn.init.constant_(conv.weight, -0.1)
    for value in (2.0, 3.0):
        x = torch.full((1, 1, 1, 1), value)
        plain, residual = torch.relu(conv(x)), torch.relu(conv(x) + x)
        print(f"x = {value}   plain {plain.item():.1f}", end="   ")
        print(f"residual {residual.item():.1f}")

# %% [markdown]
# When $x$ grows by 1, the output of the residual pair grows by 0.9. Its
# derivative is
#
# $$\frac{dy}{dx} = \frac{dF}{dx} + 1 = -0.1 + 1 = 0.9$$
#
# The 1 is the shortcut's. Put many pairs in a row, and their derivatives are
# multiplied, both for a change on its way forward and for the gradient on its
# way back. Leave the last ReLU aside for a moment. Then each factor in a plain
# chain is the slope of $F$, and in a residual chain it is that slope plus 1.
#
# ![Change the slope of F. The plain chain passes a change on unharmed only
# where the slope is near 1 or −1, the residual chain where it is near 0. The
# figure shows what the addition does to a change; it is not the missing
# cause.](figure:factors)
#
# In the pencil example the ReLU that we left aside stopped the plain pair
# altogether. In a residual pair it stands on the path of the shortcut, too, and
# stops a change wherever the sum is negative. How many of the values does it
# let pass?

# %% tags=["folded"]
if __name__ == "__main__":
    print("values that the ReLU passes")
    print("seed  after the first pair  on average")
    for seed in range(3):
        torch.manual_seed(seed)
        loader, _ = make_loaders(load_dataset("digits"), 64, augmented=False)
        stack = Stack(48, residual=True)
        x = stack.stem(next(iter(loader))[0])
        passed = []
        with torch.no_grad():
            for pair in stack.pairs:
                x = torch.relu(pair(x) + x)
                passed.append((x > 0).float().mean().item())
        mean = sum(passed) / len(passed)
        print(f"{seed:4}  {passed[0]:20.0%}  {mean:10.0%}")

# %% [markdown]
# In a fresh stack about half of the values pass after the first pair, and four
# fifths on average. He et al. (2016) later moved the ReLU into the branch, so
# that nothing stands on the path of $x$ at all. That is called
# **pre-activation**; ResNet-50 keeps the ReLU after the addition.
#
# Now the experiment again, with one addition for each pair:

# %% tags=["folded"]
if __name__ == "__main__":
    plots.show(
        draw(
            {
                f"{kind} {depth}": (depth, kind)
                for kind in ("plain", "residual")
                for depth in (8, 24, 48)
            }
        ),
        name="ch03-residual",
        caption="Compare the order within each of the two groups. Among the "
        "plain stacks the deepest is the worst. Among the residual ones the "
        "shallowest is.",
        alt="Training loss of three plain and three residual stacks over 30 "
        "epochs. All residual stacks end below all plain ones, and those of 24 "
        "and 48 layers below that of 8.",
    )
    print_ends("layers", {n: trainings(n, "residual") for n in (8, 24, 48)})

# %% [markdown]
# Now the shallowest is the worst, and every residual stack ends below every
# plain one. Which of the two deeper ones is lower depends on the seed. These
# are small networks on few images, and the curves say nothing about new ones.
# But on the training images, depth no longer hurts.
#
# The whole experiment takes about an hour, so it is one of the recorded runs,
# and its page has the command. Here is a small form of it, on the digits, for
# three epochs:


# %% tags=["folded"]
def loss_after_training(depth: int, residual: bool, epochs: int = 3) -> float:
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
            optimizer.zero_grad()
            loss = F.cross_entropy(stack(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)


if __name__ == "__main__":
    print("training loss in the third epoch")
    print("layers  plain  residual")
    for depth in (8, 48):
        print(
            f"{depth:6}  {loss_after_training(depth, False):5.2f}  "
            f"{loss_after_training(depth, True):8.2f}"
        )

# %% [markdown]
# The deep plain stack has learned very little. The deep residual one is close
# behind the shallow residual one, and far ahead of both plain ones.
#
# ## Cheap depth: 1×1, 3×3, 1×1
#
# Pairs of 3×3 convolutions get expensive where channels are many: a convolution
# has `in × out × 3 × 3` weights. To afford 50 layers and more, He et al.
# changed the block (section 4.1 and figure 5). A 1×1 convolution first reduces
# the channels, a 3×3 convolution works on the few, and a second 1×1 convolution
# restores the many. The block is narrow in the middle, hence **bottleneck**.
#
# *Predict a number:* Take 256 channels. How many times as many weights do two
# 3×3 convolutions have as a bottleneck with 64 channels inside?
#
# ![Each square is a convolution, and its area is its number of weights. Change
# the channels, and how many times fewer there are inside.](figure:block-cost)
#
# About 17 times as many. It is tempting to answer 4, because there are four
# times fewer channels inside. But the 3×3 in the middle has fewer of them on
# both sides, so only a sixteenth of the weights. Each 1×1 has fewer on one side
# and one weight in place of nine: a thirty-sixth. Together the three have
# $1/16 + 2/36 \approx 0.118$ of the weights of one wide 3×3, and two of those
# have 17 times as many.

# %% tags=["covered"]
if __name__ == "__main__":
    x = torch.randn(1, 256, 56, 56)
    two = [nn.Conv2d(256, 256, 3, padding=1, bias=False) for _ in range(2)]
    three = [
        nn.Conv2d(256, 64, 1, bias=False),
        nn.Conv2d(64, 64, 3, padding=1, bias=False),
        nn.Conv2d(64, 256, 1, bias=False),
    ]
    for layer in three:
        x = layer(x)
        print(f"{tuple(x.shape)!s:17} {layer.weight.numel():6,} weights")
    many, few = (sum(c.weight.numel() for c in each) for each in (two, three))
    print(f"two 3×3 {many:,}, bottleneck {few:,}")
    print(f"{many / few:.1f} times as many")

# %% [markdown]
# ## Why no bias
#
# Each convolution in the block is followed by BatchNorm. Take a channel with
# the values 1, 2, 3 and 6. BatchNorm first subtracts their mean, 3: −2, −1, 0
# and 3. A bias of 10 makes them 11, 12, 13 and 16, and their mean 13: again −2,
# −1, 0 and 3.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(8, 16, 10, 10)
    conv = nn.Conv2d(16, 16, kernel_size=3, bias=False)
    norm = nn.BatchNorm2d(16)
    bias = 5 * torch.randn(16, 1, 1)
    difference = norm(conv(x) + bias) - norm(conv(x))
    print("largest bias      ", round(bias.abs().max().item(), 2))
    print("largest difference", f"{difference.abs().max().item():.0e}")

# %% [markdown]
# Only rounding is left of the bias, and BatchNorm has a shift of its own (Ioffe
# and Szegedy 2015, section 3.2). Hence `bias=False`.
#
# ## The shortcut must fit
#
# An addition needs two equal shapes. But the block, with `channels` channels
# inside, gives `4 * channels` channels, whatever came in, and a `stride` of 2
# halves height and width.
#
# *Predict:* `Bottleneck(in_channels, channels, stride)` is built as (64, 64,
# 1), as (256, 64, 1) and as (256, 128, 2). In which of them can $x$ *not*
# simply be added to $F(x)$?
#
# - Only in the last one
# - In the first and the last
# - In all of them

# %% tags=["folded"]
if __name__ == "__main__":

    def shape_of(batch: Tensor) -> str:
        return "×".join(str(size) for size in batch.shape[1:])

    print("arguments    x           F(x)")
    for in_channels, channels, stride in [
        (64, 64, 1),
        (256, 64, 1),
        (256, 128, 2),
    ]:
        x = torch.randn(1, in_channels, 56, 56)
        branch = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1),
            nn.Conv2d(channels, channels, 3, stride, padding=1),
            nn.Conv2d(channels, 4 * channels, 1),
        )
        arguments = f"{in_channels}, {channels}, {stride}"
        print(f"{arguments:11}  {shape_of(x):10}  {shape_of(branch(x))}")

# %% [markdown]
# In the first and the last. It is easy to look at the stride only. The first of
# them is the very first block of ResNet-50: its stride is 1, but 64 channels
# come in and 256 go out.
#
# Where the shapes agree, the shortcut is the identity: no weights, no cost.
# Where they differ, a 1×1 convolution with the block's stride, and BatchNorm,
# bring $x$ to the shape of $F(x)$. This is a **projection** (He et al., section
# 3.2, equation 2; option B of section 3.3).
#
# ![Change the arguments of the block and the size of its input. Watch when the
# shortcut gets a projection, and what it costs.](figure:bottleneck)
#
# The stride sits on the 3×3 convolution, which uses all pixels. With stride 2
# on the first 1×1, three of every four would be discarded. The text of He et
# al. does not say which of the three has it. torchvision has it on the 3×3,
# too: its documentation says that the original has it on the first 1×1, and
# calls the variant ResNet V1.5.
#
# ## The block in three steps
#
# First come the layers of the branch, with the shapes of the first block.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    in_channels, channels, stride = 64, 64, 1
    conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
    bn1 = nn.BatchNorm2d(channels)
    conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
    bn2 = nn.BatchNorm2d(channels)
    conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
    bn3 = nn.BatchNorm2d(4 * channels)

# %% [markdown]
# Then the forward pass through the branch. There is no ReLU after the third
# BatchNorm, so that $F(x)$ can be negative and take something away from $x$.

# %%
if __name__ == "__main__":
    x = torch.randn(2, 64, 56, 56)
    out = torch.relu(bn1(conv1(x)))  # (2, 64, 56, 56)
    out = torch.relu(bn2(conv2(out)))  # (2, 64, 56, 56)
    out = bn3(conv3(out))  # (2, 256, 56, 56)
    print("x", tuple(x.shape), "  F(x)", tuple(out.shape))

# %% [markdown]
# The shapes differ, so this block needs a projection. The addition comes next,
# and the last ReLU sees the sum.

# %%
if __name__ == "__main__":
    projection = nn.Sequential(
        nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False),
        nn.BatchNorm2d(4 * channels),
    )
    y = torch.relu(out + projection(x))  # (2, 256, 56, 56)
    parts = [conv1, bn1, conv2, bn2, conv3, bn3, projection]
    count = sum(p.numel() for part in parts for p in part.parameters())
    print("y", tuple(y.shape), f"  {count:,} parameters")

# %% [markdown]
# ## The exercise
#
# Write `Bottleneck`. You are given `in_channels`, `channels` and `stride`.
# Build the layers in `__init__`, and decide there whether the shortcut is the
# identity or a projection. `forward` takes a batch of shape (batch,
# in_channels, h, w) and returns `relu(F(x) + shortcut(x))`, with 4 · channels
# channels, and with height and width divided by the stride and rounded up. You
# may name the layers as you like: the check compares what your block computes
# with what the solution computes, for several shapes, and names the mistake if
# there is one.


# %% tags=["exercise"]
class Bottleneck(nn.Module):
    """The bottleneck block of ResNet-50: ``relu(F(x) + shortcut(x))``.

    ``F`` is a 1×1 convolution to ``channels``, a 3×3 convolution that carries
    the stride, and a 1×1 convolution to ``4 * channels``; each is followed by
    BatchNorm, the first two also by ReLU. The shortcut is the identity where
    input and output have the same shape, otherwise a 1×1 convolution with
    BatchNorm.

    Source: He et al. 2015, figure 5 (right) and section 4.1, with the stride on
    the 3×3 convolution.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block; the output has four times as many.
        stride: 1 keeps height and width; 2 halves them, rounding up.
    """

    expansion = 4  # channels of the output for each channel inside

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        super().__init__()
        out_channels = self.expansion * channels
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
# The counts must be those that the figure gave.

# %%
if __name__ == "__main__":
    from torchinfo import summary

    print("arguments    y           parameters")
    for arguments in [(64, 64, 1), (256, 64, 1), (256, 128, 2)]:
        block = Bottleneck(*arguments)
        x = torch.randn(1, arguments[0], 56, 56)
        count = summary(block, input_data=x, verbose=0).total_params
        print(
            f"{str(arguments)[1:-1]:11}  {shape_of(block(x)):10}  {count:10,}"
        )

# %% [markdown]
# One more experiment. BatchNorm ends by multiplying each channel with a learned
# scale. We set the scale of the last BatchNorm to zero, in a block whose
# shortcut is the identity, and leave its shift at zero, where it starts.
#
# *Predict:* What does the block give for $x$ now?
#
# - Zeros
# - $x$
# - ReLU($x$)

# %% tags=["covered"]
if __name__ == "__main__":
    from tutorial_code.shared.initialization import start_blocks_as_shortcuts

    block = Bottleneck(256, 64)
    x = torch.randn(2, 256, 8, 8)
    # It finds the last BatchNorm of your block, whatever you called it.
    start_blocks_as_shortcuts(block, x)
    for name, guess in {
        "zeros": torch.zeros_like(x),
        "x": x,
        "relu(x)": torch.relu(x),
    }.items():
        print(f"block(x) equals {name}:", torch.equal(block(x), guess))

# %% [markdown]
# It gives ReLU($x$). $F(x)$ is zero, so only the shortcut is left, and the last
# ReLU, which is easy to forget, is on its path. In a network the input of such
# a block comes from another block's ReLU and has no negative values, so the
# block passes it on unchanged. Chapter 5 lets every block start in this way
# (Goyal et al. 2017, section 5.1).
#
# ## What goes wrong
#
# - **A projection only where the stride is 2.** The block with stride 2 works,
#   and the first block of the network fails at the addition: `The size of
#   tensor a (256) must match the size of tensor b (64)`.
# - **The ReLU before the addition.** Shapes and counts are right, and nothing
#   complains. But $F(x)$ can only add now, never take away. And a block that
#   starts with a scale of zero stays as it is: the derivative of ReLU at 0 is 0
#   in PyTorch, so the scale gets a gradient of exactly zero.
# - **One BatchNorm used twice.** It follows the first and the second
#   convolution, which both have `channels` channels. You see it in the count:
#   `Bottleneck(64, 64)` has 74,880 parameters in place of 75,008. Training
#   looks sound, because each batch brings its own mean. In evaluation mode one
#   mixture of statistics normalizes both layers, and the test accuracy stays
#   behind.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    two = {
        "relu-before-addition": "ReLU too early",
        "norm-shared": "shared BatchNorm",
    }
    mistake_curves.show_mistakes(
        two,
        name="ch03-mistakes",
        caption="Compare the two mistakes that raise no error (red) with the "
        "right block (green), three seeds each: the loss of every step, and "
        "the share of the test images that are classified correctly after "
        "each epoch. (A ResNet-50 of a quarter of the width learns the "
        "digits; its blocks start with a scale of zero.)",
        alt="Loss by step and test accuracy by epoch of two mistakes beside "
        "the right block. With the ReLU before the addition the loss does not "
        "fall, and the accuracy stays near that of guessing. With one "
        "BatchNorm used twice the loss falls as it should, and the accuracy "
        "stays behind.",
    )
    mistake_curves.print_mistakes(two)

# %% [markdown]
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - The deeper a plain stack is, the worse it does on its own training images:
#   degradation. It is not overfitting, and its cause is open.
# - A residual block computes $y = F(x) + x$: its layers learn a change, the
#   shortcut carries $x$ past them, and in our stacks depth no longer hurts on
#   the training images.
# - The bottleneck makes such blocks cheap by a 3×3 convolution between two 1×1
#   convolutions, and its shortcut needs a projection wherever the channels or
#   the size change.
#
# ## Three questions
#
# *Question:* "Deep plain networks fail because they overfit." What speaks
# against it?
#
# *Answer:* A network that overfits is good on its training images. The curves
# show the loss on these, and the deep plain stack is bad on them.
#
# *Question:* `Bottleneck(64, 64)` takes fewer channels than
# `Bottleneck(256, 64)`. Why does it have more parameters?
#
# *Answer:* Its input does not have the 256 channels of its output, so its
# shortcut is a projection, with 64 × 256 weights and the scale and shift of 256
# channels: 16,896 parameters. Its first convolution is smaller by (256 − 64) ×
# 64 = 12,288. The difference is 4,608, and 70,400 + 4,608 = 75,008.
#
# *Question:* The shortcut adds 1 to the derivative. At which two kinds of
# places in ResNet-50 is that not exactly so?
#
# *Answer:* The ReLU after the addition stops a change where the sum is
# negative. And a projection multiplies $x$ by the weights of its convolution
# and the scale of its BatchNorm, so what it adds is not 1.
#
# ## Read on
#
# - He et al., *Deep Residual Learning for Image Recognition*, 2015: sections 1,
#   3 and 4.1.
# - He et al., *Identity Mappings in Deep Residual Networks*, 2016: what changes
#   when nothing stands on the path of $x$.
# - Yang et al., *A Mean Field Theory of Batch Normalization*, 2019: why the
#   first gradient explodes.
# - Ioffe and Szegedy, *Batch Normalization*, 2015, section 3.2: why the bias
#   can go.
#
# Next: [chapter 4](ch04_resnet50.py) puts sixteen of these blocks together.
