"""Build ResNet-50 yourself. The chapters are the book; start with ch01_images."""

import os

# PyTorch's wheels for Linux compute with GNU's OpenMP, whose threads spin while they wait. A second
# training, or anything else that is busy, then slows a training down several times, as
# benchmarks/two_at_once.py shows. It is read when torch is loaded, so it is set before.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

__version__ = "0.2.0.dev0"
