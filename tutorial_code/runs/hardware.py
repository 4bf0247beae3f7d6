"""What a run computes on: chosen once, then shown and recorded together with the reasons."""

import importlib.util
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import torch

from tutorial_code.runs.config import Config
from tutorial_code.runs.project import describe_project
from tutorial_code.shared.errors import ReaderError


class Hardware(NamedTuple):
    """The hardware choices for a training or a test."""

    device: torch.device
    precision: str  # fp32 or bf16
    conv1x1_matmul: bool  # whether 1×1 convolutions are computed as matrix products
    compiled: bool  # whether the network is compiled for training
    reasons: dict[str, str]  # keyed by the names that the terminal shows

    def lines(self) -> list[str]:
        """Return the lines for the terminal: each choice with its reason."""
        shown = {
            "device": self.device.type,
            "precision": self.precision,
            "conv1x1": "matrix products" if self.conv1x1_matmul else "convolutions",
            "compile": "yes" if self.compiled else "no",
        }
        return [
            f"{name:<10} {value} ({self.reasons[name]})"
            for name, value in shown.items()
            if name in self.reasons
        ]

    def describe(self, processes: int = 1) -> dict[str, Any]:
        """Return the choices with versions and hardware, as ``environment.json`` holds them."""
        chosen = {"precision": self.precision, "compiled": self.compiled, "processes": processes}
        return describe_machine(self.device) | chosen | {"conv1x1_matmul": self.conv1x1_matmul}


def choose_hardware(config: Config) -> Hardware:
    """Choose whatever the configuration leaves to the machine.

    Raises:
        ReaderError: the requested device is not available.
    """
    reasons = {}
    device, reasons["device"] = choose_device(config.device)
    precision, reasons["precision"] = choose_precision(config.precision, device)
    matmul, reasons["conv1x1"] = choose_conv1x1(config, device)
    compiled = False
    if config.compile:
        compiled, reasons["compile"] = choose_compile(device)
    return Hardware(device, precision, matmul, compiled, reasons)


def choose_device(name: str) -> tuple[torch.device, str]:
    """Return the device and the reason for it; ``auto`` takes the fastest one available.

    Raises:
        ReaderError: the requested device is not available.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        chosen = next(device for device, available in there.items() if available)
        missing = chosen == "cpu"
        reason = "no GPU that PyTorch can use was found" if missing else "PyTorch found it"
        return torch.device(chosen), reason
    if not there[name]:
        raise ReaderError(
            f"--device {name} is not available on this machine: give --device auto or --device cpu."
        )
    return torch.device(name), "asked for"


def choose_precision(name: str, device: torch.device) -> tuple[str, str]:
    """Return ``fp32`` or ``bf16``; ``auto`` takes bf16 where the hardware supports it directly."""
    fast = _has_bf16(device)
    if name == "auto" and fast:
        return "bf16", f"this {device.type} computes in it directly"
    if name == "auto":
        return "fp32", "no fast bf16 was found"
    if name == "bf16" and not fast:
        return name, "asked for; no fast bf16 was found, so it may be slow"
    return name, "asked for"


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def choose_conv1x1(config: Config, device: torch.device) -> tuple[bool, str]:
    """Return whether 1×1 convolutions are computed as matrix products, and the reason.

    ``auto`` does so where this was measured to be faster, in fp32 and in bf16: on x86 CPUs with the
    7×7 stem, which leaves few positions. See ``benchmarks/training_speed.py``.
    """
    if config.conv1x1_matmul != "auto":
        return config.conv1x1_matmul == "on", "asked for"
    if device.type != "cpu" or platform.machine() not in ("x86_64", "AMD64"):
        return False, "products were faster only on x86 CPUs"
    if config.stem != "7x7":
        return False, "products were faster only with the 7x7 stem"
    return True, "faster on x86 CPUs with the 7x7 stem"


def choose_compile(device: torch.device) -> tuple[bool, str]:
    """Return whether the network is compiled, which needs a compiler, and the reason."""
    if device.type == "mps":
        return False, "not used on mps"
    if device.type == "cuda":
        c_compiler = any(map(shutil.which, (os.environ.get("CC") or "gcc", "clang")))
        found = importlib.util.find_spec("triton") is not None and c_compiler
        return found, "with Triton" if found else "it needs Triton and a C compiler"
    usual = {"Windows": "cl", "Darwin": "clang++"}.get(platform.system(), "g++")
    compiler = os.environ.get("CXX") or usual
    if shutil.which(compiler):
        return True, f"with {compiler}"
    return False, f"it needs a C++ compiler, and {compiler} was not found"


def set_up_backends(device: torch.device, tf32: bool) -> None:
    """Set whether a GPU rounds the factors of fp32 products to TF32, and let it time convolutions.

    Both settings hold for the whole process.
    """
    if device.type == "cuda":
        rounding = "tf32" if tf32 else "ieee"
        torch.backends.cuda.matmul.fp32_precision = rounding
        # PyTorch replaces this module by an object with more attributes.
        torch.backends.cudnn.conv.fp32_precision = rounding  # type: ignore[attr-defined]
        torch.backends.cudnn.benchmark = True


def describe_machine(device: torch.device) -> dict[str, Any]:
    """Return what a measurement ran on and measured: the hardware, the versions and the project."""
    on_gpu = device.type == "cuda"
    return {
        **describe_project(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": version("torchvision"),
        "system": platform.system(),
        "device": device.type,
        "gpu": torch.cuda.get_device_name(device) if on_gpu else None,
        "driver": _driver() if on_gpu else None,
        "cpu": _cpu_model(),
        "cpu_cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }


def _driver() -> str | None:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return None


def _cpu_model() -> str:
    try:
        if platform.system() == "Linux":
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
        if platform.system() == "Darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass
    return platform.processor() or platform.machine()
