"""Chapter 8: each part does what it says, each option of a training reaches what it names."""

import copy
import json
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutorial_code.ch01_images import ImageData, augment, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_optimizer, train_one_epoch
from tutorial_code.ch08_learning import (
    EvalWithEMA,
    EvalWithFlip,
    SmoothedCrossEntropy,
    add_ema,
    exclude_from_weight_decay,
    update_ema,
    use_small_stem,
)
from tutorial_code.ch09_speed import Accelerated, MatmulConv1x1, use_matmul_convs
from tutorial_code.data.device_loader import (
    DeviceLoader,
    cut_out,
    make_device_loaders,
    shift_and_flip,
)
from tutorial_code.runs.config import FULL, Config, configure
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.training_setup import build, use_validation_split
from tutorial_code.shared import tables
from tutorial_code.shared.errors import ReaderError

CPU = torch.device("cpu")


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


def generator():
    return torch.Generator().manual_seed(0)


def test_small_stem_keeps_the_positions():
    model = use_small_stem(ResNet50())
    sizes = []
    for stage in (model.conv2_x, model.conv3_x, model.conv4_x, model.conv5_x):
        stage.register_forward_hook(lambda module, inputs, output: sizes.append(output.shape[-1]))
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    assert sizes == [32, 16, 8, 4]
    assert sum(p.numel() for p in model.parameters()) == 23_528_522 - 64 * 3 * (49 - 9)


def test_products_give_what_convolutions_give():
    """Outputs and gradients but for rounding, under the same names, at both strides and with an odd
    size.
    """
    plain = ResNet50((1, 2, 1, 1)).double()
    products = use_matmul_convs(copy.deepcopy(plain))
    kinds = [type(module) for module in products.modules() if isinstance(module, nn.Conv2d)]
    assert (
        kinds.count(MatmulConv1x1) == 5 * 2 + 4
    )  # two in each block, and a shortcut in each stage
    assert list(products.state_dict()) == list(plain.state_dict())
    seen = []
    for model in (plain, products, copy.deepcopy(products)):
        images = torch.randn(
            3, 3, 65, 47, dtype=torch.double, generator=generator()
        ).requires_grad_()
        logits = model(images)
        logits.square().sum().backward()
        seen.append([logits, images.grad, *(parameter.grad for parameter in model.parameters())])
    for other in seen[1:]:
        torch.testing.assert_close(other, seen[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("may_flip", [False, True])
def test_shift_and_flip_gives_what_augment_gives(may_flip):
    image = torch.randint(256, (3, 8, 8), dtype=torch.uint8)
    batch = shift_and_flip(image.expand(400, -1, -1, -1), 1, may_flip, generator())
    possible = {tuple(augment(image, 1, may_flip).flatten().tolist()) for _ in range(400)}
    assert {tuple(each.flatten().tolist()) for each in batch} == possible
    assert len(possible) == 9 * (1 + may_flip)


def test_shift_and_flip_moves_each_channel_alike():
    rows = torch.arange(64).view(1, 8, 8) + 1
    batch = shift_and_flip(
        torch.cat([rows, rows + 100, rows + 200]).byte().expand(50, -1, -1, -1),
        2,
        True,
        generator(),
    )
    there = batch[:, 0] > 0
    assert torch.equal(batch[:, 1][there], batch[:, 0][there] + 100)


@pytest.mark.parametrize("side", [1, 4, 8])
def test_cut_out_hides_one_square_and_nothing_else(side):
    images = torch.rand(200, 3, 16, 16) + 1
    cut = cut_out(images, side, generator())
    hidden = cut == 0
    assert torch.equal(cut[~hidden], images[~hidden])
    assert torch.equal(hidden[:, 0], hidden[:, 1]) and torch.equal(hidden[:, 0], hidden[:, 2])
    areas = hidden[:, 0].sum(dim=(1, 2))
    assert areas.max() == side**2 and areas.min() >= (side // 2) ** 2 and areas.min() > 0
    for square in hidden[:, 0]:
        rows, columns = square.any(dim=1).nonzero().flatten(), square.any(dim=0).nonzero().flatten()
        assert len(rows) * len(columns) == square.sum()
        assert len(rows) == rows[-1] - rows[0] + 1 and len(columns) == columns[-1] - columns[0] + 1


def test_device_loaders_give_what_the_data_loaders_give(data):
    ours, theirs = make_device_loaders(data, 4, CPU)[1], make_loaders(data, 4)[1]
    for (images, labels), (their_images, their_labels) in zip(ours, theirs, strict=True):
        assert torch.allclose(images, their_images, atol=1e-6) and torch.equal(labels, their_labels)
    plain, _ = make_device_loaders(data, 20, CPU, augmented=False)
    ((images, labels),) = plain
    assert images.mean(dim=(0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert images.std(dim=(0, 2, 3), correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert sorted(labels.tolist()) == sorted(data.train_labels.tolist())


def test_device_loader_shuffles_and_leaves_out_what_does_not_fill_a_batch():
    images, labels = torch.zeros(10, 3, 2, 2), torch.arange(10)
    loader = DeviceLoader(images, labels, 4, lambda batch: batch, generator())
    epochs = [torch.cat([batch for _, batch in loader]).tolist() for _ in range(2)]
    assert (
        len(loader) == 2
        and all(len(set(epoch)) == 8 for epoch in epochs)
        and epochs[0] != epochs[1]
    )
    assert len(DeviceLoader(images, labels, 16, lambda batch: batch, generator())) == 1
    in_order = DeviceLoader(images, labels, 4, lambda batch: batch)
    assert len(in_order) == 3 and torch.cat([batch for _, batch in in_order]).tolist() == list(
        range(10)
    )


def test_workers_prepare_the_same_epoch_each_time(data):
    epochs = [
        [images for images, _ in make_loaders(data, 8, seed=3, workers=2)[0]] for _ in range(2)
    ]
    assert all(torch.equal(one, other) for one, other in zip(*epochs, strict=True))
    alone = [labels for _, labels in make_loaders(data, 8, seed=3)[0]]
    assert all(
        torch.equal(a, b)
        for a, (_, b) in zip(alone, make_loaders(data, 8, seed=3, workers=2)[0], strict=True)
    )


def test_norms_and_biases_are_spared():
    model = ResNet50()
    optimizer = make_optimizer(model, lr=0.1, momentum=0.0, weight_decay=0.5)
    exclude_from_weight_decay(optimizer)
    before = {name: value.clone() for name, value in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for name, value in model.named_parameters():
        decays = (
            "conv" in name.rsplit(".", 2)[-2]
            or name == "fc.weight"
            or name.endswith("shortcut.0.weight")
        )
        assert torch.allclose(value, before[name] * (0.95 if decays else 1.0)), name


def test_smoothed_cross_entropy_by_hand():
    logits, labels = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 3.0]]), torch.tensor([0, 2])
    logs = logits.log_softmax(dim=1)
    by_hand = (
        -sum(0.9 * logs[i, label] + 0.1 * logs[i].mean() for i, label in enumerate(labels)) / 2
    )
    assert SmoothedCrossEntropy(label_smoothing=0.1)(logits, labels).item() == pytest.approx(
        by_hand.item()
    )
    with torch.no_grad():
        assert SmoothedCrossEntropy(label_smoothing=0.1)(logits, labels).item() == pytest.approx(
            F.cross_entropy(logits, labels).item()
        )


def test_average_by_hand_and_its_statistics():
    network = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    average = add_ema(optimizer, network, steps=4)
    weights, means = [], []
    for _ in range(5):
        optimizer.zero_grad()
        network(torch.randn(8, 1)).pow(2).sum().backward()
        optimizer.step()
        weights.append(network[0].weight.item())
        means.append(network[1].running_mean.item())
    for values, got in (
        (weights, average.module[0].weight),
        (means, average.module[1].running_mean),
    ):
        expected = values[0]
        for value in values[1:]:
            expected += (value - expected) / 4
        assert got.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("steps", [2, 45, 87, 352])
def test_the_average_has_the_bits_of_torchs_own_and_its_state(steps):
    """Weights and statistics; a run that was begun with the one goes on with the other."""
    network = ResNet50((1, 1, 1, 1))
    ours = AveragedModel(network)
    decay = 1 - 1 / steps
    theirs = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    optimizer = make_optimizer(network)
    for step in range(6):
        optimizer.zero_grad()
        F.cross_entropy(network(torch.randn(4, 3, 32, 32)), torch.arange(4)).backward()
        optimizer.step()
        update_ema(ours, network, 1 / steps)
        theirs.update_parameters(network)
        mine, torchs = ours.state_dict(), theirs.state_dict()
        assert list(mine) == list(torchs) and mine["n_averaged"] == torchs["n_averaged"]
        for name, value in mine.items():
            if value.is_floating_point():
                assert torch.equal(value, torchs[name]), name
        if step == 0:
            assert all(torch.equal(mine[name], torchs[name]) for name in mine)  # counts, too
        if step == 2:  # as after --resume
            ours = AveragedModel(network)
            ours.load_state_dict(copy.deepcopy(torchs))
    counts = [
        value for name, value in ours.state_dict().items() if name.endswith("batches_tracked")
    ]
    assert all(count == 6 for count in counts)


def test_average_and_flip_are_for_testing():
    one, other = nn.Flatten(), nn.Sequential(nn.Flatten(), nn.Threshold(10, 7))
    model = EvalWithEMA(one, other)
    x = torch.rand(2, 3, 4, 4)
    assert torch.equal(model.train()(x), one(x)) and torch.equal(model.eval()(x), other(x))
    model = EvalWithFlip(nn.Flatten())
    assert torch.equal(model.train()(x), x.flatten(1))
    assert torch.allclose(model.eval()(x), ((x + x.flip(-1)) / 2).flatten(1))


def test_accelerated_computes_the_same():
    network = ResNet50((1, 1, 1, 1)).eval()
    x = torch.randn(2, 3, 32, 32)
    exact = network(x)
    assert torch.allclose(Accelerated(network, "fp32").eval()(x), exact, atol=1e-4)
    half = Accelerated(network, "bf16").eval()(x)
    assert half.dtype == torch.float32 and torch.allclose(
        half, exact, atol=0.05 * exact.abs().max().item()
    )


def test_the_compiled_network_trains_and_the_plain_one_is_tested():
    seen = []
    model = Accelerated(
        nn.Flatten(), "fp32", compiled=lambda x: seen.append("compiled") or x.flatten(1)
    )
    model.train()(torch.zeros(1, 3, 2, 2))
    model.eval()(torch.zeros(1, 3, 2, 2))
    assert seen == ["compiled"]


def test_held_out_images_are_training_images_and_not_trained_on(data):
    held = use_validation_split(data, 5, seed=1)
    assert len(held.train_labels) == 15 and len(held.test_labels) == 5
    rows = {tuple(image.flatten().tolist()) for image in data.train_images}
    kept, out = (
        {tuple(image.flatten().tolist()) for image in images} for images in (held[0], held[2])
    )
    assert kept | out == rows and not kept & out
    assert torch.equal(use_validation_split(data, 5, seed=1).test_images, held.test_images)
    with pytest.raises(ReaderError, match="leaves nothing to train on"):
        use_validation_split(data, 19, seed=1)


def test_recipes():
    assert configure({}) == Config()
    assert configure({"recipe": "basic", "epochs": 3}) == replace(Config(), epochs=3)
    full = configure({"recipe": "full"})
    assert all(getattr(full, name) == value for name, value in FULL.items())
    assert full.lr == pytest.approx(0.4)
    assert configure({"recipe": "full", "batch_size": 128}).lr == pytest.approx(0.1)
    assert configure({"recipe": "full", "lr": 0.2, "cutout": 0}).lr == 0.2


def set_up(data, **options):
    config = replace(Config(device="cpu", precision="fp32", batch_size=4), **options)
    return build(config, data, choose_hardware(config))


def test_cutout_reaches_the_images(data, small_network):
    plain, cut = (set_up(data, loader="device", augment=False, cutout=side) for side in (0, 8))
    assert not any((images == 0).any() for images, _ in plain.train_loader)
    assert all((images == 0).any() for images, _ in cut.train_loader)
    assert not any((images == 0).any() for images, _ in cut.test_loader)


def test_a_compiled_training_is_the_same_training(data, small_network, monkeypatch):
    """What TorchInductor computes is PyTorch's to test; here the same operations run eagerly."""
    from tutorial_code.runs import hardware

    modes = []

    def compile_eagerly(network, mode, dynamic):
        modes.append((mode, dynamic))
        return torch_compile(network, backend="eager", dynamic=dynamic)

    torch_compile = torch.compile
    monkeypatch.setattr(torch, "compile", compile_eagerly)
    monkeypatch.setattr(hardware, "choose_compile", lambda device: (True, ""))
    losses = []
    for options in ({}, {"compile": True}, {"compile": True, "cuda_graphs": True}):
        setup = set_up(data, loader="device", ema=True, batch_size=10, **options)
        losses.append(
            train_one_epoch(setup.model, setup.train_loader, setup.criterion, setup.optimizer, CPU)
        )
        assert set(setup.network.state_dict()) == set(ResNet50((1, 1, 1, 1)).state_dict())
    assert losses[1:] == pytest.approx(losses[:1] * 2, rel=1e-5)
    assert modes == [(None, False), ("reduce-overhead", False)]


def test_digits_are_not_mirrored_in_testing(data, small_network):
    assert isinstance(set_up(data._replace(may_flip=False), tta=True).model, Accelerated)


def test_a_table_that_is_recorded_and_one_that_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "PLACES", (tmp_path / "missing", tmp_path))
    for order, name in enumerate(["some", "nothing"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.toml").write_text(
            f'order = {order}\ncaption = "c"\ncommand = "c"\n[columns]\nstep = ["step", '
            '"{}"]\nseconds = ["seconds", "{:.0f}"]\nmemory_gb = ["GB", "{:.2f}"]\nepochs = '
            '["epochs", "{}"]\n'
        )
    tables.show("nothing")
    assert "not recorded yet" in capsys.readouterr().out
    (tmp_path / "some" / "environment.json").write_text('{"gpu": null, "cpu": "C", "torch": "2"}')
    rows = (
        {"step": "a", "seconds": 123.4, "memory_gb": None},
        {"step": "bb", "seconds": None, "memory_gb": None},
        {"step": "c", "epochs": 3},
    )
    (tmp_path / "some" / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    tables.show("some")
    first, other = "step  seconds\na         123\nbb\n", "step  epochs\nc          3\n"
    assert capsys.readouterr().out == "some, measured on C, torch 2\n" + first + other
    with pytest.raises(LookupError, match="other"):
        tables.recorded_run("other")


def test_every_recorded_run_describes_itself():
    for run in tables.recorded_runs():
        assert run.caption and run.command.split()[0] in ("resnet50", "python")
        for row in run.rows():
            shown = {key for key, value in row.items() if value is not None}
            assert shown <= set(run.columns), run.name
