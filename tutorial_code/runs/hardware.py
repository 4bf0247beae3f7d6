"""What is chosen by the machine, each with its reason."""

import importlib.util
import os
import platform
import shutil

import torch

from tutorial_code.shared.errors import ReaderError


def choose_device(name: str) -> tuple[torch.device, str]:
    """Return the device and the reason for it; ``auto`` takes the fastest that is there.

    Raises:
        ReaderError: a device was asked for that is not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        chosen = next(device for device, available in there.items() if available)
        reason = "no GPU that PyTorch can use was found" if chosen == "cpu" else "PyTorch found it"
        return torch.device(chosen), reason
    if not there[name]:
        raise ReaderError(
            f"--device {name} is not there on this machine: give --device auto or --device cpu."
        )
    return torch.device(name), "asked for"


def choose_precision(name: str, device: torch.device) -> tuple[str, str]:
    """Return ``fp32`` or ``bf16`` and the reason for it; ``auto`` takes bf16 where the hardware
    computes in it.
    """
    fast = _has_bf16(device)
    if name == "auto":
        return (
            ("bf16", f"this {device.type} computes in it directly")
            if fast
            else ("fp32", "no fast bf16 was found")
        )
    slow = name == "bf16" and not fast
    return name, "asked for; no fast bf16 was found, so it may be slow" if slow else "asked for"


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def choose_compile(asked: bool, device: torch.device) -> tuple[bool, str]:
    """Return whether the network is compiled, which needs a compiler, and the reason."""
    if not asked:
        return False, "not asked for"
    if device.type == "mps":
        return False, "left out on mps"
    if device.type == "cuda":
        c_compiler = any(map(shutil.which, (os.environ.get("CC") or "gcc", "clang")))
        found = importlib.util.find_spec("triton") is not None and c_compiler
        return found, "with Triton" if found else "it needs Triton and a C compiler"
    compiler = os.environ.get("CXX") or {"Windows": "cl", "Darwin": "clang++"}.get(
        platform.system(), "g++"
    )
    found = shutil.which(compiler) is not None
    return (
        found,
        f"with {compiler}" if found else f"it needs a C++ compiler, and {compiler} was not found",
    )
