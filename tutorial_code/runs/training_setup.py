"""From a configuration to the objects of a training: what chapters 1 to 9 build, put together."""

import warnings
from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

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
from tutorial_code.ch10_family import FAMILY, BasicBlock, KeptInEvaluation, train_only
from tutorial_code.ch12_machines import use_sync_batch_norm
from tutorial_code.data.device_loader import Loader, make_device_loaders
from tutorial_code.data.file_loader import begin_worker, make_file_loaders
from tutorial_code.data.image_files import ImageFiles
from tutorial_code.data.sharded_loader import shard_testing, shard_training
from tutorial_code.runs.config import MODELS, Config
from tutorial_code.runs.hardware import Hardware, set_up_backends
from tutorial_code.runs.initial_weights import load_features
from tutorial_code.runs.own_code import components
from tutorial_code.runs.own_code.components import Components
from tutorial_code.runs.own_code.own_network import (
    adapt,
    classifier_of,
    initialize_own,
    try_out,
)
from tutorial_code.runs.processes import ALONE, Job
from tutorial_code.shared.errors import ReaderError


class TrainingSetup(NamedTuple):
    """The objects that a training run needs: model, loaders, loss, optimizer, schedule."""

    network: nn.Module  # the weights that are trained
    ema: AveragedModel | None  # the weights that are tested, if these are not the trained ones
    model: nn.Module  # the network as the loops call it
    train_loader: Loader
    test_loader: Loader
    images_per_epoch: int  # all training images, or all but those of a dropped last batch
    criterion: Callable[[Tensor, Tensor], Tensor]
    optimizer: torch.optim.Optimizer
    schedule: LambdaLR | None


def make_network(
    config: Config, hardware: Hardware, classes: int, pieces: Components | None = None
) -> nn.Module:
    """Return the requested network; ``build`` initializes it."""
    pieces = pieces or components.CHAPTERS
    network = network_of(config.model, classes, pieces)
    if pieces.own_network:
        return adapt(config, hardware, network)
    if hardware.conv1x1_matmul:
        use_matmul_convs(network)
    if config.small_stem_stride:
        use_small_stem(network, config.small_stem_stride)
    return network


def network_of(model: str, classes: int, pieces: Components) -> nn.Module:
    """Build a network of the family from the pieces of an owner."""
    block_name, network_name = MODELS[model]
    if network_name == "ResNet50" and "ResNet" not in pieces.mine:
        return pieces.ResNet50(num_classes=classes)
    given, num_blocks = FAMILY[model]
    block = getattr(pieces, block_name)
    if not hasattr(block, "expansion"):  # a reader's block need not say it in chapter 3
        block.expansion = given.expansion
    return pieces.ResNet(block, num_blocks, classes)


def make_run_loaders(
    config: Config, data: ImageData, device: torch.device
) -> tuple[Loader, Loader]:
    """Return the loaders of training and test batches."""
    if config.loader == "device":
        options = config.batch_size, device, config.augment, config.cutout, config.seed
        return make_device_loaders(data, *options)
    batch_size, augment = config.batch_size, config.augment
    seed, workers = config.seed, config.workers
    if isinstance(data.train_images, ImageFiles):
        return make_file_loaders(data, batch_size, augment, config.crop, seed, workers)
    loaders = make_loaders(data, batch_size, augment, seed, workers)
    loaders[0].worker_init_fn = begin_worker
    return loaders


def build(
    config: Config,
    data: ImageData,
    hardware: Hardware,
    pieces: Components | None = None,
    make: Callable[..., nn.Module] = make_network,
    begins: bool = True,
    job: Job = ALONE,
) -> TrainingSetup:
    """Build all objects of a training; equal configurations give equal weights.

    Args:
        config: the requested configuration.
        data: the images.
        hardware: where they are trained on, and how.
        pieces: the classes and functions that it is built from, if not the chapters'.
        make: makes the network, called as ``make_network`` is.
        begins: whether ``config.init`` is read; a run that goes on has its weights.
        job: the processes that train it together.

    Raises:
        ReaderError: an option does not fit what the reader wrote, or ``config.init`` the network.
    """
    pieces = pieces or components.CHAPTERS
    torch.manual_seed(config.seed)
    train_loader, test_loader = make_run_loaders(config, data, hardware.device)
    if job.several:
        train_loader = shard_training(train_loader, job.rank, job.processes)
        test_loader = shard_testing(test_loader, job.rank, job.processes)
    network = make(config, hardware, len(data.classes), pieces)
    _initialize(config, network, pieces)
    if config.init and begins:
        own = pieces.own_network
        same = make_network(config, hardware, len(data.classes)) if own else network
        with job.one_first():
            load_features(config, network, same, own)
    if config.freeze:
        train_only(network, classifier_of(network))
    if config.sync_batch_norm and job.several:
        _synchronize(network)
    network.to(hardware.device)
    optimizer = _optimizer(config, network, pieces)
    steps = len(train_loader)
    schedule = None
    if config.schedule != "constant":
        warmup = min(config.warmup_epochs, config.epochs) * steps
        add = add_step_schedule if config.schedule == "step" else add_schedule
        schedule = add(optimizer, config.epochs * steps, warmup)
    ema = add_ema(optimizer, network, steps) if config.ema else None
    criterion = pieces.make_criterion()
    if config.label_smoothing:
        criterion = SmoothedCrossEntropy(label_smoothing=config.label_smoothing)
    if pieces.own_network:
        try_out(config, hardware, network)
    model = wrap_for_loops(config, hardware, data.may_flip, network, ema, job)
    images = min(steps * config.batch_size, len(data.train_labels))
    return TrainingSetup(
        network, ema, model, train_loader, test_loader, images, criterion, optimizer, schedule
    )


def add_step_schedule(
    optimizer: torch.optim.Optimizer, total_steps: int, warmup_steps: int
) -> LambdaLR:
    """Divide the learning rate by 10 after each third of all steps, as ``add_schedule`` does its
    part; within the warm-up the rate rises to the full one.
    """

    def factor(step: int) -> float:
        if step < warmup_steps:
            return (step + 1) / warmup_steps
        return 0.1 ** min(3 * step // total_steps, 2)

    schedule = LambdaLR(optimizer, factor)
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    return schedule


def _synchronize(network: nn.Module) -> None:
    try:
        use_sync_batch_norm(network)
    except ValueError as error:
        raise ReaderError(
            f"--sync-batch-norm cannot exchange a BatchNorm of your network ({error}): leave out "
            "that argument, or give --no-sync-batch-norm."
        ) from error


def _initialize(config: Config, network: nn.Module, pieces: Components) -> None:
    if pieces.own_network:
        initialize_own(config, network)
        return
    initialize(network)
    for module in network.modules():
        if isinstance(module, (Bottleneck, BasicBlock)):
            last = module.bn3 if isinstance(module, Bottleneck) else module.bn2
            nn.init.constant_(last.weight, 0.0 if config.zero_init else 1.0)


def _optimizer(config: Config, network: nn.Module, pieces: Components) -> torch.optim.Optimizer:
    optimizer = pieces.make_optimizer(network, config.lr, config.momentum, config.weight_decay)
    if config.decay_on == "weights":
        if (groups := len(optimizer.param_groups)) > 1:
            raise ReaderError(
                "--decay-on weights needs an optimizer with all parameters in one group, and yours "
                f"has {groups} groups: add --decay-on all."
            )
        exclude_from_weight_decay(optimizer)
    for group in optimizer.param_groups:
        group["nesterov"] = config.nesterov
        on_cpu = all(parameter.device.type == "cpu" for parameter in group["params"])
        if type(optimizer) is torch.optim.SGD and on_cpu and not group["foreach"]:
            group["fused"] = True  # the same step, with each number read once
    return optimizer


def wrap_for_loops(
    config: Config,
    hardware: Hardware,
    may_flip: bool,
    network: nn.Module,
    ema: nn.Module | None = None,
    job: Job = ALONE,
) -> nn.Module:
    """Return a network as the loops call it, in training and in testing.

    It is accelerated, compiled for training, and tested with averaged weights and with mirror
    images, each only if the configuration asks for it. Where several processes train it, training
    averages their gradients; testing needs no exchange.
    """
    set_up_backends(hardware.device, config.tf32)
    if config.freeze:
        network = KeptInEvaluation(network)
    in_training: nn.Module | None = None
    if job.several:
        devices = [hardware.device] if hardware.device.type == "cuda" else None
        in_training = DistributedDataParallel(network, devices)
        # A 1×1 kernel has the same order in memory under two names, about which PyTorch warns.
        warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
    if hardware.compiled:
        mode = "reduce-overhead" if config.cuda_graphs else None
        # It is a module, too; PyTorch's annotation says only that it can be called.
        compiled = torch.compile(in_training or network, mode=mode, dynamic=False)
        in_training = cast(nn.Module, compiled)
    model: nn.Module = Accelerated(network, hardware.precision, in_training, config.channels_last)
    if ema:
        tested = Accelerated(ema, hardware.precision, channels_last=config.channels_last)
        model = EvalWithEMA(model, tested)
    return EvalWithFlip(model) if config.tta and may_flip else model
