"""The page of the bank: its counts are those of the files, its figures those of the record."""

import re
import shlex
import sys

from helpers import ANSWERS, ROOT
from pipeline import bank as page

sys.path.append(str(ROOT / "benchmarks"))

import bank

from tutorial_code.checks.exercises import EXERCISES
from tutorial_code.shared.tables import recorded_run

TEXT = (ROOT / "docs" / "bank.md").read_text(encoding="utf-8")


def test_the_counts_are_those_of_the_files():
    table = page.counts()
    right, wrong = (len(list(ANSWERS.glob(f"*/{kind}/*.py"))) for kind in ("right", "wrong"))
    assert f"| **all** |  | {right} | {wrong} |" in table
    assert all(f"| `{exercise.id}` |" in table for exercise in EXERCISES)
    answers = bank.answers_of()
    assert (sum(each.right for each in answers), len(answers)) == (right, right + wrong)


def test_the_results_are_the_sums_of_each_checker():
    run = recorded_run(page.RUN)
    if not run.rows():
        assert "Not recorded yet" in page.results()
        return
    short, _, _ = page.results().partition("Recorded as")
    for row in run.rows():
        if row["exercise"] == page.ALL:
            figures = [row[key] for key in ("right", "accepted", "wrong", "caught")]
            assert f"| {row['checker']} | {' | '.join(map(str, figures))} |" in short


def test_the_options_that_the_page_names_are_those_of_the_script():
    options = {option for each in bank.make_parser()._actions for option in each.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert len(named) > 5 and named <= options | {"--version", "--json"}  # of resnet50
    commands = re.findall(r"^    uv run (python benchmarks/bank.py --ex[^#]*?)\n\n", TEXT, re.M)
    assert len(commands) == 2
    for command in commands:
        given = shlex.split(command.replace("\\\n", ""))[2:]
        assert "{file}" in bank.make_parser().parse_args(given).checker
