"""``train --init``: a network begins with weights that another training found, under a new
classifier.
"""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from tutorial_code.ch04_resnet50 import from_torchvision
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.own_code.own_network import take_weights
from tutorial_code.shared.errors import ReaderError

PRETRAINED = "pretrained"  # stands for torchvision's weights
OTHER_LAYERS = (
    "--init does not know the layers of your network, because it computes something else than the "
    "chapter's with the same weights: resnet50 check says what differs."
)


def load_features(config: Config, network: nn.Module, reference: nn.Module, own: bool) -> None:
    """Give a network the weights that ``config.init`` names, all but the classifier's.

    Args:
        config: of the training.
        network: that is trained, on the CPU.
        reference: the tutorial's network of the same shape; the same one if it is trained.
        own: whether the trained one is the reader's, with layers of any name.

    Raises:
        ReaderError: there are no such weights, or they do not fit.
    """
    state = reference.state_dict()
    classifier = {name: value for name, value in state.items() if name.startswith("fc.")}
    try:
        reference.load_state_dict({**_state(config), **classifier})
    except RuntimeError as error:
        raise ReaderError(
            f"--init {config.init} holds the weights of another network than {config.model} with "
            f"the stem {config.stem}: give the --model and the --stem that it was trained with."
        ) from error
    if own and not take_weights(network, reference):
        raise ReaderError(OTHER_LAYERS)


def _state(config: Config) -> dict[str, Tensor]:
    """Return weights under the names of the chapters."""
    if config.init == PRETRAINED:
        from tutorial_code.runs.pretrained import imagenet_state

        return imagenet_state(config.model)
    path = Path(config.init)
    if path.is_dir():
        return _of_run(path)
    if not path.is_file():
        raise ReaderError(
            f"--init {path}: there is no such run and no such file. It takes {PRETRAINED}, a run's "
            "folder, or a file with weights."
        )
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
        return from_torchvision(state)
    except Exception as error:  # a file of another kind can fail anywhere, with any exception
        raise ReaderError(
            f"{path} holds no weights of a network ({type(error).__name__}): give one that "
            "resnet50 export has written, or a state_dict of torchvision."
        ) from error


def _of_run(folder: Path) -> dict[str, Tensor]:
    """Return the weights that a run is tested with."""
    from tutorial_code.runs.trained_run import load_run
    from tutorial_code.runs.training_setup import make_network

    run = load_run(folder)
    network = run.network.cpu()
    if run.pieces.own_network:
        hardware = choose_hardware(
            replace(run.config, device="cpu", compile=False, cuda_graphs=False)
        )
        theirs = make_network(run.config, hardware, len(run.checkpoint["classes"]))
        if not take_weights(theirs, network):
            raise ReaderError(OTHER_LAYERS)
        network = theirs
    return network.state_dict()
