# %% [markdown]
# # 8. Learning better
#
# *What makes the network better, and by how much?*
#
# Your network learns. A good recipe makes it learn better, and recipes are
# long: other images in every epoch, other labels, other steps, an average of
# the weights. What is each part worth? A careless measurement does not say,
# because two trainings that differ in nothing but their seed give different
# accuracies, too.
#
# ![Shift the flower, mirror it, and press where the square is to be. A training
# step sees one such version of a photograph.](figure:augmentation)
#
# **By the end of this chapter you will have** completed your training, each
# part with its reason, and learned how sixteen trainings measure eight parts at
# once, and how sure that is.
#
# **You need** chapters 1 to 7.

# %%
import math
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
# The loops of chapters 5 and 6 stay as they are: all that follows goes in
# through their arguments.
#
# ## What is measured, and on what
#
# Wherever this chapter says what something is worth, it was measured like this,
# and recorded as `ablation-cpu`. The network is a ResNet of two bottleneck
# blocks in each of four stages with a quarter of ResNet-50's channels: 26
# layers. It learns from 10,000 photographs of CIFAR-10's training set (as JPEG
# files) and is tested on 20,000 *others of the training set*. The test set is
# not touched. The stem is a 3×3 convolution with stride 2. A training takes 60
# epochs, in batches of 128 images at a rate of 0.1.
#
# First a pilot answers two questions. Can this network memorize its training
# images at all? If it cannot, nothing that keeps a network from memorizing can
# help it. And how far do three seeds of one recipe differ?

# %% tags=["folded"]
if __name__ == "__main__":
    run = tables.recorded_run("ablation-cpu")
    rows = run.rows()
    for row in rows:
        if row["experiment"] == "pilot":
            print(
                f"pilot, seed {row['seed']}: training images "
                f"{row['train_accuracy']:.1f}%, others {row['accuracy']:.2f}%"
            )

# %% [markdown]
# It can: all of the training images are right, and 55% of the others. What a
# part of the recipe can win lies in these 45 points. The seeds lie up to half a
# point apart, so that such a difference between two single trainings says
# nothing.
#
# ## A stem for small images
#
# The stem of chapter 4 was made for photographs of 224×224 pixels, and halves
# the sides twice before the first block. Ours have 32×32.
#
# *Predict a number:* how many positions a side are left in conv5_x?

# %%
if __name__ == "__main__":
    groups = count_groups(ResNet50(), image_size=32)
    for group in groups[:-1]:
        print(f"{group.name:8} {group.output_shape[-1]:2} positions a side")

# %% [markdown]
# A single one. The 3×3 convolutions of conv5_x then see one number and eight
# zeros, except the first of them, which still sees four. A network for small
# images takes a 3×3 convolution with stride 1 as its stem and no max-pool, and
# costs about 16 times as much. A stride of 2 is a compromise, for a quarter of
# that cost.


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
        "3×3 with stride 2": use_small_stem(ResNet50(), stride=2),
        "3×3 with stride 1": use_small_stem(ResNet50()),
    }.items():
        groups = count_groups(model, image_size=32)
        millions = sum(group.multiply_adds for group in groups) / 1e6
        last = groups[-2].output_shape[-1]
        print(f"{name:17} {millions:6.0f} million multiply-adds, {last}×{last}")

# %% [markdown]
# ## Images that change in every epoch
#
# The pilot memorized its images, and that is not what we want. **Augmentation**
# makes it harder. Chapter 1 shifted and mirrored photographs: each of them has
# 9 · 9 · 2 = 162 versions. **Cutout** also sets a square of each training image
# to the mean (DeVries and Taylor 2017). If the square hides the ears of a cat,
# the network must know the cat by something else. Here are both for a whole
# batch at once (`device_loader.py`).

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
    mean = shifted.float().mean().round().byte()
    hole = cut_out(torch.ones(shifted.shape), 8, generator) == 0
    cut = torch.where(hole, mean, shifted)
    plots.show(
        plots.image_grid(
            torch.cat([shifted, cut]),
            ["shifted"] * 4 + ["cut out"] * 4,
            columns=4,
        ),
        name="ch08-augmentation",
        caption="Four versions of one photograph, and the same four with a "
        "square set to the mean.",
        alt="A photograph of a flower four times: shifted, some of them "
        "mirrored; below, each with a gray square.",
    )

# %% [markdown]
# ## Labels that leave some doubt
#
# Cross-entropy is never content: even if the right class has 99%, the loss
# still falls when its logit grows. **Label smoothing** takes a tenth of the
# probability that is asked for and shares it among all ten classes: 91% for the
# right one, and 1% for each of the others (Szegedy et al. 2015, section 7).
#
# *Predict:* the logits of the nine other classes stay 0, and that of the right
# class grows from 2 to 16. Where is the smoothed loss lowest?
#
# - At 16, as without smoothing.
# - Somewhere between 4 and 5.
# - At 2: smoothing wants all classes equal.


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
    smoothed = SmoothedCrossEntropy(label_smoothing=0.1)
    for right in (2.0, 4.0, 4.5, 5.0, 8.0, 16.0):
        logits = torch.tensor([[right] + 9 * [0.0]])
        loss = smoothed(logits, torch.tensor([0])).item()
        print(f"logit of the right class {right:4}   loss {loss:.4f}")
    print("softmax gives 91% at", round(math.log(9 * 0.91 / 0.09), 3))

# %% [markdown]
# Between 4 and 5, where softmax gives the 91% that are asked for. A larger
# logit is punished as too sure, so the training loss cannot come near 0 any
# more. In testing we take the plain loss, so that runs with and without
# smoothing can be compared.
#
# ![Change the share that is taken from the right class.](figure:smoothing)
#
# ## Steps: Nesterov, and what not to decay
#
# **Nesterov momentum** begins like plain momentum, with
# $v \leftarrow 0.9\,v + g$. Then it steps against $g + 0.9\,v$ in place of $v$,
# so the new gradient counts once more (PyTorch's form). It reacts a little
# sooner to a change of the gradient.
#
# **Weight decay** pulls every weight toward 0. What does it do to a convolution
# that BatchNorm follows? Chapter 5 doubled the weights of such a convolution:
# BatchNorm divided by the doubled standard deviation, and the loss stayed. So
# decay does not make such a layer weaker. It keeps its weights small, and a
# step of the same length changes small weights by a larger share: decay acts as
# a larger learning rate would (van Laarhoven 2017).
#
# For BatchNorm's own scales and shifts and for the bias of the classifier this
# argument does not hold: if one of them alone is doubled, the network computes
# something else. T. He et al. 2018 (*Bag of Tricks*, section 3.1) leave them
# out of the decay.


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
        count = sum(tensor.numel() for tensor in group["params"])
        print(f"decay {group['weight_decay']}: {count:10,} numbers")

# %% [markdown]
# ## How high may the rate be?
#
# What is the warm-up of chapter 5 worth? The recorded run tries seven rates,
# each with a warm-up of one epoch and without, three seeds each, and looks at
# the training loss of the third epoch.
#
# *Predict:* what does a warm-up change?
#
# - It makes every rate learn faster.
# - Little at a low rate, and much at a high one.
# - It makes every rate work, however high.

# %% tags=["folded"]
if __name__ == "__main__":
    tried = [row for row in rows if row["experiment"] == "rates"]

    def losses_of(rate: float, warmup: bool) -> list[float]:
        return [
            row["loss"]
            for row in tried
            if row["lr"] == rate and row["warmup"] is warmup
        ]

    def draw_rates(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        rates = sorted({row["lr"] for row in tried})
        ends = {}
        for warmup, name, color in (
            (False, "without", plots.WRONG),
            (True, "warm-up", plots.Y),
        ):
            means = []
            for rate in rates:
                found = [min(loss, 4.0) for loss in losses_of(rate, warmup)]
                axis.plot([rate] * len(found), found, ".", color=color)
                means.append(sum(found) / len(found))
            axis.plot(rates, means, color=color)
            ends[name] = (means[-1], color)
        axis.set_xscale("log")
        axis.set_xticks(rates, [f"{rate:g}" for rate in rates], minor=False)
        axis.minorticks_off()
        axis.set(xlabel="learning rate", ylabel="training loss, third epoch")
        plots.name_ends(axis, ends)
        return figure

    plots.show(
        draw_rates(5.6, 2.8),
        name="ch08-rates",
        narrow=draw_rates(3, 2.6),
        caption="Training loss in the third epoch, three seeds each, over "
        "the learning rate; what is above 4 is drawn at 4.",
        alt="Training loss over the learning rate. Without warm-up it is "
        "lowest at 0.2, 1.6, near that of guessing, 2.3, at 0.8 and 1.6, "
        "and higher above that. With warm-up it lies between 1.65 and 1.8 "
        "up to 0.8, and is 1.8 at 1.6. At 6.4 both fail.",
    )

# %% [markdown]
# Little at a low rate, and much at a high one. At 0.1 and 0.2 it costs a
# little. From 0.4 to 3.2 the loss is lower with it. At 0.8 the loss without it
# is that of guessing among ten classes, 2.3, and with it about as good as at
# 0.4. At 6.4 nothing helps.
#
# The best loss is no better with a warm-up: 1.65 at a rate of 0.4, and 1.64 at
# 0.2 without. What this network wins is room for rates that are four times as
# high. Large batches need that room, because their rate grows with them (Goyal
# et al. 2017, sections 2.1 and 2.2).
#
# ## Blocks that start as nothing
#
# Chapter 5 set the last scale of every block to 0, so that each block starts as
# its shortcut. This is called *zero-initialization*. One reason for it could be
# depth: many blocks that all add something random make the values grow from
# block to block. If that is the reason, it should matter more the deeper the
# network is. The recorded run looks at the first hundred steps of two narrow
# networks, with 50 and with 101 layers, three seeds each and without a warm-up.

# %% tags=["folded"]
if __name__ == "__main__":
    starts = [
        curve
        for curve in run.rows("curves.jsonl")
        if curve["experiment"] == "start"
    ]

    def draw_starts(rows: int, width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(rows, 2 // rows, width, height)
        for axis, layers in zip(axes.flat, (50, 101), strict=True):
            for zero_init, color in ((False, plots.WRONG), (True, plots.Y)):
                found = [
                    curve["losses"]
                    for curve in starts
                    if curve["layers"] == layers
                    and curve["zero_init"] is zero_init
                ]
                for losses in found:
                    axis.plot(losses, color=color, alpha=0.25, linewidth=0.7)
                mean = torch.tensor(found).mean(dim=0)
                smooth = F.avg_pool1d(mean[None], 9, stride=1)[0]
                axis.plot(range(4, 96), smooth, color=color)
                name = "zero-initialized" if zero_init else "ordinary"
                above, side = (0.8, "top") if zero_init else (1.15, "bottom")
                at = 98, above * smooth[-1]
                axis.text(*at, name, color=color, ha="right", va=side)
            axis.set(title=f"{layers} layers", xlabel="step", ylabel="loss")
            axis.set(yscale="log", ylim=(1, 20))
            axis.set_yticks([2, 4, 8, 16], ["2", "4", "8", "16"])
            axis.minorticks_off()
        return figure

    plots.show(
        draw_starts(1, 6.2, 2.6),
        name="ch08-starts",
        narrow=draw_starts(2, 3, 4.6),
        caption="Training loss of the first hundred steps: three seeds in "
        "thin lines, their mean over nine steps in a thick one.",
        alt="Training loss of the first hundred steps, of 50 and of 101 "
        "layers. With ordinary scales it rises to 7 and more and comes "
        "back to 2.3, that of guessing. With zero-initialization it stays "
        "near 2.3 for some twenty steps and falls to 1.8.",
    )

# %% [markdown]
# It matters at both depths. With ordinary scales the loss jumps to between 7
# and 17 within the first steps, and after a hundred steps five of the six
# networks guess. With zero-initialization it stays near 2.3 for some twenty
# steps, and then falls to between 1.8 and 1.9. The record does not show that it
# matters *more* in the deeper network: the loss jumps as high with 50 layers as
# with 101. And a hundred steps say nothing about the end of a training; the
# sixteen combinations below do.
#
# ## An average of the weights
#
# While the rate is high, a weight never comes to rest at its best value: every
# step pushes it a little to one side or the other, because each batch holds
# other images. An average over many steps is pushed about less.
#
# ![Raise the rate, then the number of averaged steps: what becomes of the
# weight, and of its average?](figure:average)
#
# An **exponential moving average** (EMA) needs only one more copy of the
# network. After each step it moves a small share of the way to the weights as
# they are now. With a share of 1/78 it averages about the last 78 steps, which
# is an epoch here. The statistics of BatchNorm are averaged in the same way,
# though they need not be exactly those of the averaged weights; Izmailov et al.
# (2018) estimate them anew.


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


# %% [markdown]
# **Test-time augmentation** (TTA) is an average, too: of the logits for an
# image and for its mirror image. It costs a second forward pass per image, and
# no training.


# %%
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


# %% [markdown]
# ## Eight parts at once
#
# Now eight parts are to be measured: crop and mirror, cutout, label smoothing,
# the cosine, weight decay, sparing norms and biases, zero-initialization, and
# Nesterov. The obvious way is to leave out one after the other. Then each
# training says something about one part only, and a difference of two trainings
# has the noise of both.
#
# There is a better way. Sixteen trainings take sixteen combinations of the
# parts, chosen so that eight trainings have a part and eight have not,
# whichever part you look at. Then the mean of the eight with the part minus the
# mean of the eight without it is what that part is worth, *and all sixteen
# trainings serve every part*.
#
# ![Choose a part. Eight trainings have it (a filled square is on); compare them
# with the eight others. Is any other part unfairly distributed between the two
# halves?](figure:switches)
#
# *Crop and mirror* is what chapter 1 does: a shifted image is a crop of a
# larger one. *Weight decay* is 0.0005 where it is on, and 0.0001 where it is
# off. *Sparing norms and biases* leaves these out of the decay, as above.
# *Cosine* is a warm-up of two epochs and then the cosine, against a constant
# rate from the first step on.
#
# How does one find such combinations? Four parts take all their 2·2·2·2 = 16
# combinations. Each of the other four follows from three of those: it is on
# where an odd number of the three is on. With the signs +1 and −1 for on and
# off, that is the product of three signs.


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


if __name__ == "__main__":
    signs = torch.tensor(
        [[1 if on else -1 for on in row.values()] for row in combinations()]
    )
    print("on in so many trainings:", ((signs + 1) // 2).sum(dim=0).tolist())
    together = signs.T @ signs
    print("columns balanced:", bool((together == 16 * torch.eye(8)).all()))

# %% [markdown]
# An entry of `signs.T @ signs` is the number of trainings in which two parts
# are alike, both on or both off, minus the number in which they differ. It is 0
# for any two parts, so smoothing is on as often with cutout as without it, and
# what the one does cannot be taken for what the other does. There is a price:
# where two parts help each other, the design cannot say which two. The second
# task below shows why. What the design measures of a part is its worth on
# average over all that the other parts may be. It takes for granted that no
# three parts act together: that a pair helps each other, for example, only
# where a third part is on.
#
# Every combination is trained with two seeds: 32 trainings.


# %%
def worth(rows: list[dict], part: str, measure: str = "accuracy") -> float:
    """Return what a part is worth in points: the mean of the trainings that
    have it, minus the mean of those that have not.
    """
    means = {}
    for on in (True, False):
        found = [row[measure] for row in rows if row[part] is on]
        means[on] = sum(found) / len(found)
    return means[True] - means[False]


def seed_error(rows: list[dict], measure: str = "accuracy") -> float:
    """Return the standard error of a worth that comes from the seeds.

    Two trainings of a combination differ only by their seed, and half of the
    mean of their squared differences is the variance of one training.
    """
    by_combination: dict[int, list[float]] = {}
    for row in rows:
        by_combination.setdefault(row["combination"], []).append(row[measure])
    squares = [(a - b) ** 2 / 2 for a, b in by_combination.values()]
    variance = sum(squares) / len(squares)
    return math.sqrt(variance * 4 / len(rows))  # of a difference of two halves


# %% [markdown]
# *Predict:* which of the eight parts is worth most here?
#
# - Crop and mirror
# - Cutout
# - Label smoothing
# - The cosine
# - Weight decay
# - Sparing norms and biases
# - Zero-initialization
# - Nesterov

# %% tags=["folded"]
if __name__ == "__main__":
    designed = [row for row in rows if row["experiment"] == "design"]
    found = run.rows("worth.jsonl")
    raw = [row for row in found if row["measure"] == "accuracy"]

    def draw_worth(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        ordered = sorted(raw, key=lambda row: row["worth"])
        for place, row in enumerate(ordered):
            sure = abs(row["worth"]) > 2 * row["error"]
            color = plots.Y if sure else "black"
            axis.errorbar(
                row["worth"],
                place,
                xerr=2 * row["error"],
                fmt="o",
                color=color,
            )
        axis.axvline(0, color="black", linewidth=0.7)
        names = [row["part"].replace(" and", "\nand") for row in ordered]
        axis.set_yticks(range(8), names)
        axis.set_xlabel("points of accuracy, with 95% intervals")
        return figure

    plots.show(
        draw_worth(5.8, 3.2),
        name="ch08-worth",
        narrow=draw_worth(3, 3.2),
        caption="What each part is worth, over all that the others may be. "
        "Green: the interval leaves out zero.",
        alt=", ".join(
            f"{row['part']} {row['worth']:+.1f} ± {2 * row['error']:.1f}"
            for row in raw
        ),
    )

# %% [markdown]
# Crop and mirror, by far: 14.8 ± 0.9 points (here and below, plus or minus two
# standard errors). These networks have only 10,000 images, and memorize them:
# they end with 92 to 100% of their training images right without crop and
# mirror, and with 69 to 95% with both. Three more parts are worth something
# beyond chance: the cosine 4.7 ± 0.9 points, cutout 2.2 ± 0.9, and the larger
# weight decay 1.6 ± 0.9. Switch on "accuracies" in the figure of the sixteen
# trainings, and you see what each combination reached.
#
# Whoever chose label smoothing, which is part of nearly every recipe for
# ImageNet, may be surprised: −0.8 ± 0.9, which could be chance by itself. But
# with averaged weights, of which the next section speaks, the same networks
# give −0.8 ± 0.5. Here it costs accuracy.
#
# Three parts show nothing here: zero-initialization 0.1, Nesterov 0.1 and
# sparing norms and biases −0.1, each ± 0.9. That is not to say that they are
# worth nothing. With a standard error of 0.4, a gain of 0.2 points cannot be
# seen; it would take some twenty times as many trainings. Others have found
# such gains:
#
# - Zero-initialization gained between 0.2 and 0.4 points on ImageNet (Goyal et
#   al. 2017, table 2b), the more the larger the batch.
# - Label smoothing gained about 0.2 points on ImageNet (Szegedy et al. 2015,
#   section 7).
# - Nesterov's momentum helped deep autoencoders, most of all where the momentum
#   was 0.995 or 0.999 (Sutskever et al. 2013, table 1).
# - Sparing norms and biases is widely recommended, but T. He et al. (2018,
#   table 4) found no gain from it, either: −0.03 points with batches of 256
#   images, and −0.34 with 1,024.
#
# ## The average, and the schedule
#
# The average of the weights needs no trainings of its own: every trained
# network is tested as it is and with its averaged weights, each time also
# together with mirror images. Sixteen of the networks were trained at a
# constant rate, and sixteen with the cosine.
#
# *Predict:* where does the average of the weights help?
#
# - In both groups alike
# - Only at a constant rate
# - Only after the cosine

# %% tags=["folded"]
if __name__ == "__main__":
    print(f"{'':15}{'as it is':>9}{'averaged':>9}{'mirrored':>9}{'both':>9}")
    for cosine, name in ((False, "constant rate"), (True, "cosine")):
        alike = [row for row in designed if row["cosine"] is cosine]
        means = [
            sum(row[key] for row in alike) / len(alike)
            for key in (
                "accuracy",
                "averaged",
                "mirrored",
                "averaged_and_mirrored",
            )
        ]
        print(f"{name:15}" + "".join(f"{mean:8.2f}%" for mean in means))

# %% [markdown]
# Only at a constant rate, and there by 6.0 points. After the cosine it changes
# nothing. It is natural to expect two good things to add up, but these two do
# the same: both bring to rest a weight that is pushed about. At the end of a
# cosine the steps are tiny, so that the last epoch's weights and their average
# are nearly equal. Averaged, the networks of the constant rate even end above
# those of the cosine, by 1.2 ± 0.5 points. Mirror images add 2.3 to 2.5 points
# in all four cases.
#
# And with an average you need not know beforehand when the training ends. The
# cosine must be told at the first step.
#
# ## One command
#
#     uv run resnet50 train --recipe full --data cifar10
#
# `--recipe basic` is the training of chapters 5 to 7. The full recipe has all
# that this chapter adds, with the stem of stride 1, and trains for 50 epochs in
# batches of 512. Each part has an option that leaves it out, such as `--no-ema`
# or `--cutout 0`; `resnet50 train --help` has them all. To choose between them,
# hold images out: `--val-size 5000`.
#
# Trained by this command, ResNet-50 is right on 91.4% of the test photographs
# (the recorded run `full-gpu`). By the recipe of chapter 5, with the stem of
# chapter 4 and in 30 epochs, it was right on 84.9% (`exercise-gpu`). What each
# part adds to the difference, two trainings cannot say; the sixteen
# combinations for the whole network are trained on a GPU by
# `bash benchmarks/record_run.sh ablation`.
#
# ## Try it yourself
#
# Nothing checks these two tasks but you. The first takes about a minute of
# computing.
#
# **One part, three seeds.** Copy `train_small_network` of chapter 7 into a file
# of your own, with the imports that it needs, and give it two more arguments.
# One is the criterion, so that it can be `SmoothedCrossEntropy` with
# `label_smoothing=0.1`. The other leaves out `add_schedule`, so that the rate
# is constant. Train it on the digits as it is, then smoothed, then at a
# constant rate, each for five epochs with the seeds 0, 1 and 2, and note the
# test accuracy of the last epoch. You are right so far if the network as it is
# reaches the three accuracies that chapter 7 prints.
#
# Then compute what smoothing and the schedule are worth here: the mean of three
# accuracies minus the mean of three others. If $s$ and $t$ are the standard
# deviations of the two groups (`statistics.stdev`), the standard error of this
# difference is $\sqrt{(s^2 + t^2)/3}$.
#
# *Question:* Which of the two is worth more than chance?
#
# *Answer:* On our machine the network as it is reached 98.9, 96.4 and 98.6%,
# smoothed 98.6, 97.8 and 98.6%, and at a constant rate 91.4, 92.5 and 89.2%.
# The schedule is worth 6.9 points with a standard error of 1.3, more than five
# errors. Smoothing is worth 0.4 points with an error of 0.8, which is to say
# that nothing was found. (An error that is taken from three numbers is itself
# rough.)
#
# **Four parts in eight trainings.** Write `half`, which returns eight
# combinations of four parts: three of them take all their 2·2·2 combinations,
# and the fourth is on where an odd number of the three is on. Make the matrix
# of their signs, as above. You are right if `signs.T @ signs` has 8 on its
# diagonal and 0 everywhere else.
#
# *Question:* Multiply the columns of the first and the second part, row by row,
# and the columns of the third and the fourth. What does the result say about
# this design?
#
# *Answer:* The two products are the same in all eight rows. So where the first
# two parts help each other, it looks just as if the last two did. The same
# holds for the other two ways to make two pairs of the four.
#
# ## What goes wrong
#
# - **Options are chosen on the test set.** One after the other is tried until
#   the number is high. Chapter 6 showed how much of such a number is luck. Hold
#   out training images, choose by those, and test once.
# - **One seed decides.** Two seeds of one recipe lie up to half a point apart
#   in the pilot, and among the sixteen combinations up to 1.8 points with the
#   cosine and 4.2 at a constant rate. A part that gains less than that in one
#   training has shown nothing.
# - **The batch grows and the rate stays.** Batches of 512 take a quarter of the
#   steps of batches of 128. To go as far, take steps four times as large (Goyal
#   et al. 2017, section 2.1), and with a warm-up. The full recipe's rate is 0.1
#   for every 128 images.
#
# [The common mistakes](mistakes) has those that the checks name.
#
# ## In three sentences
#
# - A part of a recipe is worth what a measurement says, on your network, your
#   images and your number of epochs.
# - Sixteen trainings, in which each part is on in eight and off in eight,
#   measure eight parts at once, and every training serves every part.
# - What is smaller than its error was not found, which is less than to say that
#   it is not there.
#
# ## Three questions
#
# *Question:* Why are the 20,000 images for testing taken from the training set?
#
# *Answer:* Because eight parts are chosen by them. Images that decide which
# parts are used cannot also say how good the result is. The test set stays
# untouched until the recipe is final.
#
# *Question:* Label smoothing makes the training loss higher. Is the network
# worse?
#
# *Answer:* The smoothed loss is another measure, and it cannot come near 0.
# Look at the accuracy and at the plain loss on images that were held out.
#
# *Question:* Leaving out one part after the other would take 9 trainings for
# eight parts. Why does the chapter take 16, and why is that cheaper?
#
# *Answer:* Of 9 trainings only two serve a part, the full recipe and the one
# without that part, so its worth has the noise of two single trainings. Of 16
# balanced ones all serve every part, and the means of eight have about a third
# of the noise. For means of eight, the first way would need each of its nine
# trainings eight times: 72 in place of 16.
#
# ## Read on
#
# - T. He et al. 2018, *Bag of Tricks for Image Classification*: many small
#   parts, measured one on top of the other.
# - Box, Hunter and Hunter, *Statistics for Experimenters*, second edition,
#   chapters 5 and 6: designs such as the one above.
# - Izmailov et al. 2018, *Averaging Weights Leads to Wider Optima*: an equal
#   average over the end of a training.
#
# Next: [chapter 9](ch09_speed.py) makes each step faster, and lets a killed
# training go on.
