"""What the page of the bank shows: how many answers there are, and what checkers make of them."""

from collections.abc import Iterable

from pipeline import ROOT
from pipeline.markdown import folded, in_one
from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.runs import epoch_table
from tutorial_code.shared.tables import recorded_run

ANSWERS = ROOT / "tests" / "answers"
RUN = "bank-cpu"
ALL = "all"  # the exercise of the rows that sum a checker up


def counts() -> str:
    """Return the numbers of answers as a table: a row for each exercise, and their sums."""
    rows = [
        [
            f"`{exercise.id}`",
            in_one(", ".join(f"`{name}`" for name in exercise.names)),
            *_numbers(exercise),
        ]
        for exercise in EXERCISES
    ]
    sums = [str(sum(int(row[column]) for row in rows)) for column in (2, 3)]
    heads = ["exercise", "what it asks for", "right answers", "wrong answers"]
    others = (
        f"{count('hostile')} hostile answers",
        f"{sum(count(f'{exercise.id}/borrowed') for exercise in EXERCISES)} borrowed ones",
    )
    table = epoch_table.markdown([heads, *rows, ["**all**", "", *sums]])
    return f"{table}\n\nBeside them there are {' and '.join(others)}."


def count(folder: str) -> int:
    """Return the number of answers in a folder of the bank."""
    return len(list((ANSWERS / folder).glob("*.py")))


def _numbers(exercise: Exercise) -> Iterable[str]:
    return (str(count(f"{exercise.id}/{kind}")) for kind in ("right", "wrong"))


def results() -> str:
    """Return what the recorded run says of all exercises, and of each of them folded away."""
    run = recorded_run(RUN)
    if not run.rows():
        return f"Not recorded yet. To record it: `bash benchmarks/record_run.sh {RUN}`"
    ((heads, *rows),) = run.tables()
    column = heads.index(run.columns["exercise"][0])
    sums = [[*row[:column], *row[column + 1 :]] for row in rows if row[column] == ALL]
    short = epoch_table.markdown([[*heads[:column], *heads[column + 1 :]], *sums])
    whole = epoch_table.markdown([heads, *rows])
    said = f"Recorded as [`{RUN}`](runs.md#{RUN}), which names the machine."
    return "\n\n".join([short, said, folded("note", "By exercise", whole)])
