"""The wrappers around the loops of a training work with every loop that passes the checks."""

import copy
from pathlib import Path

import pytest
import torch
from helpers import ANSWERS
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tutorial_code.ch05_training import make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch08_learning import SmoothedCrossEntropy
from tutorial_code.checks.isolate.answers import run_source
from tutorial_code.runs.loop_wrappers import LogitsRecorder, ResumableLoader, WatchedCriterion

CPU = torch.device("cpu")
LOOPS = sorted((ANSWERS / "training" / "right").glob("*.py"))
TESTS = sorted((ANSWERS / "testing" / "right").glob("*.py"))


def named(path, name):
    return run_source(path.read_text(encoding="utf-8"), path.name)[name]


def all_batches_first(model, loader, criterion, optimizer, device):
    return train_one_epoch(model, list(loader), criterion, optimizer, device)


def never_asks_for_the_end(model, loader, criterion, optimizer, device):
    batches = iter(loader)
    return train_one_epoch(
        model, (next(batches) for _ in range(len(loader))), criterion, optimizer, device
    )


def the_model_alone_without_gradients(model, loader, criterion, device):
    def logits(images):
        with torch.no_grad():
            return model(images)

    model.eval()
    batches = [
        (criterion(logits(images), labels), logits(images).argmax(1) == labels)
        for images, labels in loader
    ]
    total = sum(loss.item() * len(right) for loss, right in batches)
    return total / 11, 100 * sum(right.sum().item() for _, right in batches) / 11


class Stop(Exception):
    pass


class Setting:
    """A small network and 11 images in batches of 4, 4 and 3; what happens is kept in `sizes`."""

    def __init__(self, stop_at=None):
        torch.manual_seed(0)
        images, labels = torch.randn(11, 3, 2, 2), torch.arange(11) % 3
        order = torch.Generator().manual_seed(1)
        self.inner = DataLoader(TensorDataset(images, labels), 4, shuffle=True, generator=order)
        self.sizes, self.stop_at = [], stop_at
        self.loader = ResumableLoader(self.inner, self.after_batch)
        self.model = nn.Sequential(nn.Flatten(), nn.Linear(12, 3), nn.BatchNorm1d(3))
        self.optimizer = make_optimizer(self.model)
        self.optimizer.register_step_post_hook(lambda *_: self.loader.end_batch())
        self.criterion = WatchedCriterion(nn.CrossEntropyLoss())

    def after_batch(self, size):
        self.sizes.append(size)
        if len(self.sizes) == self.stop_at:
            raise Stop

    def train(self, loop):
        return loop(self.model, self.loader, self.criterion, self.optimizer, CPU)


# float(loss) is right all the same.
@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")
@pytest.mark.parametrize(
    "loop",
    [
        *(pytest.param(path, id=path.stem) for path in LOOPS),
        all_batches_first,
        never_asks_for_the_end,
    ],
)
def test_every_right_loop_is_counted_and_resumes_where_it_was_stopped(loop, capsys):
    loop = named(loop, "train_one_epoch") if isinstance(loop, Path) else loop
    whole = Setting()
    for _ in range(2):
        mean = whole.train(loop)
        assert whole.loader.batch == 0
        assert whole.criterion.end_epoch() == pytest.approx(mean, rel=1e-5)
    assert whole.sizes == [4, 4, 3] * 2 and whole.criterion.step == 6

    stopped = Setting(stop_at=5)
    stopped.train(loop)
    with pytest.raises(Stop):
        stopped.train(loop)
    resumed = Setting()
    resumed.loader.load_state_dict(stopped.loader.state_dict())
    resumed.model.load_state_dict(stopped.model.state_dict())
    resumed.optimizer.load_state_dict(stopped.optimizer.state_dict())
    resumed.train(loop)
    assert resumed.sizes == [3]
    for value, other in zip(
        whole.model.state_dict().values(), resumed.model.state_dict().values(), strict=True
    ):
        assert torch.equal(value, other)


@pytest.mark.parametrize(
    "test",
    [*(pytest.param(path, id=path.stem) for path in TESTS), the_model_alone_without_gradients],
)
def test_every_right_test_is_no_training_and_takes_the_plain_loss(test, capsys):
    test = named(test, "evaluate") if isinstance(test, Path) else test
    setting = Setting()
    smoothed = WatchedCriterion(SmoothedCrossEntropy(label_smoothing=0.5))
    arguments = setting.inner, smoothed, CPU
    assert test(setting.model, *arguments) == pytest.approx(
        evaluate(setting.model, setting.inner, nn.CrossEntropyLoss(), CPU)
    )
    assert smoothed.step == 0 and smoothed.images == 0


def test_a_loop_may_ask_the_loader_for_what_a_data_loader_has():
    setting = Setting()
    assert (
        len(setting.loader.dataset) == 11
        and setting.loader.batch_size == 4
        and len(setting.loader) == 3
    )
    assert copy.copy(setting.loader).batch_size == 4
    with pytest.raises(AttributeError):
        setting.loader.nothing  # noqa: B018


def test_the_logits_of_the_last_test_are_kept_if_it_saw_each_image_once():
    model = LogitsRecorder(nn.Flatten())
    images = torch.arange(12.0).view(4, 3, 1, 1)
    model.train()(images)
    assert model.logits(4) is None  # training is no test
    model.eval()
    for batch in images.split(3):
        model(batch)
    assert torch.equal(model.logits(4), images.flatten(1))
    assert model.logits(5) is None
    model(images)  # a loop may pass them through once more
    assert model.logits(4) is None
    model.clear()
    model(images)
    assert torch.equal(model.logits(4), images.flatten(1))
