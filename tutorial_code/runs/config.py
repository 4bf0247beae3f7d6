"""The configuration of a run: every option of ``resnet50 train`` that decides what is computed."""

import math
from dataclasses import Field, dataclass, field, fields
from typing import Any

from tutorial_code.data.data_sets import find_data_set, usages
from tutorial_code.shared.errors import ReaderError

# The groups of the options in --help; the first holds the ten that a learner needs.
START = "Basic options"
OPTIMIZER = "Optimizer and loss"
IMAGES = "Images"
NETWORK = "Network and testing"
SPEED = "Speed"
RUN = "During the run"
# The stride of each 3×3 stem; the paper's 7×7 stem is none of them.
STEMS = {"7x7": None, "3x3": 1, "3x3-stride2": 2}
# The two classes that each network is built from, as the exercises name them.
MODELS = {
    "resnet18": ("BasicBlock", "ResNet"),
    "resnet34": ("BasicBlock", "ResNet"),
    "resnet50": ("Bottleneck", "ResNet50"),
    "resnet101": ("Bottleneck", "ResNet"),
    "resnet152": ("Bottleneck", "ResNet"),
}
GROUPS = (START, OPTIMIZER, IMAGES, NETWORK, SPEED, RUN)


def _option(group: str, default: Any, text: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"group": group, "help": text, "choices": choices})


@dataclass(frozen=True)
class Config:
    """Everything that decides what a run computes. The defaults are the recipe ``basic``.

    ``mine`` holds the names of the reader's own classes and functions. On the command line it is a
    switch, and the checks find the names.
    """

    data: str = _option(START, "digits", usages())
    recipe: str = _option(
        START,
        "basic",
        "basic (chapters 1 to 7), full (chapters 8 and 9), or for ImageNet paper (He et al. 2015) "
        "or torchvision (of its first weights)",
        ("basic", "full", "paper", "torchvision"),
    )
    mine: tuple[str, ...] = _option(
        START, (), "Train with those of your answers in exercises/ that pass their checks."
    )
    epochs: int = _option(START, 7, "Passes over the training images.")
    # On a CPU batches of 64 take three quarters of the time of batches of 32.
    batch_size: int = _option(START, 64, "Images per step, of all processes together.")
    lr: float = _option(START, 0.04, "Learning rate.")
    device: str = _option(START, "auto", "auto, cpu, cuda or mps", ("auto", "cpu", "cuda", "mps"))
    seed: int = _option(START, 0, "Seed of all random numbers.")
    momentum: float = _option(OPTIMIZER, 0.9, "Momentum of SGD.")
    nesterov: bool = _option(OPTIMIZER, False, "Use Nesterov momentum.")
    weight_decay: float = _option(OPTIMIZER, 5e-4, "Weight decay of SGD.")
    decay_on: str = _option(
        OPTIMIZER, "all", "Decay all parameters, or weights only.", ("all", "weights")
    )
    schedule: str = _option(
        OPTIMIZER,
        "cosine",
        "constant; cosine, after a warm-up; or step, after a warm-up: divided by 10 after each "
        "third of the epochs",
        ("constant", "cosine", "step"),
    )
    warmup_epochs: int = _option(
        OPTIMIZER, 1, "Epochs of warm-up before a cosine or step schedule."
    )
    label_smoothing: float = _option(
        OPTIMIZER, 0.0, "Probability taken from the right class in training, 0 to 1."
    )
    augment: bool = _option(
        IMAGES,
        True,
        "Shift training images, or crop those of imagenet, and mirror them where the data set "
        "allows it.",
    )
    crop: str = _option(
        IMAGES,
        "area",
        "How training images of imagenet are cropped: to 8 to 100% of their area (area), or to "
        "224×224 pixels after the shorter side was made 256 to 480 pixels long (side).",
        ("area", "side"),
    )
    skip_unreadable: bool = _option(
        IMAGES, False, "Leave out images of imagenet that cannot be read, and count them."
    )
    mirror: bool | None = _option(
        IMAGES, None, "Whether a mirrored image keeps its class; set this for a folder."
    )
    cutout: int = _option(IMAGES, 0, "Side of the square cut out of training images; 0 for none.")
    val_size: int = _option(
        IMAGES, 0, "Training images to hold out and test on, in place of the test set."
    )
    classes: str = _option(IMAGES, "", "Use only images of these classes, such as 0,1,2.")
    model: str = _option(
        NETWORK, "resnet50", "The network; chapter 10 has the others.", tuple(MODELS)
    )
    stem: str = _option(
        NETWORK,
        "7x7",
        "7x7 with max-pool as in the paper, or 3x3 for small images; 3x3-stride2 halves their "
        "sides and costs a quarter of 3x3.",
        tuple(STEMS),
    )
    zero_init: bool = _option(NETWORK, True, "Start every block as its shortcut.")
    init: str = _option(
        NETWORK,
        "",
        "Begin with trained weights, under a new classifier: pretrained (torchvision's, for "
        "ImageNet), a run's folder, or a file that resnet50 export has written.",
    )
    sync_batch_norm: bool = _option(
        NETWORK, False, "Let BatchNorm normalize by the images of all processes of a step."
    )
    freeze: bool = _option(NETWORK, False, "With --init: train the classifier alone.")
    ema: bool = _option(NETWORK, False, "Test an average of the weights over about the last epoch.")
    tta: bool = _option(NETWORK, False, "Test each image together with its mirror image.")
    precision: str = _option(SPEED, "auto", "auto, fp32 or bf16", ("auto", "fp32", "bf16"))
    loader: str = _option(
        SPEED, "dataloader", "A DataLoader, or all images on the device.", ("dataloader", "device")
    )
    workers: int = _option(SPEED, 0, "Processes of the DataLoader.")
    channels_last: bool = _option(SPEED, True, "Keep the channels last in memory.")
    conv1x1_matmul: str = _option(
        SPEED, "auto", "Compute 1×1 convolutions as matrix products.", ("auto", "on", "off")
    )
    tf32: bool = _option(SPEED, False, "Let a GPU round fp32 products to TF32.")
    compile: bool = _option(SPEED, False, "Compile the network for training.")
    cuda_graphs: bool = _option(SPEED, False, "Replay the compiled network as CUDA graphs.")

    def __post_init__(self) -> None:
        object.__setattr__(self, "mine", tuple(self.mine))  # a JSON file has a list
        find_data_set(self.data)
        for option in fields(self):
            value, choices = getattr(self, option.name), option.metadata["choices"]
            if choices and value not in choices:
                name = f"--{option.name.replace('_', '-')}"
                raise ReaderError(f"{name} {value} is unknown: choose {', '.join(choices)}.")
        self._require("epochs", self.epochs >= 1, "at least 1")
        self._require(
            "batch_size", self.batch_size >= 2, "at least 2, because BatchNorm compares images"
        )
        self._require("lr", self.lr > 0, "a positive number")
        self._require("momentum", 0 <= self.momentum < 1, "at least 0 and less than 1")
        self._require("weight_decay", self.weight_decay >= 0, "0 or a positive number")
        self._require("warmup_epochs", self.warmup_epochs >= 0, "0 or a positive number")
        self._require(
            "label_smoothing", 0 <= self.label_smoothing < 1, "at least 0 and less than 1"
        )
        self._require("cutout", self.cutout >= 0, "0 or a positive number")
        self._require("val_size", self.val_size >= 0, "0 or a positive number")
        self._require("workers", self.workers >= 0, "0 or a positive number")
        if self.in_memory:
            of_files = "--data imagenet:PATH"
            self._needs(self.crop != "area", "crop side", False, of_files, "--crop area")
            left_out = "--no-skip-unreadable"
            self._needs(self.skip_unreadable, "skip-unreadable", False, of_files, left_out)
        else:
            in_memory = "a data set that fits into memory"
            without = "--loader dataloader and --cutout 0"
            self._needs(self.loader == "device", "loader device", False, in_memory, without)
        self._require("seed", 0 <= self.seed < 2**63, "0 or a positive number below 2^63")
        self._needs(
            self.nesterov, "nesterov", self.momentum > 0, "a --momentum above 0", "--no-nesterov"
        )
        self._needs(self.cutout, "cutout", self.loader == "device", "--loader device", "--cutout 0")
        self._needs(
            self.workers,
            "workers",
            self.loader == "dataloader",
            "--loader dataloader and --cutout 0",
            "--workers 0",
        )
        self._needs(self.freeze, "freeze", bool(self.init), "--init", "--no-freeze")
        # Each of its exchanges would cut the compiled network in two.
        self._needs(
            self.sync_batch_norm,
            "sync-batch-norm",
            not self.compile,
            "--no-compile",
            "--no-sync-batch-norm",
        )
        self._needs(self.cuda_graphs, "cuda-graphs", self.compile, "--compile", "--no-cuda-graphs")

    @property
    def own_network(self) -> bool:
        """Whether part of the network is the reader's, so that its layers may have any names."""
        return not set(MODELS[self.model]).isdisjoint(self.mine)

    @property
    def title(self) -> str:
        """The name of the network in words, such as ResNet-50."""
        return self.model.replace("resnet", "ResNet-")

    @property
    def small_stem_stride(self) -> int | None:
        """The stride of the 3×3 stem; None for the paper's stem."""
        return STEMS[self.stem]

    @property
    def image_size(self) -> int:
        """The side in pixels of the images that the network gets."""
        return find_data_set(self.data)[0].image_size

    @property
    def may_mirror(self) -> bool:
        """Whether images may be mirrored: as the option says, or else as the data set says."""
        return find_data_set(self.data)[0].mirror if self.mirror is None else self.mirror

    @property
    def in_memory(self) -> bool:
        """Whether all images are held in memory, or stay on disk."""
        return find_data_set(self.data)[0].in_memory

    @property
    def tested_on(self) -> str:
        """What the run is tested on: ``test``, or ``validation`` for training images held out."""
        return "validation" if self.val_size else "test"

    def _require(self, name: str, holds: bool, what: str) -> None:
        value = getattr(self, name)
        if not holds or not math.isfinite(value):
            raise ReaderError(f"--{name.replace('_', '-')} must be {what}, not {value}.")

    def _needs(self, given: Any, name: str, holds: bool, what: str, without: str) -> None:
        if given and not holds:
            raise ReaderError(f"--{name} needs {what}: give that too, or {without}.")


def is_switch(option: Field) -> bool:
    """Tell whether an option is given as --NAME or --no-NAME."""
    return option.type in (bool, bool | None)
