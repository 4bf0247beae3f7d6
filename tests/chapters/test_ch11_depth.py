"""Chapter 11: the paper's networks for CIFAR-10, and the four ways to look into them."""

from copy import deepcopy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tutorial_code.ch11_depth import (
    DEPTHS,
    CifarBlock,
    CifarResNet,
    ZeroPadShortcut,
    loss_surface,
    random_direction,
    rate_factor,
    signals,
    tiny_digits,
    without_block,
)
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.tables import recorded_run

PARAMETERS = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962}
PAPER = {20: "0.27", 32: "0.46", 44: "0.66", 56: "0.85", 110: "1.7"}  # millions, table 6


@pytest.mark.parametrize("layers", DEPTHS)
def test_layers_and_parameters_are_the_papers(layers):
    for residual in (False, True):
        model = CifarResNet(DEPTHS[layers], residual)
        weighted = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
        assert len(weighted) == layers
        assert len(model.blocks) == (layers - 2) / 2
        count = sum(p.numel() for p in model.parameters())
        assert count == PARAMETERS[layers]
        digits = len(PAPER[layers]) - 2
        assert f"{count / 1e6:.{digits}f}" == PAPER[layers]


def test_the_parameters_of_20_layers_by_hand():
    stem = 3 * 16 * 9
    stages = 6 * 16 * 16 * 9 + (16 + 5 * 32) * 32 * 9 + (32 + 5 * 64) * 64 * 9
    norms = 2 * (7 * 16 + 6 * 32 + 6 * 64)
    assert stem + stages + norms + 64 * 10 + 10 == PARAMETERS[20]


def test_the_shortcut_takes_every_second_pixel_and_adds_channels_of_zeros():
    x = torch.arange(1.0, 17).view(1, 1, 4, 4)
    expected = torch.tensor([[[[1.0, 3], [9, 11]], [[0, 0], [0, 0]]]])
    assert torch.equal(ZeroPadShortcut(1, 2, stride=2)(x), expected)
    assert torch.equal(ZeroPadShortcut(1, 1)(x), x)
    odd = torch.randn(2, 16, 7, 5)
    shortcut = ZeroPadShortcut(16, 32, 2)
    assert shortcut(odd).shape == CifarBlock(16, 32, 2)(odd).shape == (2, 32, 4, 3)
    assert torch.equal(shortcut(odd)[:, :16], odd[:, :, ::2, ::2])
    assert not list(shortcut.parameters())


@pytest.mark.parametrize("arguments", [(4, 4), (4, 8, 2)])
def test_a_plain_block_is_the_residual_one_without_the_addition(arguments):
    plain, residual = (CifarBlock(*arguments, residual=kind) for kind in (False, True))
    plain.load_state_dict(residual.state_dict())
    x = torch.randn(3, 4, 6, 6)
    branch = plain.bn2(plain.conv2(torch.relu(plain.bn1(plain.conv1(x)))))
    assert torch.equal(plain(x), torch.relu(branch))
    assert torch.equal(residual(x), torch.relu(branch + residual.shortcut(x)))


def test_both_kinds_begin_with_the_same_weights():
    models = []
    for residual in (False, True):
        torch.manual_seed(3)
        models.append(CifarResNet(3, residual))
    plain, residual = (model.state_dict() for model in models)
    assert plain.keys() == residual.keys()
    assert all(torch.equal(value, residual[key]) for key, value in plain.items())
    images = torch.randn(4, 3, 32, 32)
    assert models[0](images).shape == (4, 10)
    assert not torch.equal(models[0](images), models[1](images))


def test_the_weights_begin_as_he_et_al_draw_them():
    torch.manual_seed(0)
    conv = CifarResNet(3).blocks[-1].conv2
    assert conv.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.02)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("residual", [False, True])
def test_a_cut_block_passes_on_its_shortcut(residual, number):
    torch.manual_seed(0)
    model = CifarResNet(1, residual).eval()
    before = deepcopy(model.state_dict())
    images = torch.randn(2, 3, 8, 8)
    cut = without_block(model, number)
    x = torch.relu(model.bn1(model.conv1(images)))
    for place, block in enumerate(model.blocks):
        x = block.shortcut(x) if place == number else block(x)
    assert torch.equal(cut(images), model.fc(x.mean(dim=(2, 3))))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert isinstance(model.blocks[number], CifarBlock)


def test_cutting_a_residual_block_is_taking_its_branch_away():
    """Because no value that comes in is negative, the ReLU after the addition changes nothing."""
    torch.manual_seed(0)
    model = CifarResNet(2).eval()
    images = torch.randn(2, 3, 16, 16)
    cut = without_block(model, 1)(images)
    nn.init.zeros_(model.blocks[1].bn2.weight)
    assert torch.equal(cut, model(images))


def test_a_direction_has_filters_of_the_models_own_length():
    torch.manual_seed(0)
    model = CifarResNet(1)
    first, again, other = (random_direction(model, seed) for seed in (0, 0, 1))
    for weights, direction, same, another in zip(
        model.parameters(), first, again, other, strict=True
    ):
        assert torch.equal(direction, same)
        if weights.ndim < 2:
            assert not direction.any()
            continue
        assert not torch.equal(direction, another)
        lengths = [each.flatten(1).norm(dim=1) for each in (weights, direction)]
        torch.testing.assert_close(*lengths)
        cosine = F.cosine_similarity(direction.flatten(), another.flatten(), dim=0)
        assert abs(cosine) < 0.5


def test_a_filter_is_normalized_by_hand():
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, 4.0]]))  # of length 5
    direction, bias = random_direction(layer, seed=0)
    drawn = torch.randn(1, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(direction, 5 * drawn / drawn.norm())
    assert bias.item() == 0


def test_the_surface_is_the_loss_at_each_place():
    torch.manual_seed(0)
    model = CifarResNet(1).train()
    before = deepcopy(model.state_dict())
    images, labels = torch.randn(6, 3, 8, 8), torch.randint(10, (6,))
    first, second = random_direction(model, 0), random_direction(model, 1)
    found = loss_surface(model, images, labels, first, second, [-0.5, 0.0, 1.0])
    assert model.training
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    model.eval()
    with torch.no_grad():
        assert found[1, 1] == F.cross_entropy(model(images), labels)
        for parameter, along, across in zip(model.parameters(), first, second, strict=True):
            parameter.add_(1.0 * along - 0.5 * across)
        torch.testing.assert_close(found[2, 0], F.cross_entropy(model(images), labels))


def test_what_passes_through_a_network_is_measured_and_nothing_is_changed():
    torch.manual_seed(0)
    model = CifarResNet(2).eval()
    before = deepcopy(model.state_dict())
    images, labels = torch.randn(32, 3, 8, 8), torch.randint(10, (32,))
    found = signals(model, images, labels)
    assert len(found.gradients) == len(found.responses) == 13 and len(found.activations) == 6
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert not model.training and all(p.grad is None for p in model.parameters())
    # A fresh BatchNorm gives a spread of 1; what it gives is measured before the ReLU in place.
    assert found.responses == pytest.approx([1.0] * 13, abs=0.02)
    model.train()
    x = torch.relu(model.bn1(model.conv1(images)))
    first = model.blocks[0](x)
    assert found.activations[0] == pytest.approx(first.square().mean().sqrt().item(), rel=1e-5)
    model.load_state_dict(before)
    F.cross_entropy(model(images), labels).backward()
    assert found.gradients[0] == pytest.approx(model.conv1.weight.grad.norm().item(), rel=1e-4)


def test_the_rate_is_divided_after_half_and_three_quarters():
    factors = [rate_factor(step, 64_000) for step in (0, 31_999, 32_000, 47_999, 48_000, 63_999)]
    assert factors == [1, 1, 0.1, 0.1, 0.01, 0.01]


def test_the_tiny_digits_are_the_scanned_ones():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = tiny_digits()
    assert data.train_images.shape == (1437, 3, 8, 8)
    scanned = load_digits()
    train, _ = train_test_split(
        range(len(scanned.target)), test_size=0.2, stratify=scanned.target, random_state=0
    )
    scans = torch.from_numpy(scanned.images[train]).float() * 255 / 16
    # An enlarged pixel has an eighth of its neighbors, above and to the left.
    assert (data.train_images[:, 0].float() - scans).abs().mean() < 15
    correlation = torch.corrcoef(
        torch.stack([data.train_images[:, 0].flatten().float(), scans.flatten()])
    )[0, 1]
    assert correlation > 0.98


def test_the_text_says_what_the_record_on_photographs_shows():
    [chapter] = [each for each in read_chapters() if each.number == 11]
    text = " ".join(chapter.text.replace("\n#", " ").split())
    curves = recorded_run("depth-cpu").rows("curves.jsonl")
    errors = {}
    for row in sorted(curves, key=lambda row: row["seed"]):
        errors.setdefault((row["kind"], row["layers"]), []).append(row)
    assert {len(seeds) for seeds in errors.values()} == {3}
    assert set(errors) == {(kind, n) for kind in ("plain", "residual") for n in (20, 56)}
    for seed in range(3):
        test_errors = {key: seeds[seed]["test_error"] for key, seeds in errors.items()}
        assert min(test_errors, key=test_errors.get) == ("residual", 20)
    means = {key: sum(row["test_error"] for row in seeds) / 3 for key, seeds in errors.items()}
    for kind, words in {
        "plain": "the test error from {:.0f} to {:.0f}%",
        "residual": "shortcuts from {:.0f} to {:.0f}%",
    }.items():
        assert words.format(means[kind, 20], means[kind, 56]) in text
    for row in errors["plain", 56]:
        assert abs(row["train_error"] - row["test_error"]) < 1
    for shallow, deep in zip(errors["residual", 20], errors["residual", 56], strict=True):
        assert deep["train_error"] > shallow["train_error"]
    hours = sum(row["seconds"] for row in curves) / 2 / 3600
    assert 3.5 < hours < 4.5
    assert "took two cores of a CPU about four hours" in text
