"""Chapter 12: what several processes compute is what one computes, where it says so."""

import copy
from collections import Counter

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import Dataset

from tutorial_code.ch11_depth import CifarResNet
from tutorial_code.ch12_machines import (
    SyncBatchNorm,
    all_reduce_sum,
    gradient_of_share,
    mean_over_processes,
    take_buffers_of_rank_0,
    train_distributed,
    use_sync_batch_norm,
    weight_by_share,
)
from tutorial_code.checks.catalogue import mistakes_of
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.in_processes import in_processes
from tutorial_code.shared.tables import recorded_run

MAPS = 3 + torch.randn(7, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
UPSTREAM = torch.randn(7, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def normalize_share(make, sizes, training=True):
    """Return what a layer makes of this process's share, and the gradients and buffers."""
    rank = dist.get_rank()
    layer = make(3).double().train(training)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, 1.5, -2.0]))
        layer.bias.copy_(torch.tensor([0.1, 0.0, 1.0]))
        layer.running_mean.fill_(0.3)
    x = MAPS.split(sizes)[rank].clone().requires_grad_()
    output = layer(x)
    (output * UPSTREAM.split(sizes)[rank]).sum().backward()
    # Each process has its part of the parameters' gradients, which DDP would average.
    parameters = [all_reduce_sum(each.grad) for each in layer.parameters()]
    return [output.detach(), x.grad, *parameters, *layer.buffers()]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("sizes", [[7], [4, 3], [6, 1], [3, 0, 4]])
def test_sync_batch_norm_is_batch_norm_on_the_joined_batch(sizes, training):
    [whole] = in_processes(1, normalize_share, nn.BatchNorm2d, [7], training)
    parts = in_processes(len(sizes), normalize_share, SyncBatchNorm, sizes, training)
    for place, expected in enumerate(whole):
        found = [part[place] for part in parts]
        joined = torch.cat(found) if place < 2 else found[0]
        torch.testing.assert_close(joined, expected, rtol=1e-12, atol=1e-12)
        assert all(torch.equal(each, found[0]) for each in found) or place < 2


def test_sync_batch_norm_keeps_digits_where_the_mean_is_large():
    x = 1000 + torch.randn(64, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    exact = nn.BatchNorm2d(2).double()(x.double())
    assert (SyncBatchNorm(2)(x) - exact).abs().max() < 2e-4


def test_layers_take_over_parameters_and_statistics():
    network = CifarResNet(1)
    network(torch.randn(4, 3, 8, 8))
    parameters, state = list(network.parameters()), copy.deepcopy(network.state_dict())
    use_sync_batch_norm(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert all(a is b for a, b in zip(network.parameters(), parameters, strict=True))
    assert list(network.state_dict()) == list(state)
    assert all(torch.equal(network.state_dict()[name], state[name]) for name in state)
    with pytest.raises(ValueError, match="momentum"):
        use_sync_batch_norm(nn.Sequential(nn.BatchNorm2d(3, momentum=None)))


@pytest.mark.parametrize("way", ["evaluation", "synchronized", "ordinary"])
def test_gradients_of_unequal_shares(way):
    """Those of one process, but where each normalizes by its own images."""
    [one] = in_processes(1, gradient_of_share, way, [12], 0)
    two, same = in_processes(2, gradient_of_share, way, [9, 3], 0)
    assert torch.equal(two, same)
    difference = (two - one).norm() / one.norm()
    assert difference > 0.1 if way == "ordinary" else difference < 1e-12


def test_losses_and_accuracies_count_images_and_not_processes():
    def counts():
        rank = dist.get_rank()
        mine = ((1.0, 100.0, 6), (3.0, 50.0, 2), (0.0, 0.0, 0))[rank]
        weighted = weight_by_share(torch.tensor(mine[0]), mine[2]).item()
        return mean_over_processes(*mine, torch.device("cpu")), weighted

    found = in_processes(3, counts)
    assert {each for each, _ in found} == {(1.5, 87.5)}
    assert sum(weighted for _, weighted in found) / 3 == pytest.approx(1.5)


def test_all_have_the_buffers_of_rank_0():
    def mean():
        layer = nn.BatchNorm2d(1)
        layer.running_mean.fill_(dist.get_rank() + 5)
        take_buffers_of_rank_0(layer)
        return layer.running_mean.item()

    assert in_processes(2, mean) == [5, 5]


class Numbered(Dataset):
    """Images by their numbers, each with a random draw; their labels are 0 and 1 in turn."""

    def __init__(self, count, alike=False):
        self.count, self.alike = count, alike
        self.drawn = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.drawn.append((index, torch.rand(()).item()))
        image = torch.full((3, 8, 8), 0.0 if self.alike else index / self.count)
        return image, torch.tensor(index % 2)


def train_numbered(path, goal=100.0, alike=False):
    train_set, test_set = Numbered(24), Numbered(7, alike)
    torch.manual_seed(dist.get_rank())  # the weights of rank 0 count
    network = CifarResNet(1, num_classes=2)
    history = train_distributed(network, train_set, test_set, path, 3, batch_size=4, goal=goal)
    return history, train_set.drawn, test_set.drawn, network.state_dict()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_training_of_all_processes(processes, tmp_path):
    path = tmp_path / "weights.pth"
    found = in_processes(processes, train_numbered, path)
    histories, trained, tested, states = zip(*found, strict=True)
    assert len(histories[0]) == 3 and len(set(map(str, histories))) == 1
    each = 24 // processes
    for epoch in range(3):
        now = [drawn[epoch * each : (epoch + 1) * each] for drawn in trained]
        assert sorted(index for drawn in now for index, _ in drawn) == list(range(24))
    first, second = ([index for index, _ in trained[0][i * each : (i + 1) * each]] for i in (0, 1))
    assert first != second
    numbers = [number for drawn in trained for _, number in drawn]
    assert len(set(numbers)) == len(numbers)
    assert Counter(index for drawn in tested for index, _ in drawn) == dict.fromkeys(range(7), 3)
    saved = torch.load(path, weights_only=True)
    for state in states:  # the running statistics, too
        assert all(torch.equal(saved[name], state[name]) for name in state)


def test_all_stop_at_the_goal(tmp_path):
    histories = [found[0] for found in in_processes(2, train_numbered, tmp_path / "w.pth", 1.0)]
    assert [len(history) for history in histories] == [1, 1]


def test_the_accuracy_of_one_process_decides_nothing(tmp_path):
    """Rank 0 tests images of one class alone, rank 1 the same images as another class: one of them
    has an accuracy of 100%.
    """
    found = in_processes(2, train_numbered, tmp_path / "w.pth", 90.0, True)
    assert [len(each[0]) for each in found] == [3, 3]
    assert max(accuracy for _, accuracy in found[0][0]) < 90


def test_the_text_says_what_the_record_of_scaling_shows():
    run = recorded_run("scaling-cpu")
    [chapter] = [each for each in read_chapters() if each.number == 12]
    text = " ".join(chapter.text.replace("\n#", " ").split())
    ratios = {row["way"]: f"{row['ratio']:.2f}" for row in run.rows()}
    for way, words in {
        "strong scaling": "It becomes smaller: {} of",
        "weak scaling": "and the two are {} times as fast as one",
        "no exchange": "If they never exchanged anything they would be {} times",
        "no overlap": "the speed is {} in place of 1.22",
        "accumulated": "That gives {}, and",
    }.items():
        assert words.format(ratios[way]) in text, way
    steps: dict = {}
    for row in run.rows("timeline.jsonl"):
        steps.setdefault(row["step"], {}).setdefault(row["part"], []).append(row)
    shares = []
    for parts in steps.values():
        [backward], exchanges = parts["backward"], parts["exchange"]
        assert len(exchanges) == 5
        assert backward["begin"] < exchanges[0]["begin"]
        assert exchanges[-1]["end"] < backward["end"]
        whole = max(row["end"] for rows in parts.values() for row in rows)
        shares.append(sum(row["end"] - row["begin"] for row in exchanges) / whole)
    assert 0.15 < min(shares) <= max(shares) < 0.4


def test_the_text_says_what_the_record_of_mistakes_shows():
    [chapter] = [each for each in read_chapters() if each.number == 12]
    text = " ".join(chapter.text.replace("\n#", " ").split())
    run = recorded_run("parallel-mistakes-cpu")
    rows = {row["id"]: row for row in run.rows()}
    right, slow = rows["none"], rows["rate-not-scaled"]
    assert f"ends at {slow['loss']:.2f} in place of {right['loss']:.2f}" in text
    assert slow["highest"] > right["lowest"] - 1  # no clear difference
    assert rows["no-sampler"]["lowest"] > right["highest"]
    trained = [mistake for mistake in mistakes_of("train_distributed") if not mistake.hangs]
    assert {mistake.id for mistake in trained} == set(rows) - {"none"}
    assert f"The catalogue has {len(trained)} mistakes in this training that do not stop" in text
    worse = [row for row in rows.values() if row.get("accuracy", 100) <= right["accuracy"] - 5]
    assert len(worse) == 4
