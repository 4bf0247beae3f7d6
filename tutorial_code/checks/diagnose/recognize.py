"""Which catalogued mistake behaves exactly like an answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from tutorial_code.checks.catalogue import Mistake, mistakes_of, versions_of, wrong_version
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.exercises import looks_of
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.facts import Fact, Record, Scenario, same
from tutorial_code.checks.observe.networks import count_structures
from tutorial_code.checks.observe.weights import WITH_WEIGHTS


def recognize(name: str, record: Record) -> list[Mistake]:
    """Return the mistakes that no check can distinguish from the answer; of several, those with the
    nearest traces.
    """
    if not record:
        return []
    # It takes seconds until it is certain that processes wait for ever.
    waits = any("waits" in scenario for scenario in record)
    wrong = _wrong_facts(name, record)
    every: Sequence[Mistake] = [
        each for each in mistakes_of(name) if each.hangs == waits and _may_show(each, wrong)
    ]
    structures = count_structures(looks_of(name))
    if not structures or "error" in record[0]:
        return _alike(every, record)
    # Where structures are observed first, they take far less time than the values.
    likely = _with_the_same(_signature, every, record)
    # If a structure is unique, no values are needed.
    if found := _alike(likely, record[:structures] if len(likely) == 1 else record):
        return found
    # It may be the same mistake in a style in which other operations do what no weights are for.
    layers = _with_the_same(_layers, every, record)
    return _alike([mistake for mistake in layers if mistake not in likely], record)


def _may_show(mistake: Mistake, wrong: set[str]) -> bool:
    """Tell whether what is wrong with an answer may come from a mistake; only where the catalogue
    says how it shows itself can it be told without trying.
    """
    if not mistake.shows:
        return True
    # What returns nothing that can be read has made another mistake, whatever else is wrong.
    told = {Fact.RETURNED} if Fact.RETURNED in wrong else wrong
    return Fact[mistake.shows] in told


def _alike(mistakes: Iterable[Mistake], record: Record) -> list[Mistake]:
    alike = {}
    for mistake in mistakes:
        for version in versions_of(mistake):
            if _behaves_as(version, record):
                alike[mistake] = version
                break
    if len(alike) < 2:
        return list(alike)
    nearness = {mistake: _nearness(_seen_of(version), record) for mistake, version in alike.items()}
    return [mistake for mistake in alike if nearness[mistake] == max(nearness.values())]


def _with_the_same(
    view: Callable[[Scenario], list], every: Iterable[Mistake], record: Record
) -> list[Mistake]:
    asked = view(record[0])
    return [mistake for mistake in every if view(_seen_of(mistake)[0]) == asked]


def _signature(scenario: Scenario) -> list[tuple]:
    return [
        (
            entry["kind"],
            entry["attributes"],
            [size for size in entry["shape"] if size > 1],
            entry["depth"],
            entry["beside"],
        )
        for entry in scenario.get("trace", [])
    ]


def _layers(scenario: Scenario) -> list[tuple]:
    """Return the layers with weights, by what they are and what they give."""
    return [
        (entry["kind"], [size for size in entry["shape"] if size > 1])
        for entry in scenario.get("trace", [])
        if entry["kind"] in WITH_WEIGHTS
    ]


NOTHING_MORE: Scenario = {"scenario": "", "facts": {}}


class LazyRecord:
    """The record of a catalogued mistake, made only as far as it is needed, and only once."""

    def __init__(self, mistake: Mistake) -> None:
        self.scenarios = scenarios_of(mistake.answer, wrong_version(mistake))
        self.seen: Record = []

    def __getitem__(self, index: int) -> Scenario:
        while len(self.seen) <= index:
            # A version whose processes wait for ever is not observed further.
            self.seen.append(next(self.scenarios, NOTHING_MORE))
        return self.seen[index]


@cache
def _seen_of(mistake: Mistake) -> LazyRecord:
    return LazyRecord(mistake)


def _behaves_as(mistake: Mistake, record: Record) -> bool:
    growing = _seen_of(mistake)
    return all(
        same(growing[index]["facts"], record[index]["facts"]) for index in _telling(mistake, record)
    )


def _telling(mistake: Mistake, record: Record) -> list[int]:
    """Return the scenarios by which an answer is compared with a mistake: all of them, or, where
    one of the usual ones fails, without those that are ``rare``, in which the same mistake may
    show itself differently.
    """
    looks = looks_of(mistake.answer)
    usual = [index for index in range(len(record)) if not looks[index].get("rare")]
    if len(usual) == len(record) or not _differs(mistake.answer, record, usual):
        return list(range(len(record)))
    return usual


def _wrong_facts(name: str, record: Record) -> set[str]:
    return {
        fact
        for got, expected in zip(record, reference_record(name), strict=False)
        for fact, value in expected["facts"].items()
        if fact in got["facts"] and not same(got["facts"][fact], value)
    }


def _differs(name: str, record: Record, indices: list[int]) -> bool:
    reference = reference_record(name)
    return any(not same(record[index]["facts"], reference[index]["facts"]) for index in indices)


def _nearness(growing: LazyRecord, record: Record) -> float:
    traces = zip(
        (scenario.get("trace", []) for scenario in growing.seen),
        (s.get("trace", []) for s in record),
        strict=False,
    )
    # The position of zero_grad matters less than the order of all else: it may end one batch or
    # begin the next.
    return sum(
        SequenceMatcher(None, _words(a, left_out), _words(b, left_out), autojunk=False).ratio()
        for a, b in traces
        for left_out in (("batch ",), ("batch ", "zero_grad"))
    )


def _words(trace: list[Any], left_out: tuple[str, ...]) -> list[str]:
    words = [entry if isinstance(entry, str) else entry["kind"] for entry in trace]
    return [word for word in words if not word.startswith(left_out)]


def prepare(name: str) -> Iterator[None]:
    """Observe the first scenario of one catalogued mistake per step; this alone distinguishes most
    answers.
    """
    for mistake in mistakes_of(name):
        if not mistake.hangs:
            _seen_of(mistake)[0]
        yield
