import os
import shutil
import sys
from pathlib import Path

# The suite runs in two processes, so each computes on one core; set before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Where this is set, each Python that a test starts compiles the sources of torch again, for
# seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import tutorial_code  # noqa: F401 - it sets what torch reads when it is loaded

# isort: split
import pytest
import torch

from tutorial_code.ch01_images import ImageData, load_digits_data
from tutorial_code.cli.app import main


@pytest.fixture(scope="session")
def digits():
    return load_digits_data()


@pytest.fixture(scope="session")
def images_folder(tmp_path_factory, digits):
    """A folder of real digits, small enough to train on in seconds: 2 classes, 20 to train and 6 to
    test.
    """
    from PIL import Image

    root = tmp_path_factory.mktemp("images")
    for split, images, labels, count in (
        ("train", digits.train_images, digits.train_labels, 10),
        ("test", digits.test_images, digits.test_labels, 3),
    ):
        for label, name in ((0, "zero"), (1, "one")):
            folder = root / split / name
            folder.mkdir(parents=True)
            for number, image in enumerate(images[labels == label][:count]):
                Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Photographs as ImageNet has them, 500×375 or 375×500 and some 110 kB, in its folders: two
    classes, 10 to train and 4 to test. It is not to be changed.
    """
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_sample_image

    root, draw = tmp_path_factory.mktemp("photographs"), np.random.default_rng(0)
    for name, file in (("n01440764", "flower.jpg"), ("n02391049", "china.jpg")):
        whole = Image.fromarray(load_sample_image(file))
        for split, count in (("train", 5), ("val", 2)):
            folder = root / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                left, upper = draw.integers(0, 120), draw.integers(0, 40)
                size = (500, 375) if number % 2 else (375, 500)
                image = whole.crop((left, upper, left + 520, upper + 387)).resize(size)
                grain = draw.normal(0, 9, (size[1], size[0], 1))
                pixels = (np.asarray(image) + grain).clip(0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{name}_{number}.JPEG", quality=95)
    return root


def resnet50(*args):
    """Run `resnet50 ARGS...` in this process; return its exit code."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as stopped:
        patch.setattr(sys, "argv", ["resnet50", *map(str, args)])
        main()
    return stopped.value.code or 0


@pytest.fixture(scope="session")
def run_command():
    """`resnet50 ARGS...` in this process; it returns the exit code."""
    return resnet50


@pytest.fixture(scope="session")
def train_small(images_folder, tmp_path_factory):
    """Train on the small folder of images for a number of epochs; return the run's folder."""

    def train(epochs, *more):
        folder = tmp_path_factory.mktemp("trained") / "run"
        data = f"folder:{images_folder}"
        options = [
            "--batch-size",
            "8",
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--quiet",
            "--out",
            folder,
        ]
        assert resnet50("train", "--data", data, "--epochs", epochs, *options, *more) == 0
        return folder

    return train


@pytest.fixture(scope="session")
def finished(train_small):
    """The folder of a finished run of two epochs, not to be changed."""
    return train_small(2)


@pytest.fixture(scope="session")
def full(train_small):
    """A run with all that the recipe `full` brings but the larger stem, and with products; it is
    not to be changed.
    """
    return train_small(
        2,
        "--recipe",
        "full",
        "--stem",
        "7x7",
        "--conv1x1-matmul",
        "on",
        "--no-compile",
        "--warmup-epochs",
        "1",
    )


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


@pytest.fixture
def data():
    """20 images of noise to train and 7 to test, of two classes; mirrored they are still of their
    class.
    """
    images = torch.randint(256, (27, 3, 32, 32), dtype=torch.uint8)
    labels = torch.arange(27) % 2
    return ImageData(
        images[:20], labels[:20], images[20:], labels[20:], ("a", "b"), max_shift=4, may_flip=True
    )


@pytest.fixture
def small(images_folder):
    """Arguments of a training that takes a second an epoch."""
    data = f"folder:{images_folder}"
    return ["train", "--data", data, "--batch-size", "8", "--device", "cpu", "--precision", "fp32"]


@pytest.fixture
def small_network(monkeypatch):
    """Let every network that is trained have one block a stage, for a third of the time."""
    from functools import partial

    from tutorial_code.runs.own_code import components

    small = partial(components.CHAPTERS.ResNet50, (1, 1, 1, 1))
    monkeypatch.setattr(components, "CHAPTERS", components.CHAPTERS._replace(ResNet50=small))


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Run `resnet50 ARGS...` in this process, in an empty folder; return exit code, output and
    error output.
    """
    monkeypatch.chdir(tmp_path)

    def run(*args):
        code = resnet50(*args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
