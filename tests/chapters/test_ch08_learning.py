"""Chapter 8: each part of the full recipe does what it says."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_optimizer
from tutorial_code.ch08_learning import (
    PARTS,
    EvalWithEMA,
    EvalWithFlip,
    SmoothedCrossEntropy,
    add_ema,
    combinations,
    exclude_from_weight_decay,
    update_ema,
    use_small_stem,
)
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.tables import recorded_run


def test_small_stem_keeps_the_positions():
    model = use_small_stem(ResNet50())
    sizes = []
    for stage in (model.conv2_x, model.conv3_x, model.conv4_x, model.conv5_x):
        stage.register_forward_hook(lambda module, inputs, output: sizes.append(output.shape[-1]))
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    assert sizes == [32, 16, 8, 4]
    assert sum(p.numel() for p in model.parameters()) == 23_528_522 - 64 * 3 * (49 - 9)


def test_the_combinations_are_balanced_and_no_part_goes_along_with_a_pair():
    signs = torch.tensor([[1 if row[part] else -1 for part in PARTS] for row in combinations()])
    assert signs.shape == (16, 8) and len(signs.unique(dim=0)) == 16
    assert torch.equal(signs.T @ signs, 16 * torch.eye(8, dtype=torch.int64))
    assert not signs.sum(dim=0).any()
    for i in range(8):
        for j in range(i):
            assert not ((signs[:, i] * signs[:, j]) @ signs).any()


def test_the_prose_says_what_is_recorded():
    """The worth of each part with two standard errors, and what the average adds."""
    run = recorded_run("ablation-cpu")
    [chapter] = [each for each in read_chapters() if each.number == 8]
    prose = " ".join(chapter.text.split("\n# "))
    said = {
        "crop and mirror": "by far: {} ± {} points",
        "cosine": "the cosine {} ± {} points",
        "cutout": "cutout {} ± {},",
        "weight decay": "weight decay {} ± {}.",
        "label smoothing": "may be surprised: {} ± {},",
        "zero-initialization": "zero-initialization {}, Nesterov",
        "Nesterov": "Nesterov {} and",
        "sparing norms and biases": "biases {}, each ± {}.",
    }
    rows = {(row["part"], row["measure"]): row for row in run.rows("worth.jsonl")}

    def numbers(part, measure):
        row = rows[part, measure]
        return f"{abs(row['worth']):.1f}", f"{2 * row['error']:.1f}", row["worth"] < 0

    for part in PARTS:
        worth, error, negative = numbers(part, "accuracy")
        assert said[part].format("−" * negative + worth, error) in prose, part
    smoothing, error, _ = numbers("label smoothing", "averaged")
    assert f"give −{smoothing} ± {error}." in prose
    designed = [row for row in run.rows() if row["experiment"] == "design"]
    constant = [row for row in designed if not row["cosine"]]
    gained = sum(row["averaged"] - row["accuracy"] for row in constant) / len(constant)
    assert f"and there by {gained:.1f} points" in prose
    above, error, negative = numbers("cosine", "averaged")
    assert negative and f"by {above} ± {error} points" in prose


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
