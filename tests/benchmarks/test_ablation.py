"""The ablation: which trainings it has, what one returns, and that its record is always whole."""

import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from concurrent.futures import ThreadPoolExecutor

import ablation
import ablation_trainings
import ablation_worth
import records
from ablation_trainings import OPTIONS, VIEWS, Result, all_trainings, train

from tutorial_code.ch08_learning import PARTS
from tutorial_code.runs.recipes import configure

SCALE = ablation.SCALES["ablation-cpu"]
BASE = configure(
    {"recipe": "full", "data": "digits", "compile": False, "tta": False, "warmup_epochs": 2}
    | SCALE.options
)


def few(experiment, **about):
    """Return a training of the experiment."""
    about = {"experiment": experiment} | about
    return next(t for t in all_trainings(SCALE, BASE) if about.items() <= t.about.items())


def test_each_part_is_on_in_half_of_the_designed_trainings():
    assert tuple(OPTIONS) == PARTS
    trainings = list(all_trainings(SCALE, BASE))
    counts = Counter(training.about["experiment"] for training in trainings)
    assert counts == {"pilot": 3, "design": 32, "rates": 42, "start": 12}
    designed = [each for each in trainings if each.about["experiment"] == "design"]
    for part, (on, off) in OPTIONS.items():
        for options, is_on in ((on, True), (off, False)):
            alike = [
                each
                for each in designed
                if all(getattr(each.config, name) == value for name, value in options.items())
            ]
            assert len(alike) == 16 and all(each.about[part] is is_on for each in alike), part


def test_the_pilot_is_the_plain_recipe():
    config = few("pilot").config
    assert not config.augment and not config.cutout and not config.label_smoothing
    assert not config.nesterov and config.schedule == "cosine" and config.decay_on == "all"


@pytest.fixture
def small(monkeypatch):
    """Hold out 400 of the digits, and train on 256."""
    monkeypatch.setattr(ablation_trainings, "HELD_OUT", 400)
    return 256


def test_a_whole_training_is_tested_in_four_ways(small):
    training = few("design")
    result = train(training._replace(config=replace(training.config, epochs=2)), small)
    assert result.right.shape == (4, 400) and result.right.dtype == bool and len(result.losses) == 2
    for view, right in zip(VIEWS, result.right, strict=True):
        assert result.row[view] == pytest.approx(100 * right.mean())
    assert 0 <= result.row["train_accuracy"] <= 100


def test_the_rate_of_a_warm_up_rises_and_then_stays(small, monkeypatch):
    rates = []
    real = ablation_trainings._train_on

    def watched(batches, model, criterion, optimizer, device):
        rates.append(optimizer.param_groups[0]["lr"])
        return real(batches, model, criterion, optimizer, device)

    monkeypatch.setattr(ablation_trainings, "_train_on", watched)
    result = train(few("rates", lr=0.4, warmup=True)._replace(steps=6), small)
    assert rates == pytest.approx([0.2, 0.4, 0.4, 0.4, 0.4, 0.4])  # two steps an epoch
    assert len(result.losses) == 6
    assert result.row["loss"] == pytest.approx(sum(result.losses[-2:]) / 2)
    assert result.right is None


def test_a_training_that_is_recorded_is_not_repeated(tmp_path, monkeypatch):
    """Whatever the order in which the trainings end, and though a record was cut short."""
    monkeypatch.setattr(ablation, "HELD_OUT", 16)
    order = [training.about for training in all_trainings(SCALE, BASE)]
    right = np.random.default_rng(0).random((4, 16)) > 0.5
    design = [about for about in order if about["experiment"] == "design"]
    start = next(about for about in order if about["experiment"] == "start")
    record = ablation.Record(tmp_path, order)
    for about in (design[5], design[2], start):
        with_bits = right if "combination" in about else None
        record.add(about, Result(about | {"accuracy": 1.0}, [2.3, 1.0], with_bits))
    assert len(record.rows) == 3
    again = ablation.Record(tmp_path, order)
    assert [row["experiment"] for row in again.rows] == ["start", "design", "design"]
    assert [about for about in order if again.holds(about)] == [start, design[2], design[5]]
    assert np.array_equal(np.unpackbits(again.right[5], axis=1).astype(bool), right)
    assert not again.right[3].any()
    again.curves = []  # killed between the two files: the row is missing, the curve is not
    again.add(design[2], Result(design[2] | {"accuracy": 2.0}, [2.0], right))
    assert len(again.rows) == 3 and again.rows[1]["accuracy"] == 2.0


def test_the_worth_and_its_errors_are_found_again(monkeypatch):
    """In made-up networks: one part is worth 10 points, the seeds have a spread of 2."""
    images, spread = 8_000, 0.02
    monkeypatch.setattr(ablation_worth, "HELD_OUT", images)
    random = np.random.default_rng(0)
    rows, right = [], []
    for training in all_trainings(SCALE, BASE):
        if training.about["experiment"] != "design":
            continue
        share = 0.5 + 0.1 * training.about["cutout"] + random.normal(0, spread)
        bits = random.random((len(VIEWS), images)) < share
        accuracies = 100 * bits.mean(axis=1)
        rows.append(training.about | dict(zip(VIEWS, map(float, accuracies), strict=True)))
        right.append(np.packbits(bits, axis=1))
    found = ablation_worth.all_worths(rows, np.array(right))
    assert len(found) == 8 * len(VIEWS)
    for row in found:
        expected = 10 if row["part"] == "cutout" else 0
        assert abs(row["worth"] - expected) < 3 * row["error"]
        assert row["seed_error"] == pytest.approx(100 * spread / 32**0.5 * 2, rel=0.4)
        # images that are drawn anew in each network: of 32 networks in all
        assert row["image_error"] == pytest.approx(100 * 2 * 0.5 / (32 * images) ** 0.5, rel=0.1)
        assert row["error"] > row["seed_error"]


def test_what_is_recorded_is_what_was_trained(tmp_path, monkeypatch):
    """Of several that run side by side, until the time is up; the same command goes on."""
    monkeypatch.setattr(ablation, "HELD_OUT", 16)
    monkeypatch.setattr(records, "ProcessPoolExecutor", lambda jobs, *_: ThreadPoolExecutor(jobs))

    def fake(training, images):
        random = np.random.default_rng(training.about["seed"])
        right = random.random((4, 16)) > 0.5 if "combination" in training.about else None
        return Result(training.about | {"accuracy": float(images)}, [1.0], right)

    monkeypatch.setattr(ablation, "train", fake)
    trainings = list(all_trainings(SCALE, BASE))
    order = [training.about for training in trainings]
    record = ablation.Record(tmp_path, order)
    assert not ablation.record_all(list(trainings), record, 5, jobs=2, minutes=-1)
    assert not record.rows
    assert ablation.record_all(list(trainings), record, 5, jobs=2, minutes=float("inf"))
    assert record.rows == [about | {"accuracy": 5.0} for about in order]
    assert record.curves == [about | {"losses": [1.0]} for about in order]
