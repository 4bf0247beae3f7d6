"""Chapter 9: what runs faster computes the same."""

import copy

import pytest
import torch
from torch import nn

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch09_speed import (
    Accelerated,
    MatmulConv1x1,
    SmallTraining,
    Stopwatch,
    conv_intensity,
    flat,
    load_state,
    state_of,
    train_until,
    use_matmul_convs,
)


def generator():
    return torch.Generator().manual_seed(0)


def test_products_give_what_convolutions_give():
    """Outputs and gradients but for rounding, under the same names, at both strides and with an odd
    size.
    """
    plain = ResNet50((1, 2, 1, 1)).double()
    products = use_matmul_convs(copy.deepcopy(plain))
    kinds = [type(module) for module in products.modules() if isinstance(module, nn.Conv2d)]
    # two in each block, and a shortcut in each stage
    assert kinds.count(MatmulConv1x1) == 5 * 2 + 4
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


def test_the_intensity_is_that_of_counted_operations_and_bytes():
    conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)
    x = torch.randn(2, 8, 5, 5)
    moved = 4 * (x.numel() + conv.weight.numel() + conv(x).numel())
    operations = 2 * conv(x).numel() * 8 * 9
    assert conv_intensity(2, 8, 5, 3) == pytest.approx(operations / moved)


def test_the_stopwatch_sees_forward_and_backward_and_changes_nothing():
    layer = nn.Conv2d(3, 4, 3)
    x = torch.randn(1, 3, 8, 8)
    with Stopwatch() as stopwatch:
        found = layer(x)
        found.sum().backward()
    assert torch.allclose(found, layer(x))
    assert {"convolution", "convolution_backward"} <= stopwatch.seconds.keys()
    assert all(seconds >= 0 for seconds in stopwatch.seconds.values())


@pytest.fixture(scope="module")
def whole():
    training = SmallTraining(total=44)
    train_until(training, 44)
    return flat(training.model)


def gone_on(state, without=()):
    """Return the weights of a training that goes on from a state to the same end."""
    training = SmallTraining(total=44)
    load_state(training, state, without)
    train_until(training, 44)
    return flat(training.model)


@pytest.mark.parametrize("step", [5, 22, 30])
def test_a_small_training_goes_on_exactly(step, whole):
    """In the middle of an epoch and between two."""
    training = SmallTraining(total=44)
    train_until(training, step)
    assert torch.equal(gone_on(copy.deepcopy(state_of(training))), whole)


def test_a_small_training_goes_on_from_its_file(whole, tmp_path):
    path = tmp_path / "checkpoint.pt"
    train_until(SmallTraining(total=44), 30, path)
    state = torch.load(path)
    assert state["step"] == 20
    assert torch.equal(gone_on(state), whole)


@pytest.mark.parametrize("piece", ["momentum", "schedule", "random numbers"])
def test_a_small_training_needs_every_piece(piece, whole):
    training = SmallTraining(total=44)
    train_until(training, 30)
    weights = gone_on(copy.deepcopy(state_of(training)), without=[piece])
    assert not torch.allclose(weights, whole, rtol=1e-3)
