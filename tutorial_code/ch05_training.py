# %% [markdown]
# # 5. Training
#
# *What is a step?*
#
# The network of chapter 4 has 23.5 million weights, and nearly all of them are
# random. After every batch of images, training changes them a little: that is a
# step. It goes on until the network answers well. How far should a step go, and
# in which direction? With two weights one can see it. The figure fits a
# straight line to twelve points, and the two weights of the line are its slope
# and its offset.
#
# ![Change the learning rate, and watch the path from the start to the lowest
# point, the green cross. Every point of the map on the left is a line, and the
# rings join lines that are equally wrong. Momentum is explained further
# down.](figure:loss-surface)
#
# **By the end of this chapter you will have** written `make_criterion`,
# `make_optimizer` and `train_one_epoch`, and seen what makes the first steps of
# a deep network steady.
#
# **You need** chapters 1 to 4, above all `ResNet50` from [chapter
# 4](ch04_resnet50.py) and the two modes of BatchNorm from [chapter
# 2](ch02_layers.py).

# %%
import math
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50

# %% [markdown]
# ## A step on two weights
#
# A **loss** is one number that says how wrong a model is. For the line it is
# the mean of the squared errors $e^2$, where an error is how far the line
# passes above a point; where it passes below, the error is negative. The
# **gradient** says for each weight how fast the loss grows when this weight
# grows a little. For the slope that is the mean of $2\,e\,x$, where $x$ is the
# place of the point, and for the offset the mean of $2\,e$:

# %%
POINTS_X = torch.arange(1, 13) / 4  # (12,)
POINTS_Y = torch.tensor(  # (12,)
    [1.0, 0.6, 1.2, 0.9, 1.9, 1.8, 1.7, 2.4, 2.0, 2.8, 2.6, 2.9]
)
START = (-0.9, 2.4)  # the first slope and offset


def line_loss(weights: Tensor) -> Tensor:
    """Return the mean squared error of a line: a scalar."""
    return ((weights[0] * POINTS_X + weights[1] - POINTS_Y) ** 2).mean()


def line_gradient(weights: Tensor) -> Tensor:
    """Return the derivatives of the loss by slope and offset: (2,)."""
    errors = weights[0] * POINTS_X + weights[1] - POINTS_Y  # (12,)
    return torch.stack([2 * (errors * POINTS_X).mean(), 2 * errors.mean()])


# %% [markdown]
# PyTorch finds the same two numbers without the formula. A tensor with
# `requires_grad=True` remembers what is computed from it, and `backward()` goes
# through these computations from the last to the first and puts the gradient
# into `.grad`.

# %%
if __name__ == "__main__":
    weights = torch.tensor(START, requires_grad=True)
    line_loss(weights).backward()
    by_hand = line_gradient(torch.tensor(START))
    print("by hand", [f"{value:.3f}" for value in by_hand.tolist()])
    print("equal to PyTorch's:", torch.allclose(weights.grad, by_hand))

# %% [markdown]
# A step goes against the gradient: each weight becomes itself minus the
# gradient times a **learning rate**. This is a factor, and not the length of
# the step. With the same rate of 0.2, steps are long where the map in the
# figure is steep and short where it is flat:

# %%
if __name__ == "__main__":
    weights = torch.tensor(START)
    for step in range(1, 31):
        change = -0.2 * line_gradient(weights)
        weights = weights + change
        if step in (1, 2, 3, 10, 30):
            print(
                f"step {step:2}: length {change.norm():.3f}, "
                f"then the loss is {line_loss(weights):.3f}"
            )

# %% [markdown]
# The surface is a narrow valley. Across it the walls are steep, so the first
# steps jump from one side to the other. Along it the floor is nearly level, and
# most of the thirty steps go along it. At a rate of 0.23 the path still
# arrives, though it jumps from side to side all the way.
#
# *Predict:* What does a path do at a rate of 0.25?
#
# - It arrives a little sooner.
# - It jumps from side to side forever, at the same height.
# - It gets farther away with every step.

# %%
if __name__ == "__main__":
    for rate in (0.23, 0.25):
        weights = torch.tensor(START)
        losses = []
        for _ in range(40):
            weights = weights - rate * line_gradient(weights)
            losses.append(line_loss(weights).item())
        shown = [f"{losses[step - 1]:8.3f}" for step in (1, 10, 20, 30, 40)]
        print(f"rate {rate}: loss after 1, 10, … steps {' '.join(shown)}")
    x = POINTS_X
    curvature = 2 * torch.tensor([[(x * x).mean(), x.mean()], [x.mean(), 1]])
    flat, steep = torch.linalg.eigvalsh(curvature).tolist()
    print(f"curvature along the valley {flat:.3f}, across it {steep:.3f}")

# %% [markdown]
# It gets farther away: the training *diverges*. A rate that is only 9% larger
# looks harmless, but between the two lies a sharp edge. Across the valley the
# gradient grows with the distance from the floor, by a factor that is called
# the *curvature*, here 8.417. So a step at rate $r$ multiplies this distance by
# $1 - 8.417\,r$. That is −0.94 at 0.23 and −1.10 at 0.25, and the edge lies at
# $2 / 8.417 = 0.238$.
#
# Along the valley the curvature is 0.354, so at a rate of 0.2 each step takes
# away only 7% of what is left. The steepest direction sets the largest rate,
# and the flattest one sets how many steps it takes.
#
# A network is trained on batches, so that a step need not wait for all images.
# The gradient of a batch is an estimate, right on average, but different from
# batch to batch. Choose "4 points a batch" in the figure: near the lowest point
# the path does not come to rest. Steps against the gradients of random batches
# are called **stochastic gradient descent**, SGD.
#
# ## The loss: how wrong is it?
#
# A network that chooses among classes needs another loss. It gives a logit for
# each class, and softmax makes probabilities of them (chapter 4).
# **Cross-entropy** is minus the logarithm of one probability, that of the right
# class. Say that three logits are 2 for cat, 1 for dog and −1 for fox, and that
# the image shows a cat:

# %%
if __name__ == "__main__":
    powers = [math.exp(2), math.exp(1), math.exp(-1)]
    share = powers[0] / sum(powers)
    by_hand = -math.log(share)
    print(f"e to each logit {' '.join(f'{power:.3f}' for power in powers)}")
    print(f"probability of the cat {share:.3f}, loss {by_hand:.4f}")
    logits = torch.tensor([[2.0, 1.0, -1.0]])  # (batch, classes)
    labels = torch.tensor([0])  # (batch,): the index of the right class
    theirs = nn.CrossEntropyLoss()(logits, labels)
    print("equal to PyTorch's:", math.isclose(by_hand, theirs, rel_tol=1e-6))

# %% [markdown]
# `nn.CrossEntropyLoss()` makes an object that is called like a function, a
# **criterion**. It takes *logits* and the indices of the right classes, applies
# softmax itself, and returns the mean of the batch.
#
# *Predict a number:* A network gives the right class a probability of 0.1, and
# its loss is 2.3. What is its loss if it gives it 0.01?
#
# ![Change the three logits and the right class. First come the probabilities,
# then the loss against the probability of the right class, and last the same
# loss against the logit of the right class, with the other two logits held
# fixed.](figure:cross-entropy)
#
# It is 4.6, twice as much, although the answer is ten times as bad: each
# further factor of ten costs another 2.3. Seen against the logit, in the last
# curve, the slope is the probability minus 1. So where the answer is already
# right, the gradient of this logit is nearly 0, and where it is wrong, its size
# is at most 1, however wrong the answer is.
#
# This gives a first check of any training. A network that knows nothing gives
# each of ten classes a probability near 0.1, so its loss should be near $\ln 10
# = 2.303$.
#
# Write `make_criterion`. It takes nothing and returns an object that is called
# with logits of shape `(batch, classes)` and labels of shape `(batch,)`, and
# gives their mean cross-entropy.


# %% tags=["exercise"]
def make_criterion() -> nn.Module:
    """Return the cross-entropy loss: logits (batch, classes) and labels
    (batch,) to their mean loss, a scalar.
    """
    return nn.CrossEntropyLoss()


# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    loader, _ = make_loaders(load_dataset("digits"))
    images, labels = next(iter(loader))
    criterion = make_criterion()
    for seed in range(3):
        torch.manual_seed(seed)
        model = ResNet50()
        print(f"first loss {criterion(model(images), labels).item():.3f}")

# %% [markdown]
# All three lie a little above 2.3, since random logits are not all equal. A
# first loss of 20 or of 0.1 would be a bad sign.
#
# ## The optimizer: which way is better?
#
# What turns gradients into steps is called the **optimizer**. SGD as we have it
# steps against the last gradient alone, which in a narrow valley mostly points
# across. **Momentum** keeps a sum $v$ of the gradients, in which older ones
# count less, and steps against that sum. In PyTorch's form, with a momentum of
# 0.9, gradient $g$, learning rate $r$ and weight $w$:
#
# $$v \leftarrow 0.9\,v + g \qquad w \leftarrow w - r\,v$$
#
# Let the gradient be 1 in every step, so that the first step has the length
# $r$.
#
# *Predict a number:* How many times $r$ is the length of a step after many
# steps?

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import plots

    def sums(gradients: list[float]) -> list[float]:
        """Return v after each gradient, with a momentum of 0.9."""
        v, found = 0.0, []
        for gradient in gradients:
            v = 0.9 * v + gradient
            found.append(v)
        return found

    names = {"always 1": [1.0] * 40, "1, −1, 1, …": [1.0, -1.0] * 20}
    plots.show(
        plots.curves(
            {name: sums(gradients) for name, gradients in names.items()},
            "step",
            "v",
            colors={"always 1": plots.Y, "1, −1, 1, …": plots.F},
        ),
        name="ch05-momentum",
        caption="Compare the two lines: the sum $v$ for gradients that "
        "agree, and for gradients whose sign alternates.",
        alt="Momentum's sum over 40 steps. For a gradient that is always 1 it "
        "rises to 10; for gradients of 1 and minus 1 in turn it stays between "
        "minus 0.6 and 1.",
    )
    for name, gradients in names.items():
        ends = " ".join(f"{v:6.2f}" for v in sums(gradients * 5)[-2:])
        print(f"{name:12} after 199 and 200 steps {ends}")

# %% [markdown]
# It is 10 times $r$, since $1 + 0.9 + 0.81 + \dots = 1 / (1 - 0.9)$. It is
# tempting to expect 1, because momentum sounds like an average. It is a sum.
# Gradients that agree, as along the valley, add up to ten of themselves, and
# those whose sign alternates, as across it, to about half of one.
#
# Here are forty steps at a small rate, without and with momentum. The function
# also has **weight decay**, which adds a little of each weight to its gradient
# and so pulls the weight toward zero. The idea is that a model with small
# weights cannot follow every detail of its training data. What it does to a
# convolution before a BatchNorm is another matter (chapter 8).


# %%
def descend(
    rate: float, momentum: float = 0.0, decay: float = 0.0, steps: int = 40
) -> Tensor:
    """Return slope and offset of the line after some steps of SGD: (2,)."""
    weights, v = torch.tensor(START), torch.zeros(2)
    for _ in range(steps):
        gradient = line_gradient(weights) + decay * weights
        v = momentum * v + gradient
        weights = weights - rate * v
    return weights


if __name__ == "__main__":
    for momentum in (0.0, 0.9):
        loss = line_loss(descend(0.02, momentum))
        print(f"rate 0.02, momentum {momentum}: loss {loss:.3f}")

# %% [markdown]
# With momentum, 40 steps go nearly all the way along the valley, and without it
# about a quarter of it; try both in the figure at the top. The price is that
# the path swings: what has gathered speed runs past the lowest point. PyTorch's
# own SGD makes these very steps.

# %%
if __name__ == "__main__":
    weights = torch.tensor(START, requires_grad=True)
    sgd = torch.optim.SGD([weights], lr=0.05, momentum=0.9, weight_decay=0.1)
    for _ in range(40):
        sgd.zero_grad()
        line_loss(weights).backward()
        sgd.step()
    ours = descend(0.05, momentum=0.9, decay=0.1)
    print("equal to PyTorch's:", torch.allclose(weights, ours, atol=1e-5))

# %% [markdown]
# He et al. (section 3.4) trained with a momentum of 0.9, a weight decay of
# 0.0001, a rate of 0.1 and batches of 256 images. Our batches and our rate are
# smaller, and our weight decay is 0.0005.
#
# Write `make_optimizer`. It takes a model and three settings, and returns
# PyTorch's SGD over *all* parameters of the model, with each of the settings
# passed on. `model.parameters()` gives the parameters.


# %% tags=["exercise"]
def make_optimizer(
    model: nn.Module,
    lr: float = 0.03,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
) -> torch.optim.Optimizer:
    """Return SGD with momentum and weight decay over all parameters of the
    model.

    Source: He et al. 2015, section 3.4, with another rate and decay.
    """
    return torch.optim.SGD(
        model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay
    )


# %% [markdown]
# ## Why gradients must be zeroed
#
# The loop with PyTorch's SGD has a line that was not explained:
# `sgd.zero_grad()`. `backward()` does not *set* the gradient, it *adds* to what
# is there. That is right where one weight is used in several places. From one
# batch to the next it is not:

# %%
if __name__ == "__main__":
    line = nn.Linear(1, 1, bias=False)
    x = torch.ones(1, 1)
    line(x).sum().backward()
    print("gradient after one backward:      ", line.weight.grad.item())
    line(x).sum().backward()
    print("after another, not zeroed between:", line.weight.grad.item())
    line.zero_grad()
    print("after zero_grad:                  ", line.weight.grad)
    line(x).sum().backward()
    print("zeroed, then backward:            ", line.weight.grad.item())

# %% [markdown]
# Without `zero_grad()` every step follows the sum of all gradients since the
# start. (A zeroed gradient is `None`.)
#
# ## The five steps
#
# For every batch, a training loop does five things: it *zeroes* the gradients,
# runs the network *forward* to the logits, computes the *loss*, goes *backward*
# and makes a *step*. Four things can change: the weights; the gradients; the
# sums $v$ that momentum keeps; and the running statistics of BatchNorm.
#
# *Predict:* Which of the five changes the running statistics?
#
# - forward
# - backward
# - step
#
# ![Go through the steps one by one, or click on one. Each small letter is what
# a thing holds after the step, with the number of the batch that it comes from.
# Color marks what the step has changed.](figure:five-steps)
#
# Forward does. That is easy to miss: running a network sounds like looking, not
# like touching. In training mode BatchNorm moves its statistics with every
# batch that passes through, whether or not a step follows. Momentum's sum
# survives `zero_grad`, because the optimizer keeps it elsewhere.
#
# The same in numbers, for one weight, its gradient, the running mean of one
# channel, and momentum's sum $v$ (velocity), to which weight decay has added
# 0.0005 of the weight. (The running mean is not 0 at the beginning, because
# this network has already met one batch above.)


# %% tags=["folded", "covered", "tutorial-names"]
class Seen(NamedTuple):
    """Four numbers, as they are after a step; None is for what is not there."""

    step: str
    values: dict[str, float | None]


def watch_steps(
    model: ResNet50,
    batches: Iterable[tuple[Tensor, Tensor]],
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> list[Seen]:
    """Train on some batches; return one weight, its gradient, its sum in the
    momentum, and a running mean, before the first step and after each one.
    """
    weight = model.fc.weight
    seen = []

    def look(step: str) -> None:
        def first(tensor: Tensor | None) -> float | None:
            return None if tensor is None else tensor.flatten()[0].item()

        values = {
            "weight": first(weight),
            "gradient": first(weight.grad),
            "running mean": first(model.bn1.running_mean),
            "velocity": first(optimizer.state[weight].get("momentum_buffer")),
        }
        seen.append(Seen(step, values))

    look("before")
    for images, labels in batches:
        optimizer.zero_grad()
        look("zero_grad")
        logits = model(images)
        look("forward")
        loss = criterion(logits, labels)
        look("loss")
        loss.backward()
        look("backward")
        optimizer.step()
        look("step")
    return seen


if __name__ == "__main__":
    batches = [(images[:8], labels[:8]), (images[8:16], labels[8:16])]
    seen = watch_steps(model, batches, criterion, make_optimizer(model))
    print(f"{'':10}", *(f"{thing:>12}" for thing in seen[0].values))
    for step, values in seen:
        numbers = [
            f"{'none' if value is None else f'{value:.5f}':>12}"
            for value in values.values()
        ]
        print(f"{step:10}", *numbers)

# %% [markdown]
# ## Devices and modes
#
# A tensor lives on a *device*, the CPU or a GPU, and PyTorch computes only with
# what lies on one device. For a network, `.to(device)` moves the parameters in
# place. For a tensor, it returns a moved copy and leaves the old one where it
# is. To show this on every machine we use PyTorch's pretend device, `meta`,
# which holds shapes and no numbers.

# %%
if __name__ == "__main__":
    x, line = torch.ones(2, 3), nn.Linear(3, 1)
    x.to("meta")
    line.to("meta")
    print("the tensor is on", x.device, "and the layer on", line.weight.device)
    x = x.to("meta")
    print("now the tensor is on", x.device, "too")

# %% [markdown]
# So a loop writes `images = images.to(device)` for each batch. Whoever made the
# network called `model.to(device)` once.
#
# `model.train()` switches the whole network to training mode, in which
# BatchNorm uses the statistics of the batch, and `model.eval()` switches it to
# evaluation mode. A new network is in training mode, but after a test it is
# not. So a loop that trains begins with `model.train()`.
#
# ## The exercise
#
# Write `train_one_epoch`: it trains a model on every batch of a loader once,
# and returns the mean loss *per image* as a plain number. You are given the
# model, the loader, the criterion, the optimizer and the device. Begin with
# training mode, move each batch to the device, and take the five steps in
# order.
#
# The criterion gives the mean of a batch, and the last batch may be smaller.
# Four images with a mean loss of 1 and one image with a loss of 3 have a mean
# of 1.4 per image, and not of 2. So multiply each batch's loss by its number of
# images, and divide by the number of all images at the end.
#
# Add up `loss.detach()` or `loss.item()`, not `loss` itself, which would hold
# on to more than a number.


# %% tags=["exercise"]
def train_one_epoch(
    model: nn.Module,
    loader: DataLoader,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> float:
    """Train the model on every batch of the loader once, one optimizer step a
    batch.

    Args:
        model: maps images (batch, 3, h, w) to logits (batch, classes); it is on
            ``device``.
        loader: gives pairs of images and labels (batch,).
        criterion: maps logits and labels to the mean loss of the batch.
        optimizer: holds the model's parameters.
        device: where the batches are moved to.

    Returns:
        The mean loss per image, each taken before the step that its batch
        caused.
    """
    model.train()
    total_loss = torch.zeros((), device=device)
    total_images = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        logits = model(images)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.detach() * len(labels)
        total_images += len(labels)
    return total_loss.item() / total_images


# %% [markdown]
# The solution keeps its sum on the device: in the loop, `.item()` would make
# the program wait for a GPU after every batch.
#
# ## What a loss holds on to
#
# For `backward()`, a loss remembers the whole computation that led to it: a
# *graph* with a node for each operation, and the values that each node needs.
# Here is what is still alive for the loss of eight images, and for the sum of
# three such losses, in a loop that trains and in one that tests.

# %% tags=["folded"]
if __name__ == "__main__":
    import weakref

    class Saved:
        """A value that the graph saves for backward."""

        def __init__(self, value: Tensor) -> None:
            self.value = value

    alive: weakref.WeakSet[Saved] = weakref.WeakSet()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def save(value: Tensor) -> Saved:
        saved = Saved(value)
        alive.add(saved)
        return saved

    def print_alive(when: str, loss: Tensor) -> None:
        """Print how much the graph of a loss keeps, the weights aside."""
        storages = [saved.value.untyped_storage() for saved in alive]
        sizes = {s.data_ptr(): s.nbytes() for s in storages}
        kept = sum(sizes[place] for place in sizes.keys() - weights)
        nodes, waiting = set(), [loss.grad_fn]
        while waiting:
            node = waiting.pop()
            # Nodes without a following one are the weights' own.
            if node is not None and node.next_functions and node not in nodes:
                nodes.add(node)
                waiting += [following for following, _ in node.next_functions]
        print(f"{when:15} {kept / 1e6:5.1f} MB  {len(nodes):3} nodes")

    with torch.autograd.graph.saved_tensors_hooks(save, lambda s: s.value):
        loss = criterion(model(images[:8]), labels[:8])
        print_alive("a loss", loss)
        loss.backward()
        print_alive("after backward", loss)
        for backward in (True, False):
            total = torch.zeros(())
            for _ in range(3):
                loss = criterion(model(images[:8]), labels[:8])
                if backward:
                    loss.backward()
                total = total + loss
            kind = "trained" if backward else "tested"
            print_alive(f"three, {kind}", total)
        del loss, total

# %% [markdown]
# `backward()` frees the saved values, even while the loss is still there. What
# a sum of losses keeps in a training loop are the nodes: little for each batch,
# but more with every batch. In a test loop nobody calls `backward()`, so the
# saved values of all batches stay as well. Chapter 6 has the remedy.
#
# ## One batch, memorized
#
# A good test of a training loop takes seconds: show it the same eight images
# again and again. If it cannot learn these, it will not learn a thousand. We
# take a fresh `ResNet50`, eight digits and a learning rate of 0.03, and make
# ten steps.
#
# *Predict:* What does the loss do in these ten steps?
#
# - It falls to nearly 0.
# - It falls slowly, and is still above 1 at the end.
# - It jumps up and down, most of the time above its start.


# %%
def memorize(model: nn.Module, steps: int = 10) -> list[float]:
    """Train on the same eight images; return the loss before each step."""
    torch.manual_seed(0)
    loader, _ = make_loaders(load_dataset("digits"), batch_size=8)
    batch = next(iter(loader))
    criterion, optimizer = make_criterion(), make_optimizer(model)
    cpu = torch.device("cpu")
    return [
        train_one_epoch(model, [batch], criterion, optimizer, cpu)
        for _ in range(steps)
    ]


if __name__ == "__main__":
    for seed in range(3):
        torch.manual_seed(seed)
        losses = memorize(ResNet50())
        print(" ".join(f"{loss:6.2f}" for loss in losses))

# %% [markdown]
# It jumps up and down, with all three seeds. It is wise to suspect the loop
# first, but this one is right. With these first weights a rate of 0.03 seems to
# lie beyond an edge like that of the valley: one needs a smaller rate, or a
# start that can bear this one.
#
# ## A steady start
#
# The recorded run `steady-start` trains the whole network on the digits for 60
# steps, in batches of 64 and at a rate of 0.04. It compares three starts: the
# weights that PyTorch gives to every new layer; He initialization, which draws
# the weights of the convolutions with a chosen spread; and He initialization
# with the scale of each block's last BatchNorm set to zero. The last two are
# explained below the figure.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import tables

    recorded = tables.recorded_run("steady-start").rows("curves.jsonl")

    def losses_of(weights: str, lr: float, warmup: bool) -> Tensor:
        """Return the recorded losses of a start: (seeds, steps)."""
        wanted = {"weights": weights, "lr": lr, "warmup": warmup}
        rows = [row for row in recorded if wanted.items() <= row.items()]
        return torch.tensor([row["losses"] for row in rows])

    def draw(
        starts: dict[str, tuple[Tensor, str]], log: bool = True
    ) -> plots.Figure:
        """Draw the mean loss of each start, and a thin line for each seed."""
        means = {
            name: losses.log().mean(dim=0).exp().tolist()
            for name, (losses, _) in starts.items()
        }
        colors = {name: color for name, (_, color) in starts.items()}
        label = "loss of the batch"
        figure = plots.curves(means, "step", label, log, colors=colors)
        for losses, color in starts.values():
            for each in losses:
                steps = range(1, len(each) + 1)
                figure.axes[0].plot(steps, each, color=color, linewidth=0.4)
        return figure

    def print_starts(starts: dict[str, tuple[Tensor, str]]) -> None:
        """Print the highest loss of each seed, and the mean of the last ten."""
        print(f"{'':16}  highest loss of 3 seeds  mean of the last ten steps")
        for name, (losses, _) in starts.items():
            most = " ".join(f"{loss:6.1f}" for loss in losses.amax(dim=1))
            ends = losses[:, -10:].mean(dim=1)
            print(
                f"{name:16}  {most}    " + " ".join(f"{x:5.2f}" for x in ends)
            )

    zero = "He, last scale zero"
    starts = {
        "PyTorch's own": (losses_of("PyTorch's own", 0.04, False), plots.F),
        "He": (losses_of("He", 0.04, False), plots.X),
        "last scale zero": (losses_of(zero, 0.04, False), plots.Y),
    }
    plots.show(
        draw(starts),
        name="ch05-steady-start",
        caption="Compare how high the three curves rise. Thick lines are "
        "means of the logarithms, thin ones the three seeds; the axis is "
        "logarithmic.",
        alt="Loss over 60 steps from three starts. With PyTorch's own weights "
        "and with He initialization it jumps far above 10; with the last scale "
        "of each block at zero it rises to less than 5 and then falls.",
    )
    print_starts(starts)

# %% [markdown]
# With PyTorch's own weights the loss jumps to many times its start, and He
# initialization does not mend it. The last scale of zero does: the loss rises
# to less than 5, and then it falls.
#
# **He initialization** draws the weights of a convolution from a normal
# distribution with a variance of $2 / n$ (He et al. 2015, *Delving Deep into
# Rectifiers*, section 2.2). The 2 makes up for ReLU, which sets half of the
# values to 0. For $n$ there are two choices: *fan_in*, the `in_channels ×
# kernel × kernel` products that each output adds up, or *fan_out*, the
# `out_channels × kernel × kernel` products that each input goes into. To see
# what either one keeps, we send values through a 1×1 convolution and a ReLU,
# and a random gradient back.

# %% tags=["folded"]
if __name__ == "__main__":

    def size(tensor: Tensor) -> float:
        return tensor.square().mean().sqrt().item()

    torch.manual_seed(0)
    print(
        "channels   n        values, after / before  gradient, before / after"
    )
    for channels in ((64, 256), (256, 64)):
        for mode in ("fan_in", "fan_out"):
            ratios = []
            for _ in range(50):
                conv = nn.Conv2d(*channels, 1, bias=False)
                nn.init.kaiming_normal_(
                    conv.weight, mode=mode, nonlinearity="relu"
                )
                x = torch.randn(8, channels[0], 4, 4).relu().requires_grad_()
                y = torch.relu(conv(x))
                grad = torch.randn_like(y)
                y.backward(grad)
                ratios.append([size(y) / size(x), size(x.grad) / size(grad)])
            forward, backward = torch.tensor(ratios).mean(dim=0).tolist()
            name = f"{channels[0]} to {channels[1]}"
            print(f"{name:10} {mode:7} {forward:22.2f} {backward:25.2f}")

# %% [markdown]
# With `fan_in` the values keep their size on the way forward, with `fan_out`
# the gradient on the way back. We take `fan_out`, as torchvision does. We keep
# He initialization because it is usual for residual networks (Goyal et al.
# 2017, section 5.1); our run does not show that it helps by itself.
#
# In our network BatchNorm rescales the output of every convolution (chapter 2),
# so the size of the weights does not change what the fresh network computes in
# training mode. But it changes how far a step moves the network. Here are a
# convolution and a BatchNorm, before and after the weights are doubled:

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    conv, norm = nn.Conv2d(16, 16, 3, bias=False), nn.BatchNorm2d(16)
    x, target = torch.randn(8, 16, 8, 8), torch.randn(8, 16, 6, 6)
    for name in ("as drawn", "twice as large"):
        conv.zero_grad()
        loss = ((norm(conv(x)) - target) ** 2).mean()
        loss.backward()
        sizes = [conv.weight.norm().item(), conv.weight.grad.norm().item()]
        print(
            f"{name:14}  loss {loss:.4f}  weights {sizes[0]:.3f}  "
            f"gradient {sizes[1]:.3f}"
        )
        with torch.no_grad():
            conv.weight *= 2

# %% [markdown]
# The loss is the same, and the gradient is half as large. So at the same rate a
# step is half as long, and relative to the doubled weights it is a quarter as
# long (van Laarhoven 2017). The size of the first weights acts like a second
# learning rate.
#
# **A last scale of zero.** Set the scale of each block's last BatchNorm to
# zero. Then $F(x) = 0$, and a block passes on what its shortcut gives, as
# [chapter 3](ch03_bottleneck.py) showed. Between the stem and the classifier an
# image then only meets the four projections (Goyal et al. 2017, section 5.1).
# The blocks join in as their scales grow.


# %% tags=["tutorial-names"]
def initialize(model: nn.Module) -> nn.Module:
    """Give convolutions He initialization and let every bottleneck block start
    as its shortcut; return the model.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(
                module.weight, mode="fan_out", nonlinearity="relu"
            )
    for module in model.modules():
        if isinstance(module, Bottleneck):
            nn.init.zeros_(module.bn3.weight)
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    model = initialize(ResNet50())
    for step in (1, 2):
        memorize(model, steps=1)
        found = [p.grad for p in model.parameters() if p.grad is not None]
        none = sum(not grad.any() for grad in found)
        print(
            f"step {step}: the gradient is exactly zero for {none} of "
            f"{len(found)} tensors"
        )

# %% [markdown]
# In the first step no gradient gets past a scale of zero. Before it lie, in
# each of the 16 blocks, three convolutions and the scales and shifts of two
# BatchNorms: 112 tensors in all. The last scales themselves do get a gradient,
# so after one step they are not zero any more, and everything learns.
#
# **Warm-up** begins with a small rate and raises it linearly, here during the
# first epoch. Goyal et al. (section 2.2) use it because the network changes
# rapidly in its first steps. What it buys is that a larger rate becomes
# tolerable (Kalra and Barkeshli 2024). Here it is, beside the same rate without
# it, and beside a rate that stays small:

# %% tags=["folded"]
if __name__ == "__main__":
    starts = {
        "0.04 at once": (losses_of(zero, 0.04, False), plots.X),
        "warm-up to 0.04": (losses_of(zero, 0.04, True), plots.Y),
        "0.005 throughout": (losses_of(zero, 0.005, False), plots.F),
    }
    plots.show(
        draw(starts, log=False),
        name="ch05-warm-up",
        caption="Compare the first 23 steps, which are the first epoch, with "
        "the rest. All start with He initialization and a last scale of zero.",
        alt="Loss over 60 steps: at a rate of 0.04 at once, after a warm-up to "
        "it, and at a constant rate of 0.005.",
    )
    starts["0.16 at once"] = (losses_of(zero, 0.16, False), "")
    starts["warm-up to 0.16"] = (losses_of(zero, 0.16, True), "")
    print_starts(starts)

# %% [markdown]
# With two of the seeds warm-up takes away most of the rise of the first epoch,
# and with the third it only puts it off. A rate that stays small has hardly any
# rise. At 0.16 the loss jumps even with a warm-up. And on average neither the
# warm-up nor the small rate ends lower than a rate of 0.04 at once. The lowest
# end of the whole recorded run is another one: PyTorch's own weights at a rate
# of 0.005 rise to 5.3 at most and end at 0.59 on average. So sixty steps show
# what a large rate does at first, and not what any of these changes is worth.
# [Chapter 8](ch08_learning.py) measures warm-up and the last scale of zero in
# longer trainings.
#
# After the warm-up the rate falls along half a wave of a cosine, to 0 at the
# end (Loshchilov and Hutter 2017), so that the path comes to rest. Here is the
# schedule of a training of seven epochs, and what such a fall does for the
# line.


# %%
def warmup_cosine(step: int, total_steps: int, warmup_steps: int) -> float:
    """Return the factor on the learning rate for a step counted from 0: up in a
    line, then down along a cosine.
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def add_schedule(
    optimizer: torch.optim.Optimizer, total_steps: int, warmup_steps: int
) -> LambdaLR:
    """Let every ``optimizer.step()`` move the learning rate on, so that the
    training loop stays as it is.
    """
    schedule = LambdaLR(
        optimizer, lambda step: warmup_cosine(step, total_steps, warmup_steps)
    )
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    return schedule


# %% [markdown]
# `LambdaLR` multiplies the optimizer's rate by what our function returns, and a
# *hook*, a function that PyTorch calls after every step, moves it on.

# %% tags=["folded"]
if __name__ == "__main__":

    def distance(cosine: bool, seed: int, steps: int = 200) -> float:
        """Return how far the loss of the line ends above the lowest."""
        torch.manual_seed(seed)
        weights = torch.tensor(START)
        for step in range(steps):
            batch = torch.randperm(12)[:4]
            x, y = POINTS_X[batch], POINTS_Y[batch]
            errors = weights[0] * x + weights[1] - y
            gradient = 2 * torch.stack([(errors * x).mean(), errors.mean()])
            factor = warmup_cosine(step, steps, 0) if cosine else 1.0
            weights = weights - 0.15 * factor * gradient
        return (line_loss(weights) - line_loss(descend(0.2, steps=500))).item()

    factors = [warmup_cosine(step, 161, 23) for step in range(161)]
    plots.show(
        plots.curves(
            {"factor": factors}, "step", "factor on the rate", first=0
        ),
        name="ch05-schedule",
        caption="Follow the factor on the learning rate: up during the first "
        "of seven epochs of 23 steps, then down to 0.",
        alt="The factor on the learning rate over 161 steps: a straight line "
        "up to 1 in the first 23 steps, then half a cosine wave down to 0.",
    )
    print("the line of twelve points, after 200 batches of four:")
    for cosine in (False, True):
        ends = [distance(cosine, seed) for seed in range(20)]
        name = "along a cosine" if cosine else "constant rate"
        print(
            f"{name:15} loss above the lowest: {sum(ends) / 20:.5f} on average"
        )

# %% [markdown]
# With a rate that falls to 0, the path ends more than twenty times closer to
# the lowest loss.
#
# Here are the eight images again, with the same loop, the same rate, and
# `initialize`:

# %% tags=["folded"]
if __name__ == "__main__":
    memorized = {}
    for seed in range(3):
        torch.manual_seed(seed)
        memorized[f"seed {seed}"] = memorize(initialize(ResNet50()))
    plots.show(
        plots.curves(
            memorized,
            "step",
            "loss",
            colors=dict(
                zip(memorized, (plots.F, plots.X, plots.Y), strict=True)
            ),
        ),
        name="ch05-one-batch",
        caption="Look at the right end: eight images, memorized in ten steps, "
        "with three seeds.",
        alt="The loss of the same eight images over ten steps, for three "
        "seeds: it falls from above 2 to nearly 0.",
    )
    for losses in memorized.values():
        print(" ".join(f"{loss:6.2f}" for loss in losses))

# %% [markdown]
# Now they are memorized. Do this with every new loop and every new network,
# before you spend an hour on a real training.
#
# ## What goes wrong
#
# - **`zero_grad()` is forgotten.** For some steps nothing seems wrong. Then the
#   loss rises, and jumps about between 2 and 17. Nothing is learned.
# - **`zero_grad()` stands between `backward()` and `step()`.** The step finds
#   no gradient, so no weight ever moves, and the loss stays where it began.
# - **`train()` is forgotten.** The first epoch is right, because a new network
#   is in training mode. Then a test switches to evaluation mode, and nobody
#   switches back. The loss jumps to 7 and more, and comes down slowly:
#   BatchNorm goes on with the statistics of the first epoch, while the weights
#   change.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    three = {
        "no-zero-grad": "no zero_grad()",
        "zero-grad-before-step": "zeroed before step()",
        "no-train-mode": "no train()",
    }
    mistake_curves.show_mistakes(
        three,
        name="ch05-mistakes",
        caption="Compare each mistake (red) with the right loop (green), three "
        "seeds each: the loss of every batch, and the accuracy on the "
        "test images after each epoch. Losses above 5 are drawn at the edge. "
        "(A ResNet-50 of a quarter of the width, on the digits.)",
        alt="Loss by step and test accuracy by epoch of three mistakes beside "
        "the right loop. Without zero_grad the loss jumps far above its start; "
        "zeroed before the step it stays at 2.3; without train it jumps after "
        "the first epoch and falls slowly.",
    )
    mistake_curves.print_mistakes(three)

# %% [markdown]
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - A step moves every weight against its gradient times a learning rate; if
#   that rate is above the limit that the steepest direction sets, the path
#   diverges; and momentum adds up what the gradients have in common.
# - A loop zeroes the gradients, runs forward, computes the loss, goes backward
#   and steps; forward moves BatchNorm's statistics, backward adds to the
#   gradients, and only the step moves the weights.
# - Whether the first steps of a deep network are steady depends on its first
#   weights and on the rate, and one small batch that is memorized shows it
#   within seconds.
#
# ## Three questions
#
# *Question:* A friend's network for 100 classes has a first loss of 4.6. Is
# that a bad sign?
#
# *Answer:* No. A network that knows nothing gives each of 100 classes a
# probability near 0.01, and $\ln 100 = 4.6$. It is what one expects.
#
# *Question:* You raise the momentum from 0.9 to 0.99 and change nothing else.
# How much longer can steps become, and what would you do about it?
#
# *Answer:* Ten times as long. Gradients that agree now add up to a hundred of
# themselves, where they added up to ten. A tenth of the learning rate makes up
# for it.
#
# *Question:* A loop calls `backward()` twice for each batch and `step()` once.
# What does the step follow?
#
# *Answer:* Twice the gradient of the batch, because `backward()` adds. (The
# second call needs `retain_graph=True`, since the first one frees what it
# used.) With the same rate, the steps are twice as long.
#
# ## Read on
#
# - He et al., *Deep Residual Learning for Image Recognition*, 2015: section 3.4
#   for the settings, section 4.2 for a warm-up.
# - He et al., *Delving Deep into Rectifiers*, 2015: section 2.2, for both ways
#   of keeping a size.
# - Goyal et al., *Accurate, Large Minibatch SGD*, 2017: sections 2.2 and 5.1.
# - Loshchilov and Hutter, *SGDR*, 2017: the cosine.
# - Kalra and Barkeshli, [*Why Warmup the Learning
#   Rate?*](https://arxiv.org/abs/2406.09405), 2024.
# - van Laarhoven, [*L2 Regularization versus Batch and Weight
#   Normalization*](https://arxiv.org/abs/1706.05350), 2017.
#
# Next: [chapter 6](ch06_testing.py) asks whether it has learned anything.
