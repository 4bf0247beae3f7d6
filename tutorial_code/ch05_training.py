# %% [markdown]
# # 5. Training
#
# *What is a step?*
#
# The network has 23.5 million weights, and all are random. Training is a loop
# of five steps that makes them a little better, again and again.
#
# **By the end of this chapter you will have** `make_optimizer`,
# `make_criterion` and `train_one_epoch`, written by you, and a start that is
# steady.
#
# **You need** chapters 1 to 4.

# %%
import math

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50

# %% [markdown]
# ## The loss: how wrong is it?
#
# The network gives ten logits, and we know the right class. **Cross-entropy**
# turns both into one number: it makes probabilities of the logits by softmax,
# takes that of the right class, and returns its negative logarithm. Sure and
# right: near 0. Sure and wrong: large.
#
# *Predict in a line:* a network that knows nothing gives each of ten classes a
# tenth. What is its loss?
#
# Write `make_criterion`. It returns an object that is called with logits and
# labels and gives their mean loss.


# %% tags=["exercise"]
def make_criterion() -> nn.Module:
    """Return the cross-entropy loss: logits (batch, classes) and labels
    (batch,) to their mean loss, a scalar.
    """
    return nn.CrossEntropyLoss()


# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader, _ = make_loaders(load_dataset("digits"))
    images, labels = next(iter(train_loader))
    model = ResNet50()
    criterion = make_criterion()
    print(
        f"first loss {criterion(model(images), labels).item():.3f}    ln 10 = "
        f"{math.log(10):.3f}"
    )

# %% [markdown]
# Near ln 10, as it should be. A first loss far from the logarithm of the number
# of classes is the earliest sign that something is wrong.
#
# ## The optimizer: which way is better?
#
# `backward()` computes the gradient: for each weight, how the loss changes when
# the weight grows a little. The optimizer then moves each weight against its
# gradient. We take **SGD with momentum**, as He et al. did (section 3.4). `lr`
# is the length of a step. Momentum keeps 90% of the last direction, so that the
# noise of single batches averages out. Weight decay pulls each weight a little
# towards zero.
#
# Write `make_optimizer`. Hand on each of its arguments, and all parameters of
# the model.


# %% tags=["exercise"]
def make_optimizer(
    model: nn.Module,
    lr: float = 0.03,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
) -> torch.optim.Optimizer:
    """Return SGD with momentum and weight decay over all parameters of the
    model.

    Source: He et al. 2015, section 3.4.
    """
    return torch.optim.SGD(
        model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay
    )


# %% [markdown]
# ## Why gradients must be zeroed
#
# `backward()` does not set the gradient. It adds to what is there. *Predict*
# the second number, then the third.

# %%
if __name__ == "__main__":
    line = nn.Linear(1, 1, bias=False)
    x = torch.ones(1, 1)
    line(x).sum().backward()
    print("gradient after one backward:      ", line.weight.grad.item())
    line(x).sum().backward()
    print("after another, not zeroed between:", line.weight.grad.item())
    line.zero_grad()
    line(x).sum().backward()
    print("zeroed, then backward:            ", line.weight.grad.item())

# %% [markdown]
# Forget it in a loop, and each step follows the sum of all gradients since the
# start.
#
# ## The five steps
#
# For each batch: **zero** the gradients, **forward** to the logits, compute the
# **loss**, go **backward**, and **step**. Each one changes something. Here is
# what:

# %%
if __name__ == "__main__":
    optimizer = make_optimizer(model)
    weight = model.fc.weight

    def state(step: str) -> None:
        gradient = (
            "none"
            if weight.grad is None
            else f"{weight.grad.norm().item():.3f}"
        )
        print(
            f"{step:10} weight norm {weight.norm().item():.5f}   gradient norm "
            f"{gradient}"
        )

    state("before")
    optimizer.zero_grad()
    state("zero_grad")
    logits = model(images)
    state("forward")
    loss = criterion(logits, labels)
    state("loss")
    loss.backward()
    state("backward")
    optimizer.step()
    state("step")

# %% [markdown]
# Only `backward` touches the gradient, and only `step` touches the weight.
#
# ## The exercise
#
# Write `train_one_epoch`: one pass over all batches. It returns the mean loss
# *per image*. The criterion gives the mean of a batch, and the last batch may
# be smaller. So weight each batch by its size, and divide by the number of
# images.
#
# Sum up `loss.detach()`, not `loss`. The loss holds on to the whole graph of
# its batch; a sum of losses holds on to all of them, and memory grows until it
# is full.


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
# `model.train()` switches BatchNorm to the statistics of the batch. Chapter 6
# switches it back. The sum stays on the device until the end: `.item()` in the
# loop would make a GPU wait after every batch.
#
# ## A steady start
#
# Here is a trap that catches every beginner. Take PyTorch's own initial
# weights, a learning rate that works for others, and this network. The loss
# jumps about for many epochs. Three changes make it steady.
#
# **He initialization.** Draw each convolution's weights so that the spread of
# the values stays the same from layer to layer (He et al., *Delving Deep into
# Rectifiers*, 2015).
#
# **Blocks that start as nothing.** Zero the scale of each block's last
# BatchNorm. Then $F(x) = 0$, every block gives `relu(shortcut(x))`, and a
# network of 50 layers starts as one of six. Blocks join in as they learn (Goyal
# et al., 2017, section 5.1).
#
# **Warm-up and cosine.** Begin with small steps and lengthen them during the
# first epoch, because the first gradients are the least reliable. Then shorten
# them along half a cosine wave, to 0 at the end, so that the weights settle
# (Goyal et al., section 2.2; Loshchilov and Hutter, 2017).


# %%
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
# What does each of them do? Train fresh networks for eight steps at a learning
# rate of 0.03 and watch the loss. Each row adds one change to the row above.
# *Predict in a line:* which one is steady?

# %%
if __name__ == "__main__":
    STARTS = [
        "PyTorch's own",
        "He initialization",
        "blocks start as nothing",
        "warm-up",
    ]

    def first_losses(changes: int, steps: int = 8) -> list[float]:
        torch.manual_seed(0)
        loader, _ = make_loaders(load_dataset("digits"), batch_size=16)
        model = ResNet50()
        if changes >= 1:
            initialize(model)
        if changes == 1:
            for block in (
                m for m in model.modules() if isinstance(m, Bottleneck)
            ):
                nn.init.ones_(block.bn3.weight)
        optimizer = make_optimizer(model)
        if changes >= 3:
            add_schedule(
                optimizer, total_steps=5 * len(loader), warmup_steps=len(loader)
            )
        batches = [
            batch for _, batch in zip(range(steps), loader, strict=False)
        ]
        return [
            train_one_epoch(
                model, [batch], criterion, optimizer, torch.device("cpu")
            )
            for batch in batches
        ]

    for changes, name in enumerate(STARTS):
        print(
            f"{name:24}",
            " ".join(f"{loss:5.2f}" for loss in first_losses(changes)),
        )

# %% [markdown]
# He initialization alone does not help here: BatchNorm rescales the values
# anyway. Blocks that start as nothing keep the loss within bounds, and warm-up
# keeps it near its start. Steady comes first. Low comes after.
#
# ## One batch, learned by heart
#
# The best test of a training loop takes seconds. Give it one batch, again and
# again. A sound network and a sound loop bring the loss near zero. If they
# cannot learn eight images, they will not learn a thousand.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    model = initialize(ResNet50())
    optimizer = make_optimizer(model)
    batch = [(images[:8], labels[:8])]
    losses = [
        train_one_epoch(model, batch, criterion, optimizer, torch.device("cpu"))
        for _ in range(16)
    ]
    print(" ".join(f"{loss:.3f}" for loss in losses[::3]))

# %% [markdown]
# ## Check
#
# - The first loss is near ln 10.
# - One batch can be learned by heart.
# - After one step, every weight has moved. After one epoch,
#   `num_batches_tracked` of a BatchNorm is the number of batches.
#
# ## What usually goes wrong
#
# - **`zero_grad` forgotten**, or placed between `backward` and `step`, which
#   then steps by nothing.
# - **The mean of the batch means.** With an uneven last batch it is not the
#   mean per image.
# - **`total += loss`** without `detach()`: memory grows with every batch.
# - **`model.train()` forgotten** after an evaluation: BatchNorm goes on with
#   its frozen statistics.
#
# ## Read on
#
# - He et al. 2015, section 3.4: how the authors trained.
# - Goyal et al., *Accurate, Large Minibatch SGD*, 2017: warm-up, and blocks
#   that start as nothing.
# - Loshchilov and Hutter, *SGDR*, 2017: the cosine.
#
# Next: [chapter 6](ch06_testing.py) asks whether it has learned anything.
