"""Where a trained network looks: Grad-CAM overlays for the reader's own images."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from tutorial_code.ch01_images import normalize
from tutorial_code.ch07_results import grad_cam
from tutorial_code.data.data_sets import find_data_set
from tutorial_code.runs import run_files
from tutorial_code.runs.own_code.own_files import naming_own_lines
from tutorial_code.runs.prediction import Prediction, predict_files
from tutorial_code.runs.trained_run import load_run
from tutorial_code.shared.colors import DARK
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.overwriting import prepare_to_overwrite

LEAST = 4  # rows and columns of a map; fewer say next to nothing about places
SIDE = 320  # pixels of an image in an overlay
GAP = 16  # pixels between the image and its overlay
STRONGEST = 0.75  # opacity of the largest value


class Explanation(NamedTuple):
    """The overlay of one image."""

    prediction: Prediction
    target: str  # the class whose map it is
    path: Path  # of the overlay
    found: bool  # whether any place speaks for the class


class Layer(NamedTuple):
    """The layer whose maps are shown."""

    name: str
    module: nn.Module
    rows: int
    columns: int


def explain_files(
    folder: Path,
    paths: Sequence[Path],
    output: Path,
    target: str | None = None,
    invert: bool = False,
    force: bool = False,
) -> tuple[list[Explanation], Layer]:
    """Write an overlay for each image file; return what they show, and the layer they show.

    Args:
        folder: of the run.
        paths: image files, as ``predict_files`` takes them.
        output: the folder for the overlays.
        target: the class that is explained; by default the predicted class of each image.
        invert: whether light and dark are exchanged first.
        force: whether existing files are replaced; the old ones are kept as ``.bak``.

    Raises:
        ReaderError: an image or the run cannot be read, there is no such class, two overlays would
            have one name, or an overlay exists already.
    """
    written = _names(paths, output, target, invert)
    predictions = predict_files(folder, paths, invert)
    run = load_run(folder)
    classes = run.checkpoint["classes"]
    if target is not None and target not in classes:
        raise ReaderError(f"The run knows no class {target}: choose one of {', '.join(classes)}.")
    for path in written:
        prepare_to_overwrite(path, force)
    data_set, _ = find_data_set(run.config.data)
    images = torch.stack([data_set.read_image(path) for path in paths])
    images = 255 - images if invert else images
    normalized = normalize(images, run.checkpoint["mean"], run.checkpoint["std"]).to(run.device)
    network = run.network.eval()
    with naming_own_lines():
        layer = last_layer_with_places(network, normalized[0])
    output.mkdir(parents=True, exist_ok=True)
    explained = []
    for number, path in enumerate(written):
        named = target or predictions[number].classes[0][0]
        with naming_own_lines():
            image = normalized[number].requires_grad_()
            cam = grad_cam(network, layer.module, image, classes.index(named))
        overlay = overlay_of(images[number], cam.cpu())
        run_files.write_atomically(path, partial(overlay.save, format="PNG"))
        explained.append(Explanation(predictions[number], named, path, bool(cam.any())))
    return explained, layer


def _names(paths: Sequence[Path], output: Path, target: str | None, invert: bool) -> list[Path]:
    """Return the file of each overlay, which is named after what was asked for."""
    ending = "-inverted" if invert else ""
    if target is not None:
        ending += "-" + re.sub(r"[^\w.-]+", "_", target)
    names = [output / f"{path.stem}{ending}.png" for path in paths]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ReaderError(
                f"Two of the images are called {paths[number].stem}, and their overlays would have "
                "one name: explain them one after another, each with its own --output."
            )
    return names


def last_layer_with_places(network: nn.Module, image: Tensor) -> Layer:
    """Return the last module whose maps have at least 4×4 positions, and through which everything
    goes that the network makes of an image (3, h, w).

    The names of a reader's own network are not known, so each module that gives maps is tried, the
    last one first: its maps are cut off from the image, and then the logits must not depend on the
    image any more. That excludes the modules within a block, which the shortcut passes by.

    Raises:
        ReaderError: the network has no such module.
    """
    for name, module in reversed(_modules_with_maps(network, image)):
        shape = _cut_shape(network, module, image)
        if shape:
            return Layer(name, module, *shape)
    raise ReaderError(
        f"No module of your network gives maps of at least {LEAST}×{LEAST} positions that all of "
        "the image goes through: make each stage or block a module of its own."
    )


@torch.no_grad()
def _modules_with_maps(network: nn.Module, image: Tensor) -> list[tuple[str, nn.Module]]:
    """Return the modules that give maps with enough positions, by the order of their outputs."""
    found: dict[str, nn.Module] = {}
    handles = []
    for name, module in network.named_modules():

        def note(module: nn.Module, inputs: Any, output: Any, name: str = name) -> None:
            if isinstance(output, Tensor) and output.dim() == 4 and min(output.shape[2:]) >= LEAST:
                found.pop(name, None)  # of a module that is called twice, the last time counts
                found[name] = module

        handles.append(module.register_forward_hook(note))
    try:
        network(image[None])
    finally:
        for handle in handles:
            handle.remove()
    return list(found.items())


def _cut_shape(network: nn.Module, module: nn.Module, image: Tensor) -> tuple[int, int] | None:
    """Return the rows and columns of a module's maps if the logits depend on the image through
    them alone, otherwise nothing.
    """
    kept: list[Tensor] = []

    def cut(module: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        kept.append(output.detach().requires_grad_())
        return kept[-1].clone()  # a copy, because the next layer may change it in place

    handle = module.register_forward_hook(cut)
    try:
        image = image.detach().requires_grad_()
        logits = network(image[None])
    finally:
        handle.remove()
    found: Any = torch.autograd.grad(logits.sum(), (kept[-1], image), allow_unused=True)
    through_maps, past_them = found  # None where the logits do not depend on it
    if through_maps is None or past_them is not None or len(kept) > 1:
        return None
    return kept[-1].shape[2], kept[-1].shape[3]


def overlay_of(image: Tensor, cam: Tensor) -> Image.Image:
    """Return an image as the network gets it, and beside it a gray one with the map upon it.

    Args:
        image: (3, h, w), uint8.
        cam: (rows, columns), not negative.
    """
    plain = Image.fromarray(image.permute(1, 2, 0).numpy())
    plain = plain.resize((SIDE, SIDE), Image.Resampling.NEAREST)
    size = (SIDE, SIDE)
    smooth = F.interpolate(cam[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]
    opacity = STRONGEST * smooth / cam.max().clamp(min=1e-12)
    mask = Image.fromarray((255 * opacity).round().byte().numpy())
    marked = plain.convert("L").convert("RGB")
    marked.paste(Image.new("RGB", size, DARK.x), mask=mask)
    both = Image.new("RGB", (2 * SIDE + GAP, SIDE), "white")
    both.paste(plain, (0, 0))
    both.paste(marked, (SIDE + GAP, 0))
    return both
