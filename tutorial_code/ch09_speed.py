# %% [markdown]
# # 9. Running faster, and safely
#
# *Where does the time go, and what must a checkpoint hold?*
#
# By the full recipe of chapter 8, two cores of a CPU train ResNet-50 on
# photographs in about two and a half hours, and it is then right on 89.7% of
# the test photographs. A large GPU takes less than three minutes, even for a
# stem that costs four times as much (the recorded runs `full-cpu` and
# `full-gpu`). Two questions decide whether you will do it. Can each step take
# less time and still compute the same? And if the machine stops in the middle,
# what is lost?
#
# Every operation of a network does two things: it computes, and it moves
# numbers between memory and the processor. Whichever takes longer decides how
# long the operation takes.
#
# ![Choose an operation, and see what limits it. The sloping line is the fastest
# copying that was measured, the level one the fastest product of large
# matrices.](figure:roofline)
#
# **By the end of this chapter you will have** seen where every millisecond of
# a training step goes, measured five ways to make it faster, and written a
# checkpoint from which a killed training goes on.
#
# **You need** chapters 1 to 8.

# %%
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    add_schedule,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.data.device_loader import make_device_loaders
from tutorial_code.shared import plots, tables

CPU = torch.device("cpu")

# %% [markdown]
# ## Computing, or waiting for memory?
#
# Take the ReLU in the stem, with a batch of 128 images and 64 channels of
# 16×16 positions. It looks at each number once: one operation. For that it
# reads four bytes and writes four. So it does an eighth of an operation per
# byte, and this ratio is called its **arithmetic intensity**.
#
# A 3×3 convolution from 64 to 64 channels reads and writes just as much, and
# its weights besides. But each number that it writes takes 3 · 3 · 64
# multiplications and as many additions.


# %%
def conv_intensity(
    images: int, channels: int, side: int, kernel: int, bytes_each: int = 4
) -> float:
    """Return the operations per byte of a convolution that keeps the number of
    channels and the sides, if each number is moved only once.
    """
    numbers = images * channels * side**2
    weights = channels**2 * kernel**2
    operations = 2 * numbers * channels * kernel**2
    return operations / (bytes_each * (2 * numbers + weights))


if __name__ == "__main__":
    print("ReLU           ", 1 / 8, "operations per byte")
    for kernel in (1, 3):
        intensity = conv_intensity(128, 64, 16, kernel)
        print(f"{kernel}×{kernel} convolution {intensity:6.1f}")

# %% [markdown]
# A processor that computes 100 billion operations a second, and a memory that
# delivers 10 billion bytes a second, fit each other at ten operations per byte.
# Below that the processor waits, and a faster one would not help. Above it the
# memory waits. A drawing of this is the **roofline** above (Williams, Waterman
# and Patterson 2009): speed over intensity, with a roof that slopes where
# memory decides and is level where computing decides.
#
# *Predict:* in a real training step, how near does the ReLU come to the
# memory's best speed?
#
# - It reaches less than a tenth: Python and the rest take the time.
# - It reaches about a half.
# - It reaches more than four fifths.

# %% tags=["folded"]
if __name__ == "__main__":
    run = tables.recorded_run("roofline-cpu")
    rows = run.rows()
    roofs = {row["roof"]: row for row in rows if "roof" in row}
    kinds = [row for row in rows if "kind" in row]
    steps = list(dict.fromkeys(row["step"] for row in kinds))
    plain = [row for row in kinds if row["step"] == steps[0]]
    for row in plain:
        if row["kind"] in ("3×3 convolutions", "BatchNorm", "ReLU"):
            print(f"{row['kind']:18} {row['gb_per_second']:5.1f} GB/s")
    print(
        f"memory at best {roofs['memory']['gb_per_second']:.0f} GB/s, cache "
        f"{roofs['cache']['gb_per_second']:.0f} GB/s"
    )

# %% [markdown]
# More than four fifths. BatchNorm does only a handful of operations with each
# number, so memory limits it, too, and yet it seems to move less than half as
# many bytes a second. Part of the reason is how bytes are counted: BatchNorm
# reads a batch twice, for its statistics and to normalize it, and the record
# counts each number once. The 3×3 convolutions keep the memory waiting. (The
# **cache** is a small and fast memory inside the processor.)
#
# ## One step, taken apart
#
# Every operation of PyTorch, also those of `backward`, goes through one place
# before it is computed, and at that place a `TorchDispatchMode` puts a function
# of our own. It calls the operation and takes the time.


# %%
class Stopwatch(TorchDispatchMode):
    """Adds up the seconds of all operations on a CPU, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, float] = defaultdict(float)

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        start = time.perf_counter()
        result = operation(*args, **(kwargs or {}))
        name = operation.overloadpacket.__name__
        self.seconds[name] += time.perf_counter() - start
        return result


# %% [markdown]
# For your own networks you would use `torch.profiler`, which also sees a GPU.
# Here is one step of ResNet-50 with 32 digits under the stopwatch, after one
# step that warms up.
#
# *Predict:* which share of the step do the convolutions take, forward and
# backward together?
#
# - A quarter: there are as many BatchNorms and ReLUs as convolutions.
# - About a half.
# - More than two thirds.

# %%
KINDS = {
    "convolution": "convolutions",
    "batch_norm": "BatchNorm",
    "relu": "ReLU",
    "threshold": "ReLU",  # the derivative of a ReLU
}

if __name__ == "__main__":
    torch.manual_seed(0)
    loader, _ = make_device_loaders(load_dataset("digits"), 32, CPU)
    batch = [next(iter(loader))]
    model, criterion = ResNet50(), make_criterion()
    optimizer = make_optimizer(model)
    train_one_epoch(model, batch, criterion, optimizer, CPU)
    with Stopwatch() as stopwatch:
        train_one_epoch(model, batch, criterion, optimizer, CPU)
    with Stopwatch() as of_optimizer:
        optimizer.step()  # once more, by itself: additions have no owner
    times = {"optimizer": sum(of_optimizer.seconds.values())}
    times |= {kind: 0.0 for kind in (*KINDS.values(), "the rest")}
    for name, seconds in stopwatch.seconds.items():
        found = [kind for part, kind in KINDS.items() if part in name]
        times[found[0] if found else "the rest"] += seconds
    times["the rest"] = max(0, times["the rest"] - times["optimizer"])
    whole = sum(times.values())
    for kind, seconds in sorted(times.items(), key=lambda item: -item[1]):
        print(f"{kind:13} {seconds / whole:4.0%}")

# %% [markdown]
# More than two thirds. There are as many BatchNorms as convolutions, and nearly
# as many ReLUs. But a convolution does hundreds of operations with each number
# that it reads, and BatchNorm and ReLU do one or a few. Of the four named kinds
# the optimizer comes second here: it changes 23.5 million weights, however few
# the images are. The rest is adding the shortcuts, copying, and the loss.
#
# ## Five ways to make a step faster
#
# **Images on the device.** A `DataLoader` prepares image after image in Python.
# All of CIFAR-10 is 184 MB, so the full recipe puts it on the device once and
# prepares a whole batch by a few operations (`device_loader.py`).
#
# **Channels last.** At each position a convolution adds up over all channels.
# PyTorch stores each image channel by channel. With *channels last*, the
# channels of a position stand side by side, so that a convolution reads in one
# piece what it adds up.
#
# ![Switch the order, and choose a pixel: where in memory do its three values
# stand?](figure:memory-order)
#
# **Numbers of 16 bits.** A **bf16** number has the range of a 32-bit number
# (fp32) and 8 bits of precision in place of 24: between two and three decimal
# digits. Half the bytes are moved, and many processors multiply twice as many
# of them at a time. The weights and the optimizer stay in fp32.
#
# ![The same number in three formats: fp16 has more digits than bf16, and less
# range.](figure:number-formats)
#
# *Predict:* `torch.tensor(256.0).bfloat16() + 1` is computed in bf16. What is
# the result?
#
# - 257
# - 256
# - 258

# %%
if __name__ == "__main__":
    start = torch.tensor(256.0).bfloat16()
    print(f"256 + 1 = {(start + 1).item():.0f}")
    print(f"256 + 2 = {(start + 2).item():.0f}")
    weight = torch.tensor(0.1).bfloat16()
    print("0.1 + 0.0001 is 0.1:", bool(weight + 0.0001 == weight))

# %% [markdown]
# It is 256. With 8 bits of precision the next number after 256 is 258, and 257
# lies halfway and is rounded to the neighbor whose last bit is 0. The last line
# is why the weights stay in fp32: a weight of 0.1 does not notice a step of
# 0.0001. Inside a convolution the sums are kept in fp32, so only what goes in
# and comes out is rounded (Kalamkar et al. 2019).
#
# `torch.autocast` computes convolutions and products in bf16, and leaves the
# loss in fp32. It is wrapped around the network, and so is the change of the
# channels' order, so that the loops stay as they are.


# %%
class Accelerated(nn.Module):
    """A network that computes in ``fp32`` or ``bf16``, with channels last where
    asked; its logits are float32.

    ``compiled`` is the same network, compiled, for training. Testing is too
    short for it to pay.
    """

    def __init__(
        self,
        model: nn.Module,
        precision: str,
        compiled: nn.Module | None = None,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.model = model
        self.precision = precision
        self.channels_last = channels_last
        # no submodule: its weights are the model's
        self.__dict__["compiled"] = compiled

    def forward(self, images: Tensor) -> Tensor:
        if self.channels_last and images.device.type != "mps":
            images = images.contiguous(memory_format=torch.channels_last)
        network = (
            self.model
            if self.compiled is None or not self.training
            else self.compiled
        )
        with torch.autocast(
            images.device.type, torch.bfloat16, enabled=self.precision == "bf16"
        ):
            logits = network(images)
        return logits.float()


# %% [markdown]
# **Products for 1×1 convolutions.** Chapter 2 showed that a 1×1 convolution is
# a matrix at every position. So a whole batch is one product of two matrices:
# all positions of all images in the rows of the one, the weights in the other.


# %%
class MatmulConv1x1(nn.Conv2d):
    """A 1×1 convolution that is computed as a matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride[0], :: self.stride[1]]
        x = x.permute(0, 2, 3, 1).contiguous()  # (batch, h, w, channels)
        return F.linear(x, self.weight.flatten(1)).permute(0, 3, 1, 2)


def use_matmul_convs(model: nn.Module) -> nn.Module:
    """Let every 1×1 convolution be computed as a matrix product, in place;
    return the model.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1):
            # its weights stay, under the same names
            module.__class__ = MatmulConv1x1
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    conv = nn.Conv2d(64, 256, kernel_size=1, bias=False)
    x = torch.randn(2, 64, 8, 8)
    expected = conv(x)
    found = use_matmul_convs(nn.Sequential(conv))(x)
    print("the same:", torch.allclose(found, expected, atol=1e-5))

# %% [markdown]
# **Compiling.** `torch.compile` reads the network once and writes programs in
# which small operations are fused: normalizing, the addition and ReLU then read
# and write each number once in place of three times.
#
# ## Where the time goes then
#
# The recorded run `roofline-cpu` takes a step apart more finely, with 128
# images on both cores, in four of these ways.

# %% tags=["folded"]
if __name__ == "__main__":
    WAYS = ("fp32", "+ channels last", "+ bf16", "+ products")
    PARTS = {  # of a bar: the kinds in it, their color and its opacity
        "1×1": (("1×1 convolutions", "matrix products"), plots.F, 0.9),
        "3×3": (("3×3 convolutions",), plots.F, 0.5),
        "BN": (("BatchNorm",), "black", 0.45),
    }

    def draw_steps(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        for place, step in enumerate(steps):
            took = {
                r["kind"]: r["milliseconds"] for r in kinds if r["step"] == step
            }
            left = 0.0
            for name, (of_part, color, alpha) in PARTS.items():
                part = sum(took.pop(kind, 0.0) for kind in of_part)
                axis.barh(place, part, left=left, color=color, alpha=alpha)
                if place == 0:
                    axis.text(left + part / 2, -0.55, name, ha="center")
                left += part
            axis.barh(
                place, sum(took.values()), left=left, color="black", alpha=0.2
            )
        axis.set_yticks(range(len(steps)), WAYS)
        axis.set(xlabel="milliseconds a step", ylim=(len(steps) - 0.5, -0.9))
        return figure

    took = {step: 0.0 for step in steps}
    for row in kinds:
        took[row["step"]] += row["milliseconds"]
    wholes = [
        f"{way} {milliseconds:.0f}"
        for way, milliseconds in zip(WAYS, took.values(), strict=True)
    ]
    plots.show(
        draw_steps(5.8, 2.4),
        name="ch09-where-time-goes",
        narrow=draw_steps(3, 2.6),
        caption="One training step in four ways, a row for each. From left "
        "to right: 1×1 convolutions, 3×3 convolutions, BatchNorm (BN), and "
        "all the rest. In the last row the 1×1 convolutions are products.",
        alt="Bars of the milliseconds of a training step: "
        + ", ".join(wholes)
        + ". Convolutions take most of each.",
    )

# %% [markdown]
# Where does each kind lie under the roof? The level lines are the recorded
# machine's speeds in products of large matrices. The sloping ones are those of
# copying, in memory and in the cache.

# %% tags=["folded"]
if __name__ == "__main__":

    def draw_roofline(width: float, height: float) -> plots.Figure:
        figure, axes = plots.figure_with(1, 1, width, height)
        axis = axes[0, 0]
        reach = [1, 1000]
        for name, style in (("memory", "-"), ("cache", "--")):
            speed = roofs[name]["gb_per_second"]
            axis.plot(
                reach, [speed * x for x in reach], style, color="black", lw=0.8
            )
        axis.text(4.6, 460, "cache", ha="right")
        axis.text(12.5, 460, "memory")
        for name, style in (("fp32", "-"), ("bf16", "--")):
            peak = roofs[f"products in {name}"]["gflops"]
            axis.axhline(peak, linestyle=style, color="black", lw=0.8)
            axis.text(980, peak * 1.04, name, ha="right")
        for step, marker, filled in (
            (steps[0], "o", "full"),
            (steps[3], "s", "none"),
        ):
            for row in (
                r for r in kinds if r["step"] == step and r["gflop"] > 2
            ):
                intensity, name = row["gflop"] / row["gigabytes"], row["kind"]
                axis.plot(
                    intensity,
                    row["gflops"],
                    marker,
                    color=plots.F,
                    fillstyle=filled,
                )
                axis.annotate(
                    name.removesuffix(" convolutions").removeprefix("matrix "),
                    (intensity, row["gflops"]),
                    (-7, -10),
                    textcoords="offset points",
                    ha="right",
                    color=plots.F,
                )
        axis.set(xscale="log", yscale="log", xlim=reach, ylim=(40, 600))
        axis.set_yticks(
            [50, 100, 200, 400], ["50", "100", "200", "400"], minor=False
        )
        axis.minorticks_off()
        axis.set(
            xlabel="operations per byte", ylabel="billion operations a second"
        )
        return figure

    plots.show(
        draw_roofline(5.6, 3.2),
        name="ch09-roofline",
        narrow=draw_roofline(3, 2.8),
        caption="Convolutions under the roof of the recorded machine: dots in "
        "fp32, squares in bf16 with the 1×1 convolutions as products.",
        alt="A roofline. In fp32 the 3×3 convolutions lie on the level line of "
        "fp32 and the 1×1 convolutions a third below it. In bf16 the products "
        "lie close to the line of bf16, and the 3×3 convolutions well below "
        "it.",
    )

# %% [markdown]
# In fp32 the 3×3 convolutions are as fast as products of large matrices. A
# program that does the same multiplications can hardly be faster on this
# machine, unless it takes another format of numbers. The 1×1 convolutions reach
# two thirds of that speed, and as products in bf16 they come close to the roof
# of bf16. The 3×3 convolutions in bf16 reach three fifths of it.
#
# The table below was measured on the digits, with the 7×7 stem and batches of
# 128 images, in one process and all rows in turn, so that whatever else the
# machine did slowed all of them. A row with + adds to the row above it. GB is
# the most memory that a batch takes on top of what was there before it, such as
# the weights. The last column divides the operations of the network's
# convolutions and products by the time of the whole step, as a share of the
# speed of the fastest bf16 product.
#
# *Predict:* which of these steps makes the training on this CPU a sixth
# *slower*?
#
# - Putting all images on the device.
# - bf16.
# - Compiling.

# %%
if __name__ == "__main__":
    tables.show("speed-cpu")

# %% [markdown]
# Compiling does. It is tempting to expect more of it. But BatchNorm, ReLU and
# additions take 18% of this step in `roofline-cpu`, and fusing them can save
# only a part of that. Why the compiled network is even slower the record does
# not say. bf16 saves the most, the images on the device and the products each
# let the training do about a fifth more images a second, and channels last
# alone changes little. The last two rows are trainings of ten epochs at a
# constant rate, one by the plain loop and one by the fastest way above. The
# second takes half the time, and the accuracies differ by no more than chance.
#
# ## The same steps on a GPU
#
# A GPU is not only faster. It works beside Python: the program starts an
# operation, and goes on to start the next one without waiting for the first.
#
# ![Choose a larger batch, or let Python start all eight operations at once. How
# much of the time does the GPU compute? The numbers are
# invented.](figure:launches)
#
# A start takes Python the same time for a large batch as for a small one. When
# the GPU needs less than that for the operation, it waits for Python. A **CUDA
# graph** avoids this: the operations of one step are recorded once, and from
# then on the whole record is started at once.
#
# The table below is of a GPU that computes products in bf16 nearly two thousand
# times as fast as the CPU above, with photographs and the 3×3 stem. **TF32**
# rounds the factors of fp32 products to 10 bits after the binary point, and the
# sums stay in fp32.
#
# GB is here the most memory during the first three batches of a row, in which
# cuDNN, NVIDIA's library of convolutions, also compares its algorithms. Do not
# compare this column from row to row.
#
# *Predict:* in fp32 the plain loop does 2,740 images a second. What do bf16 and
# products together reach, with batches of 128 images?
#
# - About twice as many.
# - About ten times as many.
# - About fifty times as many, since a GPU is made for bf16.

# %%
if __name__ == "__main__":
    tables.show("speed-gpu")

# %% [markdown]
# About twice as many, and less than 6% of what the GPU can do. From TF32 to
# compiling, the four rows lie between 5,600 and 6,800 images a second: whatever
# is saved in computing, Python still starts operation after operation. The CUDA
# graph computes the same and more than doubles the speed. A batch of 512
# images, for which the graph is left out again, more than triples the speed of
# the compiled row: as many starts serve four times as many images.
#
# So a GPU wants large batches, and the full recipe has 512 images in each.
#
# ## What must a checkpoint hold?
#
# A training of hours will be stopped sooner or later: by a full disk, a power
# cut, a limit of time, or by you. A **checkpoint** is a file from which it goes
# on.
#
# ![Kill the training after any step: what is done twice?](figure:killed)
#
# The obvious checkpoint holds the weights. What else decides the next step? We
# take a network of three convolutions, which is trained in seconds, and write
# down all of it.


# %%
def make_small_network() -> nn.Sequential:
    """Return a network for images (batch, 3, h, w) of ten classes."""
    layers: list[nn.Module] = []
    for inside, outside in [(3, 16), (16, 32), (32, 32)]:
        layers += [
            nn.Conv2d(inside, outside, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(),
        ]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*layers, *head)


# %% [markdown]
# A training of it consists of these parts. The last two say where it stands:
# how many steps are done, and the state that the generator of the random
# numbers had when the epoch began.


# %%
class SmallTraining:
    """A training of the small network on the digits."""

    def __init__(self, seed: int = 0, total: int = 88) -> None:
        torch.manual_seed(seed)
        self.model = make_small_network()
        data = load_dataset("digits")
        loaders = make_device_loaders(data, 64, CPU, seed=seed)
        self.loader, self.test_loader = loaders
        self.optimizer = make_optimizer(self.model, lr=0.2)
        self.schedule = add_schedule(self.optimizer, total, len(self.loader))
        self.step = 0
        self.epoch_began = self.loader.generator.get_state()


# %% [markdown]
# Five things decide the next step: the weights, with the running statistics of
# BatchNorm; the momentum of each weight; how far the learning rate has come;
# the random numbers; and the number of the step.


# %%
def state_of(training: SmallTraining) -> dict[str, Any]:
    """Return all that the next step of a training depends on."""
    within = training.step % len(training.loader)
    numbers = training.loader.generator.get_state()  # of the next epoch
    return {
        "weights and statistics": training.model.state_dict(),
        "momentum": training.optimizer.state_dict(),
        "schedule": training.schedule.state_dict(),
        "random numbers": training.epoch_began if within else numbers,
        "step": training.step,
    }


# %% [markdown]
# Why the random numbers of the epoch's start, and not those of this moment? One
# generator draws the order of the images at the start of an epoch, and their
# shifts during it. A resumed training sets the generator back, draws the same
# order, and passes over the batches that were seen; `done` counts these.


# %%
def one_step(training: SmallTraining, batch: tuple[Tensor, Tensor]) -> None:
    """Train on a batch: images (n, 3, h, w) and labels (n,)."""
    model, optimizer = training.model, training.optimizer
    train_one_epoch(model, [batch], make_criterion(), optimizer, CPU)
    training.step += 1


def train_until(
    training: SmallTraining, last: int, path: Path | None = None
) -> None:
    """Train to a step; save to ``path``, if given, after every 20 steps."""
    loader = training.loader
    while training.step < last:
        done = training.step % len(loader)  # steps of this epoch
        if done:
            loader.generator.set_state(training.epoch_began)
        training.epoch_began = loader.generator.get_state()
        for number, batch in enumerate(loader):
            if done <= number and training.step < last:
                one_step(training, batch)
                if path and training.step % 20 == 0:
                    torch.save(state_of(training), path)
                    print(training.step, flush=True)


# %% [markdown]
# To load a state is to put each piece back. We shall want to know what each of
# them is worth, so this function can also leave some out. The optimizer holds
# two of them, since the schedule writes the rate into it.


# %%
def load_state(
    training: SmallTraining, state: dict[str, Any], without: Collection[str]
) -> None:
    """Put back a saved state, except for the pieces named by ``without``."""
    training.model.load_state_dict(state["weights and statistics"])
    training.step = state["step"]
    saved = {**state["momentum"]}
    if "momentum" in without:
        saved["state"] = {}
    if "schedule" in without:
        saved["param_groups"] = training.optimizer.state_dict()["param_groups"]
    else:
        training.schedule.load_state_dict(state["schedule"])
    training.optimizer.load_state_dict(saved)
    if "random numbers" not in without:
        training.epoch_began = state["random numbers"]
        training.loader.generator.set_state(training.epoch_began)


# %% [markdown]
# ## Killing it
#
# Another process trains and saves after every 20 steps. As soon as it says that
# 40 are done, it is killed without a warning. Then the chapter's own process
# loads what it left, finishes the training, and compares every weight with a
# training that nobody interrupted.
#
# *Predict in a line:* how far apart are the two?

# %%
if __name__ == "__main__":
    unharmed = SmallTraining()
    train_until(unharmed, 88)
    code = (
        "import sys, torch\n"
        "from pathlib import Path\n"
        "from tutorial_code.ch09_speed import SmallTraining, train_until\n"
        f"torch.set_num_threads({torch.get_num_threads()})\n"
        "train_until(SmallTraining(), 88, Path(sys.argv[1]))\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.pt"
        command = [sys.executable, "-c", code, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            while process.stdout.readline().strip() != b"40":
                pass
            process.kill()
        resumed = SmallTraining()
        load_state(resumed, torch.load(path), without=())
    print("goes on after step", resumed.step)
    train_until(resumed, 88)
    numbers = unharmed.model.state_dict()
    print(
        "every number equal:",
        all(
            torch.equal(numbers[name], value)
            for name, value in resumed.model.state_dict().items()
        ),
    )

# %% [markdown]
# They are equal to the last bit, not only about equal. On another machine, or
# with another number of threads, the last bits may differ (chapter 7).
#
# ## Leaving something out
#
# What does each piece do, the momentum, the schedule and the random numbers?
# The same training is stopped after step 51, and goes on with one piece
# missing. The first column says by how much the weights differ at the end from
# the uninterrupted ones, relative to their norm; the next three are the test
# accuracies of three seeds.
#
# *Predict:* which missing piece costs the most accuracy?
#
# - The momentum.
# - The schedule: the rate starts again from the bottom.
# - The random numbers: other images come first.


# %%
def flat(model: nn.Module) -> Tensor:
    """Return all weights in one row."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def accuracy_of(training: SmallTraining) -> float:
    """Return the test accuracy in percent."""
    loader = training.test_loader
    return evaluate(training.model, loader, make_criterion(), CPU)[1]


if __name__ == "__main__":
    pieces = {
        "nothing": (),
        "momentum": ("momentum",),
        "random numbers": ("random numbers",),
        "schedule": ("schedule",),
        "all three": ("momentum", "random numbers", "schedule"),
    }
    results = defaultdict(list)
    for seed in range(3):
        training = SmallTraining(seed)
        train_until(training, 51)
        with tempfile.TemporaryFile() as file:
            torch.save(state_of(training), file)
            train_until(training, 88)
            for name, without in pieces.items():
                file.seek(0)
                other = SmallTraining(seed)
                load_state(other, torch.load(file), without)
                train_until(other, 88)
                apart = (flat(other.model) - flat(training.model)).norm()
                share = (apart / flat(training.model).norm()).item()
                results[name].append((share, accuracy_of(other)))
    for name, of_seeds in results.items():
        mean = sum(share for share, _ in of_seeds) / len(of_seeds)
        accuracies = "  ".join(f"{each:5.1f}%" for _, each in of_seeds)
        print(f"without {name:14} {mean:6.1%}   {accuracies}")

# %% [markdown]
# The schedule does. The rate starts from the bottom, rises again, and is near
# its top when the training ends. Without the momentum or without the random
# numbers the weights differ by several percent, and the accuracies no more than
# those of seeds: it is another training, and as good as the first. Even so,
# both belong in a checkpoint. As long as a resumed training must be *equal*, a
# test can tell whether anything was forgotten; if it only has to be about as
# good, no test can.
#
# ## In the tutorial's command
#
# `resnet50 train` saves the same pieces every five minutes, at the end of an
# epoch, and when it is stopped by Ctrl-C. It keeps the last two checkpoints, so
# that a damaged file costs minutes and not the run. A new one is first written
# under another name, so a kill while it is written damages neither.
#
#     uv run resnet50 train --time-limit 30
#     uv run resnet50 train --resume
#
# The first command stops after half an hour, and the second goes on where it
# stopped, also in the middle of an epoch. A loss that is not a number stops the
# training and names the step.
#
# The recorded run `full-cpu` needed this. We killed it three times without a
# warning, each time within the first minute of an epoch, and `--resume` went on
# every time.
#
# `--recipe full` keeps the images on the device and the channels last, takes
# batches of 512, and uses bf16 and compiling where the machine has them. (Where
# compiling is slower, as in the table of the CPU, `--no-compile` leaves it
# out.) CUDA graphs are not part of it, and neither are the products, which
# `--conv1x1-matmul on` adds.
#
# ## Try it yourself
#
# Nothing checks these two tasks but you. An epoch of the digits takes about ten
# seconds on one thread of a CPU.
#
# **Kill your own training.** Train for two epochs, and let the first training
# finish. Stop the second one in its second epoch by pressing Ctrl-C twice in a
# row: the first asks it to finish its batch and save, and the second ends it at
# once. Then resume it.
#
#     uv run resnet50 train --epochs 2 --output my_runs/whole
#     uv run resnet50 train --epochs 2 --save-minutes 0.05 --output my_runs/half
#     uv run resnet50 train --resume --output my_runs/half
#
# It says after which batch it goes on. Now compare the files `metrics.jsonl` of
# the two runs. You are right if their lines differ in the seconds and in
# nothing else. The weights are in the entry `"model"` of what `torch.load`
# makes of a run's `checkpoint.pt`; compare each of them with `torch.equal`.
#
# *Question:* The last checkpoint was some seconds old when the training ended.
# Why is nothing lost but time?
#
# *Answer:* What was computed after the checkpoint is computed again, from the
# same weights and momentum, at the same rate, and with the same images, order
# and shifts. On our machine all metrics and all weights were equal to those of
# the run that nobody killed.
#
# **Where memory decides.** From how many channels on does a 1×1 convolution,
# with 128 images and 16×16 positions, do more than ten operations per byte?
# Estimate it with a pencil, without the weights: each number that comes out
# takes as many multiplications and additions as there are channels, and for
# each one read there is one written. Then find the number with
# `conv_intensity`. You are right if it is just above your estimate.
#
# *Question:* And from how many channels on does it do so with a single image
# and 4×4 positions?
#
# *Answer:* With 128 images the estimate is $2c/8 = 10$ for $c = 40$ channels,
# and `conv_intensity` passes 10 at 41. With the single image it never does. The
# weights are $c^2$ numbers, and each of them is used at 16 positions only: 32
# operations for four bytes. So it stays below 8 operations per byte. Large
# batches make weights cheap.
#
# ## What goes wrong
#
# - **Only the weights are saved.** Nothing fails. The table above shows what is
#   missing: the rate begins again, and the end of the schedule, where the
#   network gets good, is not reached.
# - **A speed is measured on a busy machine.** Two programs that compute side by
#   side wait for each other. Measure both versions in one process, in turn, and
#   compare their ratio; repeat it, and take the median.
# - **A time is taken on a GPU without waiting for it.** Python hands its work
#   to the GPU and goes on at once. Call `torch.cuda.synchronize()` before you
#   read the clock, or you measure how fast Python asks.
#
# [The common mistakes](mistakes) has those that the checks name.
#
# ## In three sentences
#
# - An operation takes as long as its computing or its moving of numbers,
#   whichever is longer, and in ResNet-50 the convolutions take most of a step.
# - Fewer bytes and better-shaped work make it faster: numbers of 16 bits,
#   products in place of 1×1 convolutions on this CPU, and larger batches or a
#   CUDA graph on a GPU.
# - A checkpoint holds all that decides the next step: weights and statistics,
#   momentum, the schedule, the random numbers, and the place in the epoch.
#
# ## Three questions
#
# *Question:* A new processor computes twice as fast, with the same memory. Does
# a training step take half the time?
#
# *Answer:* No. Convolutions that are limited by computing take about half, but
# BatchNorm, ReLU and the optimizer are limited by memory and take as long as
# before, so that their share of the step grows.
#
# *Question:* Why are the weights kept in 32 bits when the network computes in
# bf16?
#
# *Answer:* A step changes a weight by a small part of its size. In bf16, with 8
# bits of precision, a change of less than about a five-hundredth of a weight is
# rounded away, and the network stops learning although its gradients are right.
#
# *Question:* Two trainings with the same seed on the same machine give the same
# weights. After a kill and a resume they do not. What is the first thing to
# look at?
#
# *Answer:* Whether everything random is set back: the order of the images, the
# augmentation, and where in the epoch the training was. After that, the
# momentum and the schedule.
#
# ## Read on
#
# - Williams, Waterman and Patterson, *Roofline: An Insightful Visual
#   Performance Model*, 2009.
# - Micikevicius et al., *Mixed Precision Training*, 2018, section 3: why a copy
#   of the weights stays in 32 bits. Kalamkar et al., *A Study of BFLOAT16 for
#   Deep Learning Training*, 2019.
# - PyTorch's notes on reproducibility: which numbers repeat, and where.
#
# This is the end of part III. Your network is built, checked, trained and
# tested, and you can explain it.
#
# Next: [chapter 10](ch10_family.py) builds its four relatives.
