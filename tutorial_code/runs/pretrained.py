"""torchvision's weights for ImageNet, in the tutorial's networks or in the reader's own."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import torch
from PIL import ImageOps
from torch import Tensor, nn
from torchvision import models

from tutorial_code.ch04_resnet50 import from_torchvision
from tutorial_code.ch10_family import make_resnet
from tutorial_code.data.download import RemoteFile, fetch_file
from tutorial_code.data.image_folder import open_image
from tutorial_code.runs.config import MODELS
from tutorial_code.runs.own_code.own_files import components_in, naming_own_lines
from tutorial_code.runs.own_code.own_network import take_weights
from tutorial_code.runs.training_setup import network_of
from tutorial_code.shared.errors import ReaderError

MIB = 2**20  # bytes


def imagenet_weights(model: str) -> models.Weights:
    """Return what torchvision says of a network's weights: address, classes and transforms.

    Its first version is taken, which all five networks have, and which was trained much as the
    paper trains. The second has a longer recipe.

    Raises:
        ReaderError: there is no such network.
    """
    if model not in MODELS:
        raise ReaderError(f"There is no network {model!r}: choose {', '.join(MODELS)}.")
    return models.get_model_weights(model)["IMAGENET1K_V1"]


def fetch_weights(model: str) -> Path:
    """Return the path of a network's weights where torchvision keeps them, fetched if need be.

    Raises:
        ReaderError: they could not be fetched, or the file there is damaged.
    """
    weights = imagenet_weights(model)
    name = Path(urlsplit(weights.url).path).name
    file = RemoteFile(
        what=f"torchvision's {model}",
        name=name,
        size=round(weights.meta["_file_size"] * MIB),  # rounded to a thousandth
        sha256=name.rpartition("-")[2].partition(".")[0],  # its name ends with the first digits
        rounding=MIB // 1000,
    )
    return fetch_file(Path(torch.hub.get_dir()) / "checkpoints", [weights.url], file)


def imagenet_state(model: str) -> dict[str, Tensor]:
    """Return a network's ImageNet weights under the names of chapter 10."""
    state = torch.load(fetch_weights(model), map_location="cpu", weights_only=True)
    return from_torchvision(state)


def imagenet_network(model: str, answers: Sequence[Path] = ()) -> nn.Module:
    """Return a network that tells the 1,000 classes of ImageNet apart, in evaluation mode.

    Args:
        model: its name, such as ``resnet50``.
        answers: files of the reader's whose blocks and networks take the place of the chapters'.

    Raises:
        ReaderError: the weights cannot be had, or the reader's network computes something else
            with them.
    """
    pieces = components_in(answers) if answers else None
    network = make_resnet(model, 1000)
    network.load_state_dict(imagenet_state(model))
    network.eval()
    if pieces is None:
        return network
    with naming_own_lines("give the command again"):
        own = network_of(model, 1000, pieces)
        same = take_weights(own, network)
    if not same:
        raise ReaderError(
            "Your network does not compute what the chapter's computes with the same weights, or "
            "not with PyTorch's own layers: see what differs with  resnet50 check."
        )
    return own


def predict_imagenet(
    model: str,
    paths: Sequence[Path],
    answers: Sequence[Path] = (),
    invert: bool = False,
    most: int = 5,
) -> list[list[tuple[str, float]]]:
    """Return the most probable classes of each image file with their probabilities, highest first.

    The images are resized, cropped and normalized by torchvision's own transforms.
    """
    weights = imagenet_weights(model)
    images = [open_image(path) for path in paths]  # a mistyped path is named before a download
    network = imagenet_network(model, answers)
    transform, classes = weights.transforms(), weights.meta["categories"]
    found = []
    for image in images:
        with torch.no_grad():
            logits = network(transform(ImageOps.invert(image) if invert else image)[None])[0]
        values, indices = logits.softmax(0).topk(most)
        found.append(
            [
                (classes[i], value)
                for i, value in zip(indices.tolist(), values.tolist(), strict=True)
            ]
        )
    return found
