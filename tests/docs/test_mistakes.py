"""The page of common mistakes, made from the catalogue."""

import ast
import re

from pipeline.mistakes import page

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
