"""What holds for a training by several processes, computed from the diaries of all of them.

Each property is ``YES``, or says in a few words what holds in its place; the words are the same for
the same mistake in any style.
"""

from collections import Counter
from typing import Any

import numpy as np

from tutorial_code.checks.observe.facts import YES, Fact
from tutorial_code.checks.observe.parallel_results import (
    ANOTHER,
    OWN,
    Epoch,
    Report,
    accuracies,
    close,
    mean_losses,
    saved_as,
)

EACH_BY_ALL = "each in every process"
SOME_TWICE = "some more than once"
SOME_NEVER = "some never"
NONE_SEEN = "none"
SAME_ORDER = "the same in each epoch"
SORTED = "that of the data set"
SAME_DRAWS = "the same in all processes"
NO_STEP = "no step changes the weights of the model that was given"
ALWAYS_LR, ALWAYS_SCALED = "stays at lr", "is scaled from the first step on"
JUMP, FROM_ZERO = "jumps after the first epoch", "begins far below lr"
UNEVEN = "does not grow by the same amount in each step"
OF_EACH, NOT_OF_RANK_0 = "those of each process", "the same everywhere, but not those of rank 0"
RATE_TOLERANCE = 0.02
EVEN = 0.1  # relative: how much the amounts by which the rate grows may differ


def properties(look: dict[str, Any], reports: list[Report], saved: Any) -> dict[str, Any]:
    """Return the facts about a training that came to its end in every process."""
    epochs = _epochs(reports)
    steps = [[event for event in each["events"] if event["event"] == "step"] for each in reports]
    return {
        Fact.RETURNED: _returned(reports),
        Fact.EPOCHS: [len(each) for each in epochs],
        Fact.TRAINED_IMAGES: _counted(epochs, 0, look["images"]),
        Fact.BATCH_SIZE: _largest_batch(epochs),
        Fact.ORDER: _order(epochs),
        Fact.AUGMENTATION: _augmentation(epochs),
        Fact.FIRST_WEIGHTS: all(
            close(step["before"], reports[0]["made"]) for each in steps for step in each[:1]
        ),
        Fact.STEP_GRADIENT: _gradients(steps),
        Fact.EQUAL_WEIGHTS: all(
            close(step["after"], first["after"])
            for each in steps
            for step, first in zip(each, steps[0], strict=False)
        )
        and len({len(each) for each in steps}) == 1,
        Fact.RATES: _rates(look, steps[0], epochs[0]),
        Fact.MOMENTUM_KEPT: _momentum_kept(steps, epochs),
        Fact.TESTED_IMAGES: _counted(epochs, 1, look["tested"], first=1000),
        Fact.TEST_MODE: all(b["evaluation"] for e in epochs for _, tests in e for b in tests),
        Fact.TEST_STATISTICS: _statistics(epochs),
        Fact.MEAN_LOSSES: [mean_losses(each, rank, epochs) for rank, each in enumerate(reports)],
        Fact.ACCURACIES: [accuracies(each, rank, epochs) for rank, each in enumerate(reports)],
        Fact.WRITERS: [f"process {rank}" for rank, each in enumerate(reports) if each["writes"]],
        Fact.SAVED_EACH_EPOCH: sum(each["writes"] for each in reports) >= len(epochs[0]),
        Fact.SAVED: saved_as(saved, reports),
    }


def _returned(reports: list[Report]) -> Any:
    if all(each["returned"] is not None for each in reports):
        return YES
    return sorted({each["kind"] for each in reports})


def _epochs(reports: list[Report]) -> list[list[Epoch]]:
    """Return, for each process, what it trained on and tested in each epoch: an epoch ends with the
    last test before the next training.

    A process that tests nothing has as many batches in an epoch as one that does.
    """
    found: list[list[Epoch]] = []
    for report in reports:
        epochs: list[Epoch] = []
        for event in report["events"]:
            if event["event"] == "train":
                if not epochs or epochs[-1][1]:
                    epochs.append(([], []))
                epochs[-1][0].append(event)
            elif event["event"] == "test":
                if not epochs:
                    epochs.append(([], []))
                epochs[-1][1].append(event)
        found.append(epochs)
    model = next((each for each in found if any(tests for _, tests in each)), None)
    for rank, each in enumerate(found):
        if model and len(each) == 1 and not each[0][1]:
            batches = iter(each[0][0])
            found[rank] = [
                ([b for _, b in zip(trained, batches, strict=False)], []) for trained, _ in model
            ]
    return found


def _largest_batch(epochs: list[list[Epoch]]) -> int:
    sizes = [len(batch["numbers"]) for each in epochs for trained, _ in each for batch in trained]
    return max(sizes, default=0)


def _counted(epochs: list[list[Epoch]], part: int, count: int, first: int = 0) -> str:
    """Say how often each image was seen in an epoch, by all processes together."""
    for number in range(max(map(len, epochs), default=0)):
        seen = Counter(
            image
            for each in epochs
            if number < len(each)
            for batch in each[number][part]
            for image in batch["numbers"]
        )
        times = {seen[image] for image in range(first, first + count)}
        if times == {len(epochs)} and len(epochs) > 1:
            return EACH_BY_ALL
        if max(times) > 1:
            return SOME_TWICE
        if times == {0}:
            return NONE_SEEN
        if 0 in times:
            return SOME_NEVER
    return YES if any(epochs) else NONE_SEEN


def _order(epochs: list[list[Epoch]]) -> str:
    """Say whether the order of the training images is random, and another one in each epoch."""
    orders = [
        [[image for batch in trained for image in batch["numbers"]] for trained, _ in each]
        for each in epochs
    ]
    if all(order == sorted(order) for each in orders for order in each):
        return SORTED
    if any(len(each) > 1 and each[0] == each[1] for each in orders):
        return SAME_ORDER
    return YES


def _augmentation(epochs: list[list[Epoch]]) -> str:
    """Say whether two processes drew the same random numbers in an epoch."""
    for number in range(min(map(len, epochs), default=0)):
        drawn = [
            {tuple(pair) for batch in each[number][0] for pair in batch["drawn"]} for each in epochs
        ]
        for rank, mine in enumerate(drawn):
            for other in drawn[:rank]:
                if len(mine & other) * 2 > len(mine):
                    return SAME_DRAWS
    return YES


def _gradients(steps: list[list[dict]]) -> str:
    """Say which gradient the steps take."""
    if not all(steps):
        return NO_STEP
    found: set[str] = set()
    for together in zip(*steps, strict=False):
        images = sum(step["images"] for step in together)
        mean = np.sum([step["own"] for step in together], axis=0) / max(images, 1)
        for step in together:
            applied = np.array(step["applied"])
            own = np.array(step["own"]) / max(step["images"], 1)
            factor = float(applied @ mean / max(float(mean @ mean), 1e-12))
            if close(applied, mean):
                found.add(YES)
            elif close(applied, own):
                found.add(OWN)
            elif close(applied, factor * mean):
                found.add(f"{factor:.3g} times the mean")
            else:
                found.add(ANOTHER)
    others = found - {YES}
    return min(others) if others else YES


def _rates(look: dict[str, Any], steps: list[dict], epochs: list[Epoch]) -> str:
    """Say which course the rate takes, by multiples of the one that is given."""
    scaled = look["processes"]
    rates = [step["rate"] / look["lr"] for step in steps]
    length = max(len(epochs[0][0]) if epochs else 1, 1)

    def right(step: int) -> float:
        return 1 + (scaled - 1) * min(max(step, 0) / length, 1)

    slack = RATE_TOLERANCE
    if all(right(k - 1) - slack < rate < right(k + 1) + slack for k, rate in enumerate(rates)):
        # It may reach its end, or leave its start, a step earlier or later.
        grows = np.diff(rates[1:length])
        even = scaled == 1 or len(grows) < 2 or np.ptp(grows) <= EVEN * grows.mean()
        return YES if even else UNEVEN
    if all(abs(rate - 1) < slack for rate in rates):
        return ALWAYS_LR
    if all(abs(rate - scaled) < slack for rate in rates):
        return ALWAYS_SCALED
    if all(abs(r - (1 if k < length else scaled)) < slack for k, r in enumerate(rates)):
        return JUMP
    if rates and rates[0] < 0.75:
        return FROM_ZERO
    return f"ends at {rates[-1]:.2g} times lr" if rates else "is never used"


def _momentum_kept(steps: list[list[dict]], epochs: list[list[Epoch]]) -> bool:
    """Tell whether the optimizer remembers something at each step after the first epoch."""
    first = [len(each[0][0]) if each else 0 for each in epochs]
    return all(
        step["remembers"] for each, count in zip(steps, first, strict=True) for step in each[count:]
    )


def _statistics(epochs: list[list[Epoch]]) -> str:
    """Say whose running statistics the tests use."""
    found: set[str] = set()
    for number, (trained, _) in enumerate(epochs[0] if epochs else []):
        right = trained[-1]["statistics"] if trained else []
        used = [
            batch["statistics"]
            for each in epochs
            if number < len(each)
            for batch in each[number][1]
        ]
        if not all(close(each, right) for each in used):
            alike = all(close(each, used[0]) for each in used)
            found.add(NOT_OF_RANK_0 if alike else OF_EACH)
    return min(found) if found else YES
