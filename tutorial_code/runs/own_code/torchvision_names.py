"""The weights of the reader's network under torchvision's names, whatever names the reader gave."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from tutorial_code.checks.observe.trace import storage_of
from tutorial_code.shared.initialization import operations_of

MEAN, COUNT = "running_mean", "num_batches_tracked"
TOLERANCE = 1e-9  # of double precision: rounding in another order is far smaller


@torch.no_grad()
def as_torchvision(network: nn.Module, classes: int) -> dict[str, Tensor] | None:
    """Return a state_dict for torchvision's ``resnet50``, or None if none can be found.

    Both networks get the same images, and their weights are paired in the order in which the data
    meets them. Then both compute the logits of these images, which must agree.
    """
    from torchvision.models import resnet50

    mine = copy.deepcopy(network).cpu().double().eval()
    theirs = resnet50(num_classes=classes).double().eval()
    images = torch.randn(2, 3, 97, 97, generator=torch.Generator().manual_seed(0)).double()
    given, asked = mine.state_dict(), theirs.state_dict()
    try:
        for name, own in zip(_in_order(theirs, images), _in_order(mine, images), strict=True):
            asked[name].copy_(given[own].view_as(asked[name]))
            count = own.replace(MEAN, COUNT)
            if name.endswith(MEAN) and count in given:
                asked[name.replace(MEAN, COUNT)].copy_(given[count])
        right = torch.allclose(theirs(images), mine(images), TOLERANCE, TOLERANCE)
    except (RuntimeError, ValueError):  # another number of weights, or one of another shape
        return None
    return (
        {name: value.clone() for name, value in theirs.float().state_dict().items()}
        if right
        else None
    )


def _in_order(network: nn.Module, images: Tensor) -> Iterator[str]:
    """Yield the names of what a network's operations use, a weight before its bias."""
    names = {storage_of(value): name for name, value in network.state_dict().items()}
    found = operations_of(network, images)
    for index in found.in_order():
        used = found.ops[index].weights.values()
        for value in sorted(used, key=lambda value: value.dim(), reverse=True):
            if storage_of(value) in names:
                yield names[storage_of(value)]
