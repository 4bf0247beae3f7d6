"""What the drawing of the family is made from: its five networks, counted."""

from typing import Any

import torch

from tutorial_code.ch10_family import FAMILY, count


def data() -> list[dict[str, Any]]:
    """Return name, blocks, expansion, parameters and multiply-adds of each network."""
    found = []
    for name, (block, num_blocks) in FAMILY.items():
        with torch.device("meta"):  # shapes are enough for counting
            counted = count(name)
        found.append(
            {
                "name": name.replace("resnet", "ResNet-"),
                "block": block.__name__,
                "blocks": num_blocks,
                "expansion": block.expansion,
                "parameters": counted.parameters,
                "work": counted.multiply_adds,
            }
        )
    return found
