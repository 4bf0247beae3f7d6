"""Chapter 2: three layers by hand, compared with PyTorch's, and what the text says of them."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tutorial_code.ch02_layers import (
    CORNER,
    VERTICAL,
    batch_norm,
    batch_statistics,
    conv2d,
    sizes_by_layer,
)


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_the_convolution_equals_pytorchs(kernel, stride, padding):
    x, weight = torch.randn(2, 3, 9, 8), torch.randn(4, 3, kernel, kernel)
    before = x.clone()
    theirs = F.conv2d(x, weight, stride=stride, padding=padding)
    torch.testing.assert_close(conv2d(x, weight, stride, padding), theirs, rtol=1e-4, atol=1e-4)
    assert torch.equal(x, before)


def test_the_two_modes_equal_those_of_pytorchs_layer():
    """Over several batches, running statistics included, whose variance is the unbiased one."""
    norm = nn.BatchNorm2d(5)
    nn.init.uniform_(norm.weight)
    nn.init.uniform_(norm.bias)
    running_mean, running_var = torch.zeros(5), torch.ones(5)
    for _ in range(3):
        x = 2 + 3 * torch.randn(4, 5, 3, 2)
        mean, var = batch_statistics(x)
        torch.testing.assert_close(
            batch_norm(x, mean, var, norm.weight, norm.bias), norm(x), rtol=1e-4, atol=1e-5
        )
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_var = 0.9 * running_var + 0.1 * var * 24 / 23
    torch.testing.assert_close(running_mean, norm.running_mean)
    torch.testing.assert_close(running_var, norm.running_var)
    norm.eval()
    by_hand = batch_norm(x, running_mean, running_var, norm.weight, norm.bias)
    torch.testing.assert_close(by_hand, norm(x), rtol=1e-4, atol=1e-5)


def test_the_kernel_finds_the_edge_and_changes_its_sign_with_the_image():
    edges = conv2d(CORNER[None, None], VERTICAL[None, None])[0, 0]
    assert edges.tolist()[2] == [0, 0, 12, 12]
    flipped = conv2d(CORNER.flip(1)[None, None], VERTICAL[None, None])[0, 0]
    assert torch.equal(flipped, -edges.flip(1)) and not torch.equal(flipped, -edges)


@pytest.mark.parametrize("seed", range(3))
def test_without_batchnorm_the_numbers_vanish_or_explode_and_with_it_they_do_not(seed):
    start = torch.randn(16, 16, 8, 8)

    def last(spread, normalized):
        torch.manual_seed(seed)
        return sizes_by_layer(start, spread, normalized)[-1]

    assert last(0.06, False) < 1e-6 and last(0.24, False) > 1e4
    assert 0.01 < last(0.12, False) < 10
    assert all(0.6 < last(spread, True) < 0.8 for spread in (0.06, 0.12, 0.24))


def test_a_factor_and_a_constant_vanish_in_batchnorm():
    x, ones = torch.randn(4, 3, 5, 5), torch.ones(3)
    normalized = batch_norm(x, *batch_statistics(x), ones, 0 * ones)
    moved = 10 * x + 7
    again = batch_norm(moved, *batch_statistics(moved), ones, 0 * ones)
    torch.testing.assert_close(again, normalized, rtol=1e-3, atol=1e-4)
