"""From a configuration to the parts of a training: what chapters 1 to 8 build, put together."""

import signal
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import ImageData, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch05_training import add_schedule, initialize
from tutorial_code.ch08_learning import (
    EvalWithEMA,
    EvalWithFlip,
    SmoothedCrossEntropy,
    add_ema,
    exclude_from_weight_decay,
    use_small_stem,
)
from tutorial_code.ch09_speed import Accelerated, use_matmul_convs
from tutorial_code.data.device_loader import DeviceLoader, make_device_loaders
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_compile, choose_precision
from tutorial_code.runs.own_code import components
from tutorial_code.runs.own_code.components import Components
from tutorial_code.runs.own_code.own_network import adapt, initialize_own, try_out
from tutorial_code.shared.errors import ReaderError


class TrainingSetup(NamedTuple):
    """What chapter 7's ``fit`` takes, and what a checkpoint holds."""

    network: nn.Module  # the weights that are trained
    average: AveragedModel | None  # the weights that are tested, where they are others
    model: nn.Module  # the network as the loops call it
    train_loader: DataLoader | DeviceLoader
    test_loader: DataLoader | DeviceLoader
    criterion: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: LambdaLR | None

    @property
    def images_per_epoch(self) -> int:
        """How many images an epoch trains on: all, or all but those of a last batch that is left
        out.
        """
        loader = self.train_loader
        whole = len(loader.dataset if hasattr(loader, "dataset") else loader.labels)
        return len(loader) * loader.batch_size if loader.drop_last else whole


def use_validation_split(data: ImageData, count: int, seed: int) -> ImageData:
    """Return the data with ``count`` training images, drawn by the seed, in place of the test
    images.

    Raises:
        ReaderError: too few images would be left to train on.
    """
    if count > len(data.train_labels) - 2:
        raise ReaderError(
            f"--val-size {count} leaves nothing to train on: {len(data.train_labels)} images "
            "are there."
        )
    order = torch.randperm(len(data.train_labels), generator=torch.Generator().manual_seed(seed))
    held, kept = order[:count], order[count:]
    images, labels = data.train_images, data.train_labels
    return data._replace(
        train_images=images[kept],
        train_labels=labels[kept],
        test_images=images[held],
        test_labels=labels[held],
    )


def make_network(config: Config, classes: int, pieces: Components | None = None) -> nn.Module:
    """Return the network with the stem and the products that were asked for; ``build`` gives it its
    first weights.
    """
    pieces = pieces or components.CHAPTERS
    network = pieces.ResNet50(num_classes=classes)
    if pieces.own_network:
        return adapt(config, network)
    if config.conv1x1_matmul:
        use_matmul_convs(network)
    return use_small_stem(network) if config.stem == "3x3" else network


def loaders_of(config: Config, data: ImageData, device: torch.device):
    """Return the loaders of training and of test batches."""
    if config.loader == "device":
        return make_device_loaders(
            data, config.batch_size, device, config.augment, config.cutout, config.seed
        )
    loaders = make_loaders(data, config.batch_size, config.augment, config.seed, config.workers)
    loaders[0].worker_init_fn = _ignore_interrupt
    return loaders


def _ignore_interrupt(_: int) -> None:
    """Leave Ctrl-C to the main process: a terminal sends it to its workers, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def build(
    config: Config,
    data: ImageData,
    device: torch.device,
    network: Callable[[Config, int], nn.Module] | None = None,
    pieces: Components | None = None,
) -> TrainingSetup:
    """Build all parts of a training. The same configuration gives the same parts, weights included.

    Args:
        config: what was asked for.
        data: the images.
        device: where they are trained on.
        network: makes another network than ``make_network`` does.
        pieces: the classes and functions that it is built of, if not the chapters'.
    """
    pieces = pieces or components.CHAPTERS
    torch.manual_seed(config.seed)
    train_loader, test_loader = loaders_of(config, data, device)
    classes = len(data.classes)
    network = network(config, classes) if network else make_network(config, classes, pieces)
    if pieces.own_network:
        initialize_own(config, network)
    else:
        initialize(network)
        if not config.zero_init:
            for block in (module for module in network.modules() if isinstance(module, Bottleneck)):
                nn.init.ones_(block.bn3.weight)
    network.to(device)
    optimizer = pieces.make_optimizer(network, config.lr, config.momentum, config.weight_decay)
    if config.decay_on == "weights":
        if len(optimizer.param_groups) > 1:
            raise ReaderError(
                "--decay-on weights needs an optimizer with all parameters in one group, and "
                f"yours has {len(optimizer.param_groups)} groups: add --decay-on all."
            )
        exclude_from_weight_decay(optimizer)
    for group in optimizer.param_groups:
        group["nesterov"] = config.nesterov
    steps = len(train_loader)
    schedule = None
    if config.schedule == "cosine":
        schedule = add_schedule(
            optimizer, config.epochs * steps, min(config.warmup_epochs, config.epochs) * steps
        )
    average = add_ema(optimizer, network, steps) if config.ema else None
    criterion = pieces.make_criterion()
    if config.label_smoothing:
        criterion = SmoothedCrossEntropy(label_smoothing=config.label_smoothing)
    if pieces.own_network:
        try_out(config, network, choose_precision(config.precision, device)[0], device)
    model = _for_training(config, data.may_flip, device, network, average)
    return TrainingSetup(
        network, average, model, train_loader, test_loader, criterion, optimizer, schedule
    )


def _for_training(
    config: Config,
    may_flip: bool,
    device: torch.device,
    network: nn.Module,
    average: nn.Module | None,
) -> nn.Module:
    """Return the network as the loops call it: compiled and accelerated, tested by its average and
    its mirror image.
    """
    set_rounding(device, config.tf32)
    precision, _ = choose_precision(config.precision, device)
    compiled = None
    if choose_compile(config.compile, device)[0]:
        mode = "reduce-overhead" if config.cuda_graphs else None
        compiled = torch.compile(network, mode=mode, dynamic=False)
    model = Accelerated(network, precision, compiled, config.channels_last)
    if average:
        model = EvalWithEMA(
            model, Accelerated(average, precision, channels_last=config.channels_last)
        )
    return EvalWithFlip(model) if config.tta and may_flip else model


def set_rounding(device: torch.device, tf32: bool) -> None:
    """Let a GPU round the factors of fp32 products to TF32, or not, in the whole process."""
    if device.type == "cuda":
        rounding = "tf32" if tf32 else "ieee"
        torch.backends.cuda.matmul.fp32_precision = rounding
        torch.backends.cudnn.conv.fp32_precision = rounding


def for_testing(
    config: Config, may_flip: bool, device: torch.device, network: nn.Module
) -> nn.Module:
    """Return a trained network as it is tested: accelerated, and with its mirror image."""
    set_rounding(device, config.tf32)
    precision, _ = choose_precision(config.precision, device)
    model = Accelerated(network, precision, channels_last=config.channels_last)
    return EvalWithFlip(model) if config.tta and may_flip else model
