"""Which images and which feature maps of a ResNet-50 are shown, and how they are stored.

Shown are the first test image of each of the digits 3, 8, 5 and 0 that the network classifies
rightly, and the one test image whose right class got the lowest probability. Of each group, conv1
to conv5_x, six channels are kept that vary strongly over the four digits, and differently from each
other; see ``channels_of``. Each map is scaled by its own maximum to 0 to 255 and stored with that
maximum; its values come after a ReLU, so 0 is 0.
"""

import base64
import io
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from tutorial_code.ch04_resnet50 import ResNet50

DIGITS = (3, 8, 5, 0)
GROUPS = ("conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x")
CHANNELS = 6
LEVELS = 64  # of gray, evenly spaced in 0 to 255: twice as small as 256, and no eye sees it


@torch.no_grad()
def groups_of(network: ResNet50, images: Tensor) -> dict[str, Tensor]:
    """Return what each group gives for the images, after its last ReLU."""
    x = network.relu(network.bn1(network.conv1(images)))
    found = {"conv1": x}
    x = network.maxpool(x)
    for name in GROUPS[1:]:
        x = getattr(network, name)(x)
        found[name] = x
    return found


@torch.no_grad()
def probabilities(network: nn.Module, images: Tensor, batch_size: int = 60) -> Tensor:
    """Return the probability of each class for each image, in evaluation mode."""
    network.eval()
    return torch.cat([network(batch).softmax(dim=1) for batch in images.split(batch_size)])


def choose_images(likely: Tensor, labels: Tensor) -> list[int]:
    """Return the first rightly classified image of each of ``DIGITS``, and the image whose right
    class is the least probable.
    """
    right = likely.argmax(dim=1) == labels
    chosen = []
    for digit in DIGITS:
        of_class = (right & (labels == digit)).nonzero().flatten().tolist()
        if not of_class:
            raise SystemExit(
                f"No test image of the digit {digit} is classified rightly: train for longer."
            )
        chosen.append(of_class[0])
    return [*chosen, int(likely[torch.arange(len(labels)), labels].argmin())]


def channels_of(maps: Tensor) -> list[int]:
    """Return channels of (images, channels, h, w) that show different things.

    The first is the one with the largest standard deviation over images and positions. Each next
    one is the least correlated with those before it, among the channels with at least half of that
    standard deviation.
    """
    values = maps.transpose(0, 1).flatten(1)  # (channels, images * h * w)
    spread = values.std(dim=1)
    strong = (spread >= spread.max() / 2).nonzero().flatten()
    correlation = torch.corrcoef(values[strong]).abs() if len(strong) > 1 else torch.ones(1, 1)
    chosen = [int(spread[strong].argmax())]
    while len(chosen) < min(CHANNELS, len(strong)):
        alike = correlation[chosen].amax(dim=0)
        alike[chosen] = torch.inf
        chosen.append(int(alike.argmin()))
    return sorted(strong[chosen].tolist())


def png(gray: Tensor) -> str:
    """Return a gray image (h, w) of bytes as a PNG in base64."""
    step = 255 / (LEVELS - 1)
    reduced = ((gray.float() / step).round() * step).round().byte()
    buffer = io.BytesIO()
    Image.fromarray(reduced.numpy()).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def strip(maps: Tensor) -> tuple[str, list[float]]:
    """Return maps (channels, h, w) side by side as one image, each scaled by its own maximum, and
    the maxima.
    """
    most = maps.amax(dim=(1, 2))
    scaled = maps / most.clamp(min=1e-12)[:, None, None] * 255
    return png(torch.cat(list(scaled.round().byte()), dim=1)), [round(m.item(), 3) for m in most]


def describe_maps(
    network: ResNet50, images: Tensor, likely: Tensor, facts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for each image: its maps after each group, and its probabilities.

    Args:
        network: in evaluation mode.
        images: the chosen images (n, 3, h, w), normalized; the first four decide on the channels.
        likely: their probabilities (n, classes).
        facts: what is said of each image besides these.
    """
    rows = [
        {**fact, "probabilities": [round(p.item(), 4) for p in likely[number]], "maps": {}}
        for number, fact in enumerate(facts)
    ]
    for name, maps in groups_of(network, images).items():
        channels = channels_of(maps[: len(DIGITS)])
        for row, of_image in zip(rows, maps, strict=True):
            image, maxima = strip(of_image[channels])
            row["maps"][name] = {
                "of": len(of_image),
                "channels": channels,
                "maxima": maxima,
                "size": of_image.shape[-1],
                "png": image,
            }
    return rows
