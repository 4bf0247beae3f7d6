"""Each option of `resnet50 train` takes effect; a new one without an entry here fails the suite."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tutorial_code.ch01_images import ImageData
from tutorial_code.data import file_loader
from tutorial_code.data.image_files import ImageFiles
from tutorial_code.runs import chosen_images, hardware, launch, training_setup
from tutorial_code.runs.config import Config
from tutorial_code.runs.console import open_terminal
from tutorial_code.runs.interruption import SaveTimes
from tutorial_code.runs.recipes import configure
from tutorial_code.shared.errors import ReaderError

CPU = torch.device("cpu")
# 5 steps an epoch
BASE = Config(device="cpu", precision="fp32", conv1x1_matmul="off", batch_size=4, epochs=2)


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


def in_files(data):
    """Return data of as many images that stay on disk; none of them is read."""
    some = [
        ImageFiles(Path(), np.array([b"a"] * len(labels)), np.zeros((len(labels), 2), np.int64))
        for labels in (data.train_labels, data.test_labels)
    ]
    return data._replace(train_images=some[0], test_images=some[1])


def build(config, data):
    return training_setup.build(config, data, hardware.choose_hardware(config))


def group(name):
    return lambda setup: [group[name] for group in setup.optimizer.param_groups]


def factors(setup):
    """Return the factor on the learning rate at each step."""
    return [round(setup.schedule.lr_lambdas[0](step), 3) for step in range(21)]


def has_a_hole(setup):
    """Return whether a square of zeros, the mean, was cut out of the first training image."""
    images, _ = next(iter(setup.train_loader))
    return bool((images[0] == 0).any())


def given_channels_last(setup):
    """Return whether the network is given its images, and so computes, with the channels last in
    memory.
    """
    images = []
    setup.network.conv1.register_forward_pre_hook(lambda layer, given: images.append(given[0]))
    setup.model.eval()(torch.zeros(2, 3, 32, 32))
    return images[0].is_contiguous(memory_format=torch.channels_last)


# name: options, what is looked at in the setup of a training, what it is without them, what it is
# with them
BUILT = {
    "epochs": ({"epochs": 4}, lambda setup: factors(setup).index(0), 10, 20),
    "batch_size": (
        {"batch_size": 8},
        lambda setup: [
            len(next(iter(loader))[1]) for loader in (setup.train_loader, setup.test_loader)
        ],
        [4, 4],
        [8, 8],
    ),
    "lr": ({"lr": 0.7}, lambda setup: setup.schedule.base_lrs, [0.04], [0.7]),
    "momentum": ({"momentum": 0.5}, group("momentum"), [0.9], [0.5]),
    "nesterov": ({"nesterov": True}, group("nesterov"), [False], [True]),
    "weight_decay": ({"weight_decay": 0.1}, group("weight_decay"), [5e-4], [0.1]),
    "decay_on": ({"decay_on": "weights"}, group("weight_decay"), [5e-4], [5e-4, 0.0]),
    "schedule": (
        {"schedule": "constant"},
        lambda setup: type(setup.schedule).__name__,
        "LambdaLR",
        "NoneType",
    ),
    "warmup_epochs": (
        {"warmup_epochs": 2},
        lambda setup: factors(setup)[:6],
        [0.2, 0.4, 0.6, 0.8, 1.0, 1.0],
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    ),
    "label_smoothing": (
        {"label_smoothing": 0.1},
        lambda setup: setup.criterion.label_smoothing,
        0.0,
        0.1,
    ),
    "augment": (
        {"augment": False},
        lambda setup: [step.func.__name__ for step in setup.train_loader.dataset.transforms],
        ["augment", "normalize"],
        ["normalize"],
    ),
    "crop": (
        {"data": "imagenet:PATH", "crop": "side"},
        lambda setup: setup.train_loader.dataset.crop,
        file_loader.area_crop,
        file_loader.side_crop,
    ),
    "cutout": ({"loader": "device", "augment": False, "cutout": 8}, has_a_hole, False, True),
    "model": (
        {"model": "resnet18"},
        lambda setup: (type(setup.network).__name__, type(setup.network.conv4_x[0]).__name__),
        ("ResNet50", "Bottleneck"),
        ("ResNet", "BasicBlock"),
    ),
    "stem": (
        {"stem": "3x3-stride2"},
        lambda setup: (setup.network.conv1.kernel_size, setup.network.conv1.stride),
        ((7, 7), (2, 2)),
        ((3, 3), (2, 2)),
    ),
    "conv1x1_matmul": (
        {"conv1x1_matmul": "on"},
        lambda setup: type(setup.network.conv2_x[0].conv1).__name__,
        "Conv2d",
        "MatmulConv1x1",
    ),
    "zero_init": (
        {"zero_init": False},
        lambda setup: setup.network.conv2_x[0].bn3.weight.unique().tolist(),
        [0.0],
        [1.0],
    ),
    "ema": ({"ema": True}, lambda setup: type(setup.ema).__name__, "NoneType", "AveragedModel"),
    "tta": ({"tta": True}, lambda setup: type(setup.model).__name__, "Accelerated", "EvalWithFlip"),
    "loader": (
        {"loader": "device"},
        lambda setup: type(setup.train_loader).__name__,
        "DataLoader",
        "DeviceLoader",
    ),
    "workers": ({"workers": 1}, lambda setup: setup.train_loader.num_workers, 0, 1),
    "channels_last": ({"channels_last": False}, given_channels_last, True, False),
    "precision": ({"precision": "bf16"}, lambda setup: setup.model.precision, "fp32", "bf16"),
    "compile": ({"compile": True}, lambda setup: setup.model.compiled, None, ("compiled", None)),
    "cuda_graphs": (
        {"compile": True, "cuda_graphs": True},
        lambda setup: setup.model.compiled,
        None,
        ("compiled", "reduce-overhead"),
    ),
    "seed": (
        {"seed": 1},
        lambda setup: (setup.train_loader.generator.initial_seed(), torch.initial_seed()),
        (0, 0),
        (1, 1),
    ),
}
# name: options, and what the beginning of a training makes of it without them and with them
BEGUN = {
    "data": ({"data": "cifar10"}, "digits", "cifar10"),
    "device": ({"device": "mps"}, "cpu", "mps"),
    "val_size": ({"val_size": 6}, (20, 8), (14, 6)),
    "mirror": ({"mirror": True}, False, True),
    "classes": ({"classes": "b,a"}, ("a", "b"), ("b", "a")),
}
# Tests of their own, below, in test_own_code.py, test_initial_weights.py, test_imagenet.py and
# test_processes.py.
ELSEWHERE = {"recipe", "tf32", "mine", "init", "freeze", "skip_unreadable", "sync_batch_norm"}


def test_every_option_has_an_entry():
    assert {option.name for option in fields(Config)} == set(BUILT) | set(BEGUN) | ELSEWHERE


def test_every_entry_gives_another_value_than_the_default():
    for entries in (BUILT, BEGUN):
        for name, (options, *_) in entries.items():
            assert options[name] != getattr(BASE, name)


@pytest.mark.parametrize("name", BUILT)
def test_an_option_reaches_its_part_of_the_training(name, data, small_network, monkeypatch):
    monkeypatch.setattr(hardware, "choose_compile", lambda device: (True, ""))
    monkeypatch.setattr(torch, "compile", lambda network, mode, dynamic: ("compiled", mode))
    options, seen, without, given = BUILT[name]
    if "data" in options:
        data = in_files(data)
    assert seen(build(BASE, data)) == without
    assert seen(build(replace(BASE, **options), data)) == given


@pytest.mark.parametrize("name", BEGUN)
def test_an_option_reaches_the_beginning_of_the_training(name, data, monkeypatch, tmp_path):
    class BegunError(Exception):
        pass

    seen = {}

    def no_build(config, images, hardware, pieces, begins, job):
        seen["classes"] = images.classes
        seen["val_size"] = len(images.train_labels), len(images.test_labels)
        raise BegunError

    def load(spec, mirror):
        seen.update(data=spec, mirror=mirror)
        return data

    monkeypatch.setattr(
        hardware, "choose_device", lambda name: seen.update(device=name) or (CPU, "")
    )
    monkeypatch.setattr(chosen_images, "load_dataset", load)
    monkeypatch.setattr(launch, "build", no_build)
    options, without, given = BEGUN[name]
    for number, (config, value) in enumerate([(BASE, without), (replace(BASE, **options), given)]):
        with pytest.raises(BegunError):
            launch.train(config, tmp_path / f"{number}", False, open_terminal(True), SaveTimes())
        assert seen[name] == value


def test_synchronized_batch_norm_is_not_compiled():
    with pytest.raises(ReaderError, match="--sync-batch-norm needs --no-compile"):
        replace(BASE, sync_batch_norm=True, compile=True)


def test_a_recipe_reaches_the_options():
    assert (configure({}).epochs, configure({"recipe": "full"}).epochs) == (7, 50)


def test_the_recipes_for_imagenet_differ_in_the_crop_alone():
    """He et al. 2015, section 3.4; torchvision's references/classification."""
    data = {"data": "imagenet:PATH"}
    paper = configure({**data, "recipe": "paper"})
    reference = configure({**data, "recipe": "torchvision"})
    assert (paper.crop, reference.crop) == ("side", "area")
    assert paper == replace(reference, crop="side", recipe="paper")
    assert (paper.lr, paper.batch_size, paper.momentum, paper.weight_decay) == (0.1, 256, 0.9, 1e-4)
    assert configure({**data, "recipe": "paper", "batch_size": 64}).lr == 0.025
    # On images in memory the rest of it holds, too.
    assert configure({"recipe": "paper"}).crop == "area"


def test_the_step_schedule_divides_the_rate_by_ten_after_each_third(data, small_network):
    config = replace(BASE, schedule="step", epochs=6, warmup_epochs=1)
    assert factors(build(config, data)) == [0.2, 0.4, 0.6, 0.8, *[1.0] * 6, *[0.1] * 10, 0.01]


def test_images_on_disk_have_workers_unless_they_are_asked_for(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert configure({"data": "imagenet:PATH"}).workers == 8
    assert configure({"data": "imagenet:PATH", "workers": 0}).workers == 0
    assert configure({}).workers == 0
    monkeypatch.setattr("os.cpu_count", lambda: 96)
    assert configure({"data": "imagenet:PATH"}).workers == 16


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"data": "imagenet:PATH", "recipe": "full"}, "--loader device needs .* into memory"),
        ({"crop": "side"}, "--crop side needs --data imagenet:PATH"),
        ({"skip_unreadable": True}, "--skip-unreadable needs --data imagenet:PATH"),
    ],
)
def test_what_a_data_set_cannot_do_is_refused(given, words):
    with pytest.raises(ReaderError, match=words):
        configure(given)


@pytest.fixture
def rounding(monkeypatch):
    """The two settings of TF32, put back as they were, and that of cuDNN's search."""
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    places = (torch.backends.cuda.matmul, torch.backends.cudnn.conv)
    before = [place.fp32_precision for place in places]
    yield lambda: [place.fp32_precision for place in places]
    for place, value in zip(places, before, strict=True):
        place.fp32_precision = value


@pytest.mark.parametrize(("tf32", "value"), [(True, "tf32"), (False, "ieee"), (True, "tf32")])
def test_tf32_reaches_the_products_of_a_gpu(tf32, value, rounding):
    """In training and in testing. The setting is there on a machine without a GPU, too."""
    cuda = hardware.Hardware(torch.device("cuda"), "fp32", False, False, {})
    for config, expected in (
        (replace(BASE, tf32=tf32), True),
        (replace(BASE, tf32=not tf32), False),
    ):
        training_setup.wrap_for_loops(config, cuda, False, nn.Identity())
        assert (rounding() == [value] * 2) == expected
    assert torch.backends.cudnn.benchmark


@pytest.mark.parametrize(
    ("asked", "machine", "stem", "chosen"),
    [
        ("auto", "x86_64", "7x7", True),
        ("auto", "AMD64", "7x7", True),
        ("auto", "arm64", "7x7", False),
        ("auto", "x86_64", "3x3", False),
        ("on", "arm64", "3x3", True),
        ("off", "x86_64", "7x7", False),
    ],
)
def test_products_are_chosen_where_they_were_measured_to_be_faster(
    asked, machine, stem, chosen, monkeypatch
):
    monkeypatch.setattr(hardware.platform, "machine", lambda: machine)
    config = replace(BASE, conv1x1_matmul=asked, stem=stem)
    assert hardware.choose_conv1x1(config, CPU)[0] == chosen


def test_hardware_is_shown_with_its_reasons_and_recorded_as_chosen():
    chosen = hardware.choose_hardware(replace(BASE, conv1x1_matmul="on", compile=True))
    assert [line.split()[0] for line in chosen.lines()] == [
        "device",
        "precision",
        "conv1x1",
        "compile",
    ]
    assert all(line.endswith(")") for line in chosen.lines())
    described = chosen.describe()
    assert (described["precision"], described["conv1x1_matmul"]) == ("fp32", True)
    assert described["version"] and "commit" in described
