"""Each option of `resnet50 train` reaches what it names: a new one without an entry here fails the
suite.
"""

from dataclasses import fields, replace

import pytest
import torch
from torch import nn

from tutorial_code.ch01_images import ImageData
from tutorial_code.runs import training, training_setup
from tutorial_code.runs.config import Config, configure
from tutorial_code.runs.console import open_terminal
from tutorial_code.runs.interruption import SaveTimes

CPU = torch.device("cpu")
BASE = Config(device="cpu", precision="fp32", batch_size=4, epochs=2)  # 5 steps an epoch


@pytest.fixture
def data():
    """20 images of noise to train and 8 to test, of two classes; mirrored they are still of their
    class.
    """
    images = torch.randint(1, 256, (28, 3, 32, 32), dtype=torch.uint8)
    labels = torch.arange(28) % 2
    return ImageData(
        images[:20], labels[:20], images[20:], labels[20:], ("a", "b"), max_shift=4, may_flip=True
    )


def group(name):
    return lambda parts: [group[name] for group in parts.optimizer.param_groups]


def factors(parts):
    """Return the factor on the learning rate at each step."""
    return [round(parts.schedule.lr_lambdas[0](step), 3) for step in range(21)]


def has_a_hole(parts):
    """Return whether a square of zeros, the mean, was cut out of the first training image."""
    images, _ = next(iter(parts.train_loader))
    return bool((images[0] == 0).any())


def given_channels_last(parts):
    """Return whether the network is given its images, and so computes, with the channels last in
    memory.
    """
    images = []
    parts.network.conv1.register_forward_pre_hook(lambda layer, given: images.append(given[0]))
    parts.model.eval()(torch.zeros(2, 3, 32, 32))
    return images[0].is_contiguous(memory_format=torch.channels_last)


# name: options, what is looked at in the parts of a training, what it is without them, what it is
# with them
BUILT = {
    "epochs": ({"epochs": 4}, lambda parts: factors(parts).index(0), 10, 20),
    "batch_size": (
        {"batch_size": 8},
        lambda parts: [
            len(next(iter(loader))[1]) for loader in (parts.train_loader, parts.test_loader)
        ],
        [4, 4],
        [8, 8],
    ),
    "lr": ({"lr": 0.7}, lambda parts: parts.schedule.base_lrs, [0.03], [0.7]),
    "momentum": ({"momentum": 0.5}, group("momentum"), [0.9], [0.5]),
    "nesterov": ({"nesterov": True}, group("nesterov"), [False], [True]),
    "weight_decay": ({"weight_decay": 0.1}, group("weight_decay"), [5e-4], [0.1]),
    "decay_on": ({"decay_on": "weights"}, group("weight_decay"), [5e-4], [5e-4, 0.0]),
    "schedule": (
        {"schedule": "constant"},
        lambda parts: type(parts.schedule).__name__,
        "LambdaLR",
        "NoneType",
    ),
    "warmup_epochs": (
        {"warmup_epochs": 2},
        lambda parts: factors(parts)[:6],
        [0.2, 0.4, 0.6, 0.8, 1.0, 1.0],
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    ),
    "label_smoothing": (
        {"label_smoothing": 0.1},
        lambda parts: parts.criterion.label_smoothing,
        0.0,
        0.1,
    ),
    "augment": (
        {"augment": False},
        lambda parts: [step.func.__name__ for step in parts.train_loader.dataset.transforms],
        ["augment", "normalise"],
        ["normalise"],
    ),
    "cutout": ({"loader": "device", "augment": False, "cutout": 8}, has_a_hole, False, True),
    "stem": ({"stem": "3x3"}, lambda parts: parts.network.conv1.kernel_size, (7, 7), (3, 3)),
    "conv1x1_matmul": (
        {"conv1x1_matmul": True},
        lambda parts: type(parts.network.conv2_x[0].conv1).__name__,
        "Conv2d",
        "MatmulConv1x1",
    ),
    "zero_init": (
        {"zero_init": False},
        lambda parts: parts.network.conv2_x[0].bn3.weight.unique().tolist(),
        [0.0],
        [1.0],
    ),
    "ema": ({"ema": True}, lambda parts: type(parts.average).__name__, "NoneType", "AveragedModel"),
    "tta": ({"tta": True}, lambda parts: type(parts.model).__name__, "Accelerated", "EvalWithFlip"),
    "loader": (
        {"loader": "device"},
        lambda parts: type(parts.train_loader).__name__,
        "DataLoader",
        "DeviceLoader",
    ),
    "workers": ({"workers": 1}, lambda parts: parts.train_loader.num_workers, 0, 1),
    "channels_last": ({"channels_last": False}, given_channels_last, True, False),
    "precision": ({"precision": "bf16"}, lambda parts: parts.model.precision, "fp32", "bf16"),
    "compile": ({"compile": True}, lambda parts: parts.model.compiled, None, ("compiled", None)),
    "cuda_graphs": (
        {"compile": True, "cuda_graphs": True},
        lambda parts: parts.model.compiled,
        None,
        ("compiled", "reduce-overhead"),
    ),
    "seed": (
        {"seed": 1},
        lambda parts: (parts.train_loader.generator.initial_seed(), torch.initial_seed()),
        (0, 0),
        (1, 1),
    ),
}
# name: options, and what the beginning of a training makes of it without them and with them
BEGUN = {
    "data": ({"data": "cifar10"}, "digits", "cifar10"),
    "device": ({"device": "mps"}, "cpu", "mps"),
    "val_size": ({"val_size": 6}, (20, 8), (14, 6)),
}
ELSEWHERE = {"recipe", "tf32", "mine"}  # tests of their own, below and in test_mine.py


def test_every_option_has_an_entry():
    assert {option.name for option in fields(Config)} == set(BUILT) | set(BEGUN) | ELSEWHERE


def test_every_entry_gives_another_value_than_the_default():
    for entries in (BUILT, BEGUN):
        for name, (options, *_) in entries.items():
            assert options[name] != getattr(BASE, name)


@pytest.mark.parametrize("name", BUILT)
def test_an_option_reaches_its_part_of_the_training(name, data, small_network, monkeypatch):
    monkeypatch.setattr(training_setup, "choose_compile", lambda asked, device: (asked, ""))
    monkeypatch.setattr(torch, "compile", lambda network, mode, dynamic: ("compiled", mode))
    options, seen, without, given = BUILT[name]
    assert seen(training_setup.build(BASE, data, CPU)) == without
    assert seen(training_setup.build(replace(BASE, **options), data, CPU)) == given


@pytest.mark.parametrize("name", BEGUN)
def test_an_option_reaches_the_beginning_of_the_training(name, data, monkeypatch, tmp_path):
    class BegunError(Exception):
        pass

    seen = {}

    def build(config, images, device, **pieces):
        seen["val_size"] = len(images.train_labels), len(images.test_labels)
        raise BegunError

    monkeypatch.setattr(
        training, "choose_device", lambda name: seen.update(device=name) or (CPU, "")
    )
    monkeypatch.setattr(training, "load_dataset", lambda spec: seen.update(data=spec) or data)
    monkeypatch.setattr(training, "build", build)
    options, without, given = BEGUN[name]
    for number, (config, value) in enumerate([(BASE, without), (replace(BASE, **options), given)]):
        with pytest.raises(BegunError):
            training.train(config, tmp_path / f"{number}", False, open_terminal(True), SaveTimes())
        assert seen[name] == value


def test_a_recipe_reaches_the_options():
    assert (configure({}).epochs, configure({"recipe": "full"}).epochs) == (7, 50)


@pytest.fixture
def rounding():
    """The two settings of TF32, put back as they were."""
    places = (torch.backends.cuda.matmul, torch.backends.cudnn.conv)
    before = [place.fp32_precision for place in places]
    yield lambda: [place.fp32_precision for place in places]
    for place, value in zip(places, before, strict=True):
        place.fp32_precision = value


@pytest.mark.parametrize(("tf32", "value"), [(True, "tf32"), (False, "ieee"), (True, "tf32")])
def test_tf32_reaches_the_products_of_a_gpu(tf32, value, rounding, monkeypatch):
    """In training and in testing. The setting is there on a machine without a GPU, too."""
    cuda, config = torch.device("cuda"), replace(BASE, tf32=tf32)
    other = replace(BASE, tf32=not tf32)
    training_setup.for_testing(other, False, cuda, nn.Identity())
    training_setup._for_training(config, False, cuda, nn.Identity(), None)
    assert rounding() == [value] * 2
    training_setup.for_testing(other, False, cuda, nn.Identity())
    assert rounding() != [value] * 2
    training_setup.for_testing(config, False, cuda, nn.Identity())
    assert rounding() == [value] * 2
