"""Chapter 9: what runs faster computes the same."""

import copy

import torch
from torch import nn

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch09_speed import Accelerated, MatmulConv1x1, use_matmul_convs


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
