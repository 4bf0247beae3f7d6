"""The speeds that a machine reaches at best: in products of large matrices, and in copying."""

import time
from collections.abc import Callable

import torch


def product_peak(device: torch.device, dtype: torch.dtype) -> float:
    """Return the floating-point operations per second of a product of two large matrices."""
    n = 8192 if device.type == "cuda" else 2048
    a, b = (torch.randn(n, n, device=device, dtype=dtype) for _ in range(2))
    return 10 * 2 * n**3 / _shortest(lambda: [a @ b for _ in range(10)], device)


def copy_peak(device: torch.device, size: int) -> float:
    """Return the bytes per second, read and written together, of copying so many bytes.

    What fits into a cache is copied there, and so faster than in memory.
    """
    source = torch.ones(size // 4, device=device)
    target = torch.empty_like(source)
    repeats = max(4, (1 << 28) // size)
    seconds = _shortest(lambda: [target.copy_(source) for _ in range(repeats)], device)
    return repeats * 2 * size / seconds


def _shortest(work: Callable[[], object], device: torch.device, times: int = 5) -> float:
    seconds = []
    for _ in range(times + 1):  # the first warms up
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])
