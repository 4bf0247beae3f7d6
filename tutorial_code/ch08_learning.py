# %% [markdown]
# # 8. Learning better
#
# *What makes the network better, and by how much?*
#
# Your network learns. Now train it on photographs, for long, and as well as you
# can. What helps, and how much?
#
# **By the end of this chapter you will have** every part of `resnet50 train
# --recipe full` that makes the network better, and what each is worth.
#
# **You need** chapters 1 to 7.

# %%
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from tutorial_code.ch04_resnet50 import ResNet50, count_groups
from tutorial_code.ch05_training import make_optimizer
from tutorial_code.data.device_loader import cut_out, shift_and_flip
from tutorial_code.shared import plots, tables

# %% [markdown]
# The loops stay as they are. All that follows goes in through their arguments.
#
# ## A stem for small images
#
# Chapter 4 left a question open. The stem was made for 224×224 pixels; ours
# have 32×32. *Predict:* how many positions are left for conv5_x? Then take a
# 3×3 convolution with stride 1 and no pool, and predict again.


# %%
def use_small_stem(model: nn.Module, stride: int = 1) -> nn.Module:
    """Give a ResNet the stem for 32×32 images, in place: a 3×3 convolution, and
    no max-pool.
    """
    model.conv1 = nn.Conv2d(
        3,
        model.conv1.out_channels,
        kernel_size=3,
        stride=stride,
        padding=1,
        bias=False,
    )
    model.maxpool = nn.Identity()
    return model


if __name__ == "__main__":
    for name, model in {
        "7×7 and max-pool": ResNet50(),
        "3×3": use_small_stem(ResNet50()),
    }.items():
        groups = count_groups(model, image_size=32)
        sizes = " ".join(
            f"{group.name} {group.output_shape[-1]:2}" for group in groups[:-1]
        )
        print(
            f"{name:16} {sizes}\n{'':16} "
            f"{sum(g.multiply_adds for g in groups) / 1e6:.0f} million "
            "multiply-adds"
        )

# %% [markdown]
# One position against 4×4. With the paper's stem the last 3×3 convolutions of
# conv5_x see one pixel and eight zeros. The small stem avoids that, at about 16
# times the cost.
#
# ## Images that never come twice
#
# **Cutout** hides a square of each training image. The network cannot rest on
# the ears of a cat; it must learn the rest, too. Shifting and mirroring are
# those of chapter 1, for a whole batch at once (`device_loader.py`).

# %% tags=["folded"]
if __name__ == "__main__":
    from sklearn.datasets import load_sample_image

    flower = torch.from_numpy(load_sample_image("flower.jpg").copy()).permute(
        2, 0, 1
    )[None, :, :400, 120:520]
    flower = (
        F.interpolate(flower.float(), size=(32, 32), mode="area")
        .byte()
        .expand(4, -1, -1, -1)
    )
    generator = torch.Generator().manual_seed(1)
    shifted = shift_and_flip(flower, 4, True, generator)
    cut = cut_out(shifted, 8, generator)
    plots.show(
        plots.image_grid(
            torch.cat([shifted, cut]),
            ["shifted, mirrored"] * 4 + ["cut out, here black"] * 4,
            columns=4,
        ),
        name="ch08-augmentation",
        alt="A photograph of a flower four times: shifted, some of them "
        "mirrored; below, each with a dark square.",
    )

# %% [markdown]
# ## Steps: Nesterov, and what not to decay
#
# Nesterov's momentum (`nesterov=True`) takes the gradient a little ahead, where
# momentum will carry the weights. Weight decay pulls weights towards 0.
# BatchNorm undoes the size of a convolution's weights, so there decay only
# decides how far a step turns them. Spare BatchNorm's own numbers, and biases
# (*Bag of Tricks*, 3.1).


# %%
def exclude_from_weight_decay(optimizer: torch.optim.Optimizer) -> None:
    """Let weight decay act on the weights of convolutions and of the classifier
    only, in place.
    """
    (group,) = optimizer.param_groups
    spared = [parameter for parameter in group["params"] if parameter.ndim < 2]
    group["params"] = [
        parameter for parameter in group["params"] if parameter.ndim >= 2
    ]
    optimizer.add_param_group({**group, "params": spared, "weight_decay": 0.0})


if __name__ == "__main__":
    optimizer = make_optimizer(ResNet50())
    exclude_from_weight_decay(optimizer)
    for group in optimizer.param_groups:
        print(
            f"decay {group['weight_decay']}: "
            f"{sum(tensor.numel() for tensor in group['params']):10,} "
            "numbers"
        )

# %% [markdown]
# The rate follows chapter 5: up, then down along a cosine. Batches of 512 make
# a quarter of the steps that 128 make, so
# take each four times as long: 0.1 for every 128 images (Goyal et al. 2017,
# section 2.1, has the rule).
#
# ## Labels that leave some doubt
#
# Cross-entropy is never content. At 99% it still asks for more, and the logits
# grow for nothing. **Label smoothing** takes 10% from the right class and
# shares it among all ten: 91% is left. *Predict:* the other logits stay 0, and
# the right one grows from 2 to 16. Where is the loss lowest?


# %%
class SmoothedCrossEntropy(nn.CrossEntropyLoss):
    """Cross-entropy that smooths labels in training and not in testing (Szegedy
    et al. 2015, section 7).
    """

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return (
            super().forward(logits, labels)
            if torch.is_grad_enabled()
            else F.cross_entropy(logits, labels)
        )


if __name__ == "__main__":
    for right in (2.0, 4.0, 8.0, 16.0):
        loss = SmoothedCrossEntropy(label_smoothing=0.1)(
            torch.tensor([[right] + 9 * [0.0]]), torch.tensor([0])
        )
        print(f"logit of the right class {right:4.0f}   loss {loss.item():.3f}")

# %% [markdown]
# Not at the largest. The training loss cannot reach 0 now; testing takes the
# plain loss, so that runs compare.
#
# ## A calmer network, and a second look
#
# While the rate is high, each step is noisy. An average over an epoch of steps
# is calmer. And the mirror image of a photograph is a second look: take the
# mean of both answers.


# %%
@torch.no_grad()
def update_ema(ema: AveragedModel, network: nn.Module, share: float) -> None:
    """Move every number of the average a share of its way to the network's.

    The first time it moves all the way. What counts batches is copied.
    """
    share = share if ema.n_averaged else 1.0
    olds, news = (
        [*module.parameters(), *module.buffers()]
        for module in (ema.module, network)
    )
    pairs = list(zip(olds, news, strict=True))
    real = [pair for pair in pairs if pair[0].is_floating_point()]
    counts = [pair for pair in pairs if not pair[0].is_floating_point()]
    torch._foreach_lerp_(*zip(*real, strict=True), share)  # all at once
    if counts:
        torch._foreach_copy_(*zip(*counts, strict=True))
    ema.n_averaged += 1


def add_ema(
    optimizer: torch.optim.Optimizer, network: nn.Module, steps: int
) -> AveragedModel:
    """Return an exponential moving average of about the last ``steps`` steps.

    It is one of the weights and of the BatchNorm statistics.
    """
    ema = AveragedModel(network)
    optimizer.register_step_post_hook(
        lambda *_: update_ema(ema, network, 1 / steps)
    )
    return ema


class EvalWithEMA(nn.Module):
    """Trains one network and answers, in testing, with another: its average."""

    def __init__(self, network: nn.Module, average: nn.Module) -> None:
        super().__init__()
        self.network, self.average = network, average

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images) if self.training else self.average(images)


class EvalWithFlip(nn.Module):
    """Answers, in testing, with the mean of the logits of an image and of its
    mirror image.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        logits = self.model(images)
        return (
            logits
            if self.training
            else (logits + self.model(images.flip(-1))) / 2
        )


if __name__ == "__main__":
    torch.manual_seed(0)
    line = nn.Linear(1, 1, bias=False)
    optimizer = make_optimizer(line, lr=0.05, momentum=0.0, weight_decay=0.0)
    mean = add_ema(optimizer, line, steps=10)
    weights, means = [], []
    for _ in range(60):
        optimizer.zero_grad()
        ((line.weight - 2 + torch.randn(1)) ** 2).sum().backward()
        optimizer.step()
        weights.append(line.weight.item())
        means.append(mean.module.weight.item())
    plots.show(
        plots.curves(
            {"the weight": weights, "its average": means},
            "step",
            "value; the best is 2",
        ),
        name="ch08-average",
        alt="A weight jumps about its best value, 2. Its moving average "
        "follows a little later and far more calmly.",
    )

# %%
PARTS = (
    "crop and mirror",
    "cutout",
    "label smoothing",
    "cosine",
    "weight decay",
    "sparing norms and biases",
    "zero-initialization",
    "Nesterov",
)


def combinations() -> list[dict[str, bool]]:
    """Return sixteen combinations of the eight parts, each on or off.

    Every part is on in eight of them. Of any two parts, each of the four
    combinations stands in four. No part goes along with a pair of others. It is
    a fractional factorial design 2^(8-4) of resolution IV (Box, Hunter and
    Hunter, *Statistics for Experimenters*).
    """
    rows = []
    for a, b, c, d in product((False, True), repeat=4):
        others = (b ^ c ^ d, a ^ c ^ d, a ^ b ^ c, a ^ b ^ d)
        rows.append(dict(zip(PARTS, (a, b, c, d, *others), strict=True)))
    return rows


# %% [markdown]
# ## What each is worth
#
# Only a measurement can say. Take everything, leave one part out, train again,
# and test on 5,000 images that were held out of the training set. Not on the
# test set: whoever chooses by it has no honest number left.
#
# *Predict in a line:* without which part is it worst? Which make a difference
# too small to see?

# %%
if __name__ == "__main__":
    tables.show("ablation-cpu")
    tables.show("ablation")

# %% [markdown]
# Without shifts and mirrors 5,000 images are soon learned by heart. The stem
# comes next, then weight decay. A falling rate and blocks that start as nothing
# cost here: they are for long runs and deep networks. Seeds show what is
# chance.
#
# ## One command
#
#     uv run resnet50 train --recipe full --data cifar10
#
# `--recipe basic` is the training of chapters 5 to 7. Each part has an option,
# so you can leave it out: `--no-ema`, `--cutout 0`, `--stem 7x7`. To choose
# between them, hold images out: `--val-size 5000`.
#
# ## Check
#
# - Each part has an option of `resnet50 train`, and a run's report names the
#   options that it was trained with.
#
# ## What usually goes wrong
#
# - **Choosing on the test set**, by trying options until the number is high.
# - **A larger batch with the old rate.** Fewer steps, none of them longer: it
#   learns less in the same epochs.
#
# ## Read on
#
# - He et al., *Bag of Tricks*, 2018. DeVries and Taylor, 2017: cutout. Izmailov
#   et al., 2018: averages of weights.
#
# Next: [chapter 9](ch09_speed.py) makes it faster, and safe to interrupt.
