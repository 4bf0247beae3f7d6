"""What the figure of the paper's networks for CIFAR-10 is made from: their depths and counts."""

from typing import Any

from tutorial_code.ch11_depth import DEPTHS, CifarResNet


def data() -> list[dict[str, Any]]:
    """Return the layers, the blocks of a stage and the parameters of each network."""
    networks = []
    for layers, n in DEPTHS.items():
        count = sum(p.numel() for p in CifarResNet(n).parameters())
        networks.append({"n": n, "layers": layers, "parameters": count})
    return networks
