"""How often `resnet50 predict` calls an image unusual: test images as they are, and inverted.

An image is unusual if its brightness is more than some number of standard deviations from that of
the training images. Fewer than one image in a hundred should be called unusual as it is, and
inverted digits should be missed as rarely. Inverted photographs are as bright as others, so
brightness cannot distinguish them.

    uv run python benchmarks/rate_of_unusual_images.py [--data digits|cifar10|folder:PATH]
"""

import argparse

import torch

from tutorial_code.ch01_images import load_dataset
from tutorial_code.runs.unusual_images import FAR, brightness_of, brightness_statistics


def main() -> None:
    """Print a row for each threshold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits")
    data = load_dataset(parser.parse_args().data)
    mean, spread = brightness_statistics(data.train_images)
    print(
        f"brightness of {len(data.train_labels):,} training images: mean {mean:.4f}, standard "
        f"deviation {spread:.4f}"
    )
    distances = {
        name: (torch.tensor(brightness_of(images)) - mean).abs() / spread
        for name, images in (
            ("training", data.train_images),
            ("test", data.test_images),
            ("test, inverted", 255 - data.test_images),
        )
    }
    print("called unusual   " + "".join(f"{name:>16}" for name in distances))
    for threshold in sorted({2.0, 2.5, 3.0, 3.5, FAR, 5.0, 6.0, 8.0}):
        shares = [
            100 * (distance > threshold).float().mean().item() for distance in distances.values()
        ]
        mark = "  <- the one in use" if threshold == FAR else ""
        print(
            f"beyond {threshold:3.1f}       "
            + "".join(f"{share:15.3f}%" for share in shares)
            + mark
        )
    print("nearest inverted image:", f"{distances['test, inverted'].min():.1f} standard deviations")


if __name__ == "__main__":
    main()
