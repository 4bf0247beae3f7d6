"""The cost per step of averaging the weights: chapter 8's update and AveragedModel's own.

Both give the same weights and statistics, bit for bit. They update averages of one ResNet-50 in
alternation. On a CPU most of the time goes into reading and writing 23.5 million numbers, so a
network with a few numbers per tensor is measured there, too: what remains is the launching time,
which is what a GPU waits for.

    uv run python benchmarks/ema_step.py [--rounds 20] [--device cpu]
"""

import argparse
import statistics
import time
from collections.abc import Callable

import tutorial_code  # noqa: F401 - it sets what torch reads when it is loaded

# isort: split
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch08_learning import update_ema

STEPS = 45  # that the average covers


def thin_network() -> ResNet50:
    """Return a ResNet-50 with its 161 parameters and 159 buffers, each of a few numbers."""
    network = ResNet50()
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.is_floating_point():
            tensor.data = tensor.data.flatten()[:8].clone()
    return network


def updates(network: nn.Module) -> dict[str, Callable[[], None]]:
    """Return both forms, each with an average of its own."""
    theirs = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(1 - 1 / STEPS), use_buffers=True
    )
    ours = AveragedModel(network)
    return {
        "AveragedModel": lambda: theirs.update_parameters(network),
        "chapter 8": lambda: update_ema(ours, network, 1 / STEPS),
    }


def milliseconds(update: Callable[[], None], device: torch.device) -> float:
    """Return how long an update takes, until the device is done with it."""
    start = time.perf_counter()
    update()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print a row for each network and form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    networks = {"ResNet-50": ResNet50(), "of 8 numbers a tensor": thin_network()}
    print(f"{'network':22} {'update':14} median of a step   ratio")
    for name, network in networks.items():
        forms = updates(network.to(device))
        times = {form: [] for form in forms}
        for _ in range(arguments.rounds + 2):
            for form, update in forms.items():
                times[form].append(milliseconds(update, device))
        medians = {form: statistics.median(values[2:]) for form, values in times.items()}
        for form, median in medians.items():
            ratio = median / medians["AveragedModel"]
            print(f"{name:22} {form:14} {median:11.2f} ms {ratio:10.2f}")


if __name__ == "__main__":
    main()
