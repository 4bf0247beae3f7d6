"""What the figure of the five steps is made from: what each of them changes."""

from itertools import pairwise
from typing import Any

import torch

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_criterion, make_optimizer, watch_steps


def data() -> dict[str, Any]:
    """Return for each of the five steps on two batches which of the four things it changed."""
    torch.manual_seed(0)
    loader, _ = make_loaders(load_dataset("digits"), batch_size=8)
    model = ResNet50([1, 1, 1, 1])
    batches = [batch for _, batch in zip(range(2), loader, strict=False)]
    states = watch_steps(model, batches, make_criterion(), make_optimizer(model))
    things = list(states[0].values)
    return {
        "things": things,
        "steps": [
            {
                "step": after.step,
                "changed": [after.values[thing] != before.values[thing] for thing in things],
                "none": [after.values[thing] is None for thing in things],
            }
            for before, after in pairwise(states)
        ],
    }
