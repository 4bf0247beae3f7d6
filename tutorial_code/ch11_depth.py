# %% [markdown]
# # 11. Does depth hurt?
#
# *Add more layers to a network: does it get better or worse?*
#
# Chapter 3 began with a claim: beyond some depth a plain network gets worse,
# even on the images that it learns from, and one addition mends it. We believed
# it after a look at a few small stacks. The paper that made the claim tested it
# on networks for CIFAR-10 that are small enough to be built, trained and taken
# apart by anyone. In this chapter you do all three.
#
# ![Choose how deep the network is. Each box is a block of two 3×3 convolutions;
# the arcs are the shortcuts, and they have no
# weights.](figure:cifar-network)
#
# **By the end of this chapter you will have** built the ten networks of the
# paper's own experiment, seen what depth did to them, and looked for the reason
# in four places: in the gradients, in the size of what each layer adds, in
# networks with a block cut out, and in the surface of the loss.
#
# **You need** `BasicBlock` from [chapter 10](ch10_family.py), and the loops of
# chapters [5](ch05_training.py) and [6](ch06_testing.py).

# %%
from copy import deepcopy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.ch10_family import BasicBlock

# %% [markdown]
# ## A shortcut without weights
#
# *Predict:* how many parameters more does the residual network have?
#
# - None
# - As many as the projections need


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


def rate_factor(step: int, total_steps: int) -> float:
    """Return what the learning rate is multiplied by: 1, a tenth after half of
    the steps, a hundredth after three quarters.

    Source: He et al. 2015, section 4.2, with 64,000 steps.
    """
    if step < total_steps / 2:
        return 1.0
    return 0.1 if step < 3 * total_steps / 4 else 0.01


DEPTHS = {6 * n + 2: n for n in (3, 5, 7, 9, 18)}  # n of each number of layers


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


# %%
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
        axes = tuple(range(1, weights.ndim))
        wanted = torch.linalg.vector_norm(
            weights.detach(), dim=axes, keepdim=True
        )
        found = torch.linalg.vector_norm(drawn, dim=axes, keepdim=True)
        direction.append(drawn * wanted / found)
    return direction


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


# %%
if __name__ == "__main__":
    for layers, n in DEPTHS.items():
        plain, residual = (
            sum(p.numel() for p in CifarResNet(n, kind).parameters())
            for kind in (False, True)
        )
        print(f"{layers:3} layers {plain:9,} plain {residual:9,} residual")

# %% [markdown]
# None.
#
# ## What goes wrong
#
# ## In three sentences
#
# - One.
# - Two.
# - Three.
#
# ## Three questions
#
# *Question:* One?
#
# *Answer:* One.
#
# *Question:* Two?
#
# *Answer:* Two.
#
# *Question:* Three?
#
# *Answer:* Three.
#
# ## Read on
