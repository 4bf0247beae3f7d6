"""Who handed in what, and how it was judged: the rows of every table of a class."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.checks.grading.submissions import students_of

NOT_HANDED_IN = "not handed in"
# The better of two files of one student counts.
ORDER = {"right": 0, "wrong": 1, "unfinished": 2, "not started": 3}


class Gradebook(NamedTuple):
    """A class: its students, its exercises, and one verdict for each pair of them at most."""

    folder: Path
    students: list[str]
    exercises: list[Exercise]  # those of which anything was handed in
    verdicts: dict[tuple[str, str], Verdict]  # by student and the id of the exercise
    left_out: list[Path]  # files that answer no exercise

    def rows(self) -> Iterator[tuple[str, Exercise, Verdict | None]]:
        """Yield each student with each exercise, and None where nothing was handed in."""
        for student in self.students:
            for exercise in self.exercises:
                yield student, exercise, self.verdicts.get((student, exercise.id))

    def file(self, verdict: Verdict) -> str:
        """Return the path of a file within the folder of the class."""
        return Path(verdict.file).relative_to(self.folder).as_posix()


def make_gradebook(verdicts: list[Verdict], files: list[Path], folder: Path) -> Gradebook:
    """Sort verdicts by student and exercise.

    Args:
        verdicts: of every file that answers an exercise.
        files: all files that were handed in.
        folder: the folder of the class.
    """
    judged = {Path(verdict.file) for verdict in verdicts}
    # A file beside the others that answers nothing is nobody's; a folder is always a student's.
    theirs = [path for path in files if path in judged or path.parent != folder]
    students = students_of(theirs, folder)
    best: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        place = students[Path(verdict.file)], verdict.exercise
        if place not in best or ORDER[verdict.state] < ORDER[best[place].state]:
            best[place] = verdict
    handed_in = {id for _, id in best}
    return Gradebook(
        folder,
        sorted(set(students.values()), key=str.casefold),
        [exercise for exercise in EXERCISES if exercise.id in handed_in],
        best,
        [path for path in files if path not in judged],
    )


def state_of(verdict: Verdict | None) -> str:
    """Return the state of a verdict, or that nothing was handed in."""
    return verdict.state if verdict else NOT_HANDED_IN
