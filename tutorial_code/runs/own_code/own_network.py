"""The reader's network in a training, whatever its names: first weights, and possible options."""

import copy

import torch
from torch import Tensor, nn

from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.ch09_speed import Accelerated, use_matmul_convs
from tutorial_code.ch10_family import FAMILY
from tutorial_code.checks.observe.trace import storage_of
from tutorial_code.checks.observe.weights import copy_weights
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import Hardware
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.initialization import block_scales, operations_of, use_he_initialization
from tutorial_code.shared.whole_sentences import message_of


def adapt(config: Config, hardware: Hardware, network: nn.Module) -> nn.Module:
    """Apply the requested stem and matrix products to a network in place; return it.

    Chapters 8 and 9 find both by the tutorial's names, so check afterwards that the network
    computes what was requested.

    Raises:
        ReaderError: it does not.
    """
    operations_of(network)  # lazy layers get their weights with the first images
    if hardware.conv1x1_matmul:
        pointwise = [
            m for m in network.modules() if isinstance(m, nn.Conv2d) and m.kernel_size == (1, 1)
        ]
        # Another class may do more than convolve.
        plain = all(type(module) is nn.Conv2d for module in pointwise)
        works = plain and [1, 1] not in _kernels(use_matmul_convs(network))
        if not works and config.conv1x1_matmul == "on":
            raise ReaderError(
                "--conv1x1-matmul on works for layers of the class nn.Conv2d, and your network "
                "computes its 1×1 convolutions otherwise: leave it out."
            )
    if config.small_stem_stride and not _takes_small_stem(network, config.small_stem_stride):
        raise ReaderError(
            f"--stem {config.stem} replaces the layers conv1 and maxpool, and your network has a "
            "stem with other names: give --stem 7x7."
        )
    return network


def _takes_small_stem(network: nn.Module, stride: int) -> bool:
    try:
        use_small_stem(network, stride)
    except AttributeError:
        return False
    ops = operations_of(network).ops
    first = next(op for op in ops if op.kind == "conv")
    shape = first.attributes["kernel_size"], first.attributes["stride"]
    return shape == ([3, 3], [stride, stride]) and not any(op.kind == "max_pool" for op in ops)


def _kernels(network: nn.Module) -> list[list[int]]:
    return [op.attributes["kernel_size"] for op in operations_of(network).ops if op.kind == "conv"]


def initialize_own(config: Config, network: nn.Module) -> None:
    """Initialize a network as chapter 5 initializes the tutorial's."""
    use_he_initialization(network)
    for scale in block_scales(network):
        nn.init.constant_(scale, 0.0 if config.zero_init else 1.0)


def blocks_not_found(config: Config, network: nn.Module) -> str:
    """Return a sentence about blocks that were not initialized, or an empty string."""
    blocks = sum(FAMILY[config.model][1])
    found = len(block_scales(network)) if config.zero_init else blocks
    return (
        ""
        if found == blocks
        else f"{found} of {blocks} were found; the others do not start as their shortcuts"
    )


def try_out(config: Config, hardware: Hardware, network: nn.Module) -> None:
    """Run a network once with the chosen options, and leave it unchanged.

    Raises:
        ReaderError: it cannot be run with them.
    """
    model = Accelerated(network, hardware.precision, channels_last=config.channels_last).eval()
    try:
        with torch.no_grad():
            side = config.image_size
            model(torch.zeros(2, 3, side, side, device=hardware.device))
    except RuntimeError as error:
        raise ReaderError(
            f"Your network does not run with these options ({message_of(error)}): try "
            "--no-channels-last and --precision fp32."
        ) from error
    model.train()


def classifier_of(network: nn.Module) -> list[nn.Parameter]:
    """Return the parameters of a network's last linear operation, whatever their layer is called.

    Raises:
        ReaderError: it has none.
    """
    found = operations_of(network)
    used = [
        found.ops[index].weights for index in found.in_order() if found.ops[index].kind == "linear"
    ]
    memory = {storage_of(weight) for weight in used[-1].values()} if used else set()
    parameters = [each for each in network.parameters() if storage_of(each) in memory]
    if not parameters:
        raise ReaderError(
            "Your network ends without a linear layer, so --freeze finds no classifier: leave out "
            "--freeze, or end the network with nn.Linear."
        )
    return parameters


@torch.no_grad()
def take_weights(network: nn.Module, other: nn.Module) -> bool:
    """Give a network the weights and statistics of another, whatever either's layers are called.

    The weights are paired by the place where the data meet them. Both networks are on the CPU, and
    are in evaluation mode afterwards.

    Returns:
        Whether both compute the same now.
    """
    images = torch.randn(2, 3, 97, 97, generator=torch.Generator().manual_seed(0))
    traces = [(each, operations_of(each.eval(), images)) for each in (other, network)]
    return copy_weights(*traces) and _compute_the_same(network, other, images)


def _compute_the_same(one: nn.Module, two: nn.Module, images: Tensor) -> bool:
    """Tell whether two networks compute the same, in double precision if both can."""
    try:
        found, expected = (copy.deepcopy(each).double()(images.double()) for each in (one, two))
        rounding = 1e-9
    except RuntimeError:  # it makes numbers of single precision by itself
        found, expected = one(images), two(images)
        rounding = 1e-4
    return torch.allclose(found, expected, rtol=0, atol=rounding * expected.std().item())
