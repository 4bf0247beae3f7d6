"""Chapter 4: the network, compared with the paper's counts and torchvision's network."""

import pytest
import torch
from torch import nn
from torchinfo import summary
from torchvision.models import resnet50

from tutorial_code.ch04_resnet50 import (
    ResNet50,
    count_groups,
    from_torchvision,
    to_torchvision,
    with_stride_on_first_conv,
)


def parameters(model, size):
    return summary(model, input_size=size, verbose=0).total_params


@pytest.mark.parametrize(("classes", "count"), [(10, 23_528_522), (1000, 25_557_032)])
def test_resnet50_counts(classes, count):
    assert parameters(ResNet50(num_classes=classes), (2, 3, 32, 32)) == count


def test_table_1_is_the_network_counted_stage_by_stage():
    rows = {row.name: row for row in count_groups(ResNet50(num_classes=1000), 224)}
    theirs = resnet50(num_classes=1000)
    for name, layer in [
        ("conv2_x", "layer1"),
        ("conv3_x", "layer2"),
        ("conv4_x", "layer3"),
        ("conv5_x", "layer4"),
    ]:
        assert rows[name].parameters == sum(p.numel() for p in getattr(theirs, layer).parameters())
    assert [rows[f"conv{n}_x"].blocks for n in range(2, 6)] == [3, 4, 6, 3]
    assert [rows[f"conv{n}_x"].output_shape for n in range(2, 6)] == [
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
    ]
    whole = summary(ResNet50(num_classes=1000), input_size=(1, 3, 224, 224), verbose=0)
    assert sum(row.parameters for row in rows.values()) == whole.total_params == 25_557_032
    assert sum(row.multiply_adds for row in rows.values()) == whole.total_mult_adds
    assert whole.total_mult_adds == pytest.approx(4.09e9, rel=0.001)
    paper = sum(
        row.multiply_adds
        for row in count_groups(with_stride_on_first_conv(ResNet50(num_classes=1000)), 224)
    )
    assert 3.8e9 < paper < 3.9e9


@pytest.mark.parametrize("size", [32, 64, 97, 224])
def test_any_image_size(size):
    assert ResNet50(num_classes=7).eval()(torch.randn(1, 3, size, size)).shape == (1, 7)


def test_called_positionally_by_name_and_with_a_tuple():
    for model in (ResNet50([1, 1, 1, 1], 4), ResNet50(num_blocks=(1, 1, 1, 1), num_classes=4)):
        assert [len(getattr(model, f"conv{n}_x")) for n in range(2, 6)] == [1, 1, 1, 1]
        assert model.fc.out_features == 4


def test_the_default_is_never_mutated():
    first, second = ResNet50(), ResNet50()
    assert ResNet50.__init__.__defaults__ == ([3, 4, 6, 3], 10)
    assert first.state_dict().keys() == second.state_dict().keys()
    assert not {p.data_ptr() for p in first.parameters()} & {
        p.data_ptr() for p in second.parameters()
    }


def twins(num_classes=10):
    theirs = resnet50(num_classes=num_classes)
    mine = ResNet50(num_classes=num_classes)
    mine.load_state_dict(from_torchvision(theirs.state_dict()))
    return mine, theirs


def test_weights_go_both_ways():
    mine, theirs = twins()
    back = to_torchvision(mine.state_dict())
    assert back.keys() == theirs.state_dict().keys()
    assert all(torch.equal(back[name], value) for name, value in theirs.state_dict().items())


@pytest.mark.parametrize(
    ("training", "shape"),
    [(True, (4, 3, 45, 37)), (False, (2, 3, 97, 97)), (False, (1, 3, 32, 32))],
)
def test_outputs_and_gradients_equal_torchvisions(training, shape):
    mine, theirs = (model.train(training) for model in twins())
    x = torch.randn(shape)
    outputs = [model(x) for model in (mine, theirs)]
    torch.testing.assert_close(*outputs)
    for output in outputs:
        output.square().sum().backward()
    gradients = to_torchvision({name: p.grad for name, p in mine.named_parameters()})
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(
            gradients[name], parameter.grad, rtol=1e-3, atol=1e-4 * parameter.grad.abs().max()
        )


def test_three_sgd_steps_equal_torchvisions():
    mine, theirs = twins()
    batches = [(torch.randn(6, 3, 32, 32), torch.randint(10, (6,))) for _ in range(3)]
    for model in (mine, theirs):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
    after = to_torchvision(mine.state_dict())
    for name, value in theirs.state_dict().items():
        torch.testing.assert_close(after[name], value, rtol=1e-3, atol=1e-4)
