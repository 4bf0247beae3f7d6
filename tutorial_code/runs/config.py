"""The configuration of a run, and what is chosen automatically, with the reason."""

import math
from dataclasses import dataclass

import torch

from tutorial_code.errors import ReaderError

CHOICES = {
    "schedule": ("constant", "cosine"),
    "device": ("auto", "cpu", "cuda", "mps"),
    "precision": ("auto", "fp32", "bf16"),
}


@dataclass(frozen=True)
class Config:
    """Everything that decides what a run computes. The defaults let a first run on the digits succeed."""

    data: str = "digits"
    epochs: int = 7
    batch_size: int = 32
    lr: float = 0.03
    momentum: float = 0.9
    weight_decay: float = 5e-4
    schedule: str = "cosine"
    device: str = "auto"
    precision: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ReaderError(f"--{name} {getattr(self, name)} is unknown: choose {', '.join(allowed)}.")
        self._require("epochs", self.epochs >= 1, "at least 1")
        self._require("batch_size", self.batch_size >= 2, "at least 2, because BatchNorm compares pictures")
        self._require("lr", self.lr > 0, "a positive number")
        self._require("momentum", 0 <= self.momentum < 1, "at least 0 and less than 1")
        self._require("weight_decay", self.weight_decay >= 0, "0 or a positive number")
        self._require("seed", 0 <= self.seed < 2**63, "0 or a positive number below 2^63")

    def _require(self, name: str, holds: bool, what: str) -> None:
        value = getattr(self, name)
        if not holds or not math.isfinite(value):
            raise ReaderError(f"--{name.replace('_', '-')} must be {what}, not {value}.")


def choose_device(name: str) -> tuple[torch.device, str]:
    """Return the device and the reason for it; ``auto`` takes the fastest that is there.

    Raises:
        ReaderError: a device was asked for that is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        chosen = next(device for device, available in there.items() if available)
        reason = "no GPU that PyTorch can use was found" if chosen == "cpu" else "PyTorch found it"
        return torch.device(chosen), reason
    if not there[name]:
        raise ReaderError(f"--device {name} is not there on this machine: give --device auto or --device cpu.")
    return torch.device(name), "asked for"


def choose_precision(name: str, device: torch.device) -> tuple[str, str]:
    """Return ``fp32`` or ``bf16`` and the reason for it; ``auto`` takes bf16 where the hardware computes in it."""
    fast = _has_bf16(device)
    if name == "auto":
        return ("bf16", f"this {device.type} computes in it directly") if fast else ("fp32", "no fast bf16 was found")
    slow = name == "bf16" and not fast
    return name, "asked for; no fast bf16 was found, so it may be slow" if slow else "asked for"


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
