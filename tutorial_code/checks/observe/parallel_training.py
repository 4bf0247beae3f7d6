"""How a training by several processes is observed: by what it did with numbered images.

Two right trainings need not draw the same order, so what is compared are properties of all that the
processes did. Each configuration has the keys ``call``, ``processes``, ``images`` (of training),
``epochs`` and ``lr`` as the call has them, ``tested`` (the number of test images), and ``right``
(those that any network classifies right). ``ends`` is the number of epochs after which the goal is
reached, if it is.
"""

import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import Scenario
from tutorial_code.checks.observe.groups import in_group
from tutorial_code.checks.observe.parallel_fixture import (
    Diary,
    DiaryNetwork,
    NumberedImages,
    watched,
)
from tutorial_code.checks.observe.parallel_layers import came_to_an_end, joined
from tutorial_code.checks.observe.parallel_properties import properties

Look = dict[str, Any]
REPORT = "report"  # what a process hands over, in the place of a fact


def look_at_parallel_training(train: Any, looks: list[Look]) -> Iterator[Scenario]:
    """Observe a training in each configuration; end where the processes do."""
    torch.optim.SGD([torch.zeros(1)])  # imports PyTorch's compiler here, and not in every process
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for processes, group in groupby(looks, key=lambda look: look["processes"]):
            beside = [
                {**look, "path": str(Path(folder) / f"weights-{processes}-{number}.pth")}
                for number, look in enumerate(group)
            ]
            seen = in_group(processes, _in_one_process, train, beside)
            for look, outcomes in zip(beside, seen, strict=False):
                scenario = joined(_title(look), outcomes)
                reports = scenario["facts"].pop(REPORT, None)
                if reports:
                    scenario["facts"] |= properties(look, reports, _saved(look["path"]))
                yield scenario
            if len(seen) < len(beside) or not came_to_an_end(seen[-1]):
                return


def _title(look: Look) -> str:
    count = look["processes"]
    where = "one process" if count == 1 else f"{count} processes"
    return (
        f"{look['call']} in {where}, {look['images']} training images, {look['tested']} test images"
    )


def _in_one_process(train: Any, look: Look, rank: int) -> Scenario:
    """Observe the training in one of the processes."""
    diary = Diary()
    network = DiaryNetwork(diary, seed=rank)  # the processes begin with different weights
    made = [parameter.flatten().tolist() for parameter in network.parameters()]
    path = Path(look["path"])
    given = {
        "model": network,
        "train_set": NumberedImages(look["images"]),
        "test_set": NumberedImages(look["tested"], test=True, places=tuple(look["right"])),
        "path": path,
    }
    with Attempt(_title(look), "trains") as attempt:
        with watched(network, path):
            returned = Call(look["call"]).of(train, **given)
        attempt.facts[REPORT] = {
            "events": diary.events,
            "made": [value for values in made for value in values],
            "returned": _plain(returned),
            "kind": type(returned).__name__,
            "writes": diary.writes,
            "state": {name: value.tolist() for name, value in network.state_dict().items()},
        }
    return attempt.scenario


def _plain(returned: Any) -> list[list[float]] | None:
    """Return pairs of numbers, or None if it is something else."""
    if not isinstance(returned, (list, tuple)):
        return None
    pairs = []
    for pair in returned:
        values = pair.tolist() if isinstance(pair, Tensor) else pair
        if not isinstance(values, (list, tuple)) or len(values) != 2:
            return None
        try:
            pairs.append([float(value) for value in values])
        except (TypeError, ValueError):
            return None
    return pairs


def _saved(path: str) -> Any:
    """Return what is in the file of weights: lists by name, or in a word what else it is."""
    if not Path(path).is_file():
        return "no file"
    try:
        found = torch.load(path, weights_only=True)
    except Exception:
        return "no weights"
    if not isinstance(found, dict) or not all(isinstance(each, Tensor) for each in found.values()):
        return "no weights"
    return {str(name): value.tolist() for name, value in found.items()}
