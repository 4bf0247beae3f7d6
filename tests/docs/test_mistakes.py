"""The page of common mistakes, made from the catalogue."""

import ast
import re

from pipeline.mistakes import page
from pipeline.seen_mistakes import SIGNS, _sign, seen_mistakes

from tutorial_code.checks.catalogue import mistakes_of, solution_source, wrong_source
from tutorial_code.checks.exercises import NAMES


def test_the_wrong_lines_are_taken_away_and_the_right_ones_put_there():
    """A diff is colored red for minus and green for plus, so the wrong line is the minus."""
    differences = re.findall(r"```diff\n(.*?)\n```", page(), flags=re.DOTALL)
    mistakes = [mistake for name in NAMES for mistake in mistakes_of(name)]
    for mistake, difference in zip(mistakes, differences, strict=True):
        right, wrong = (
            [line.rstrip() for line in ast.unparse(ast.parse(text)).splitlines()]
            for text in (solution_source(mistake.answer), wrong_source(mistake))
        )
        lines = difference.splitlines()
        assert lines
        assert all(line[1:] in {"-": wrong, "+": right}[line[0]] for line in lines), mistake.id
        moved = set(right) == set(wrong)  # a line that stands in another place is in both
        assert moved or any(line[1:] not in {"-": right, "+": wrong}[line[0]] for line in lines), (
            mistake.id
        )
        assert all(line[1:].strip() for line in lines), mistake.id


def test_the_head_says_which_is_which():
    assert "a minus is wrong" in page() and "a plus are right" in page()


def test_every_mistake_says_by_what_one_sees_it():
    """Measured or counted; what a check of the catalogue's own words would not notice."""
    seen = seen_mistakes()
    assert set(seen) == {(name, each.id) for name in NAMES for each in mistakes_of(name)}
    for of_mistake in seen.values():
        assert set(of_mistake.signs) <= set(SIGNS)
        assert bool(of_mistake.curves) == bool(of_mistake.right_curves)
    assert seen["Bottleneck", "all-1x1"].signs[0] == "count"
    assert seen["Bottleneck", "shortcut-and-branch-share-norm"].signs == ["count", "training"]
    assert seen["Bottleneck", "input-changed-in-place"].signs == ["error"]
    assert seen["train_distributed", "exit-of-one"].signs == ["hang"]
    with_curves = [of_mistake for of_mistake in seen.values() if of_mistake.curves]
    assert len(with_curves) >= 15 and all(len(each.curves) == 3 for each in with_curves)


def test_a_mistake_of_evaluate_is_seen_in_its_results():
    right = {"loss": "0.3", "accuracy": "88.9", "third": "88.9", "after": "88.9"}
    assert _sign(right, right) == "nothing"
    assert (
        _sign(right | {"loss": "0.4"}, right) == _sign(right | {"after": "10.0"}, right) == "test"
    )
    assert _sign({"id": "some", "error": "RuntimeError: no"}, right) == "error"


def test_an_accuracy_that_is_not_that_of_the_saved_network_is_a_wrong_result():
    right = {"accuracy": 95.56, "saved": 95.56}
    assert _sign({"accuracy": 95.57, "saved": 95.56}, right) == "nothing"
    assert _sign({"accuracy": 95.0, "saved": 95.56}, right) == "test"
    assert _sign({"accuracy": 80.0, "saved": 80.0}, right) == "training"


def test_an_entry_carries_what_the_page_searches_by():
    entries = re.findall(r'<div class="mistake" markdown data-answer="(\w+)"', page())
    assert entries == [name for name in NAMES for _ in mistakes_of(name)]
    listed = re.search(r'data-answers="([^"]+)"', page())
    assert listed and listed[1].split() == list(NAMES)
