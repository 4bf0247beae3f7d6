"""Groups of students whose answers are the same but for names."""

from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.grading.gradebook import Gradebook
from tutorial_code.checks.grading.same_but_for_names import form_of_file, form_of_solution


class Alike(NamedTuple):
    """Students whose answers to one exercise have the same form."""

    exercise: Exercise
    students: list[str]
    lines: int  # of the form
    of_the_chapter: bool  # whether it is the form of the chapter's own version


def groups_alike(book: Gradebook) -> list[Alike]:
    """Return the groups of two students and more, the longest answers first.

    What is not started is the skeleton, which all have from the same place.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for student, exercise, verdict in book.rows():
        if verdict and verdict.state != "not started":
            form = form_of_file(Path(verdict.file), exercise)
            if form:
                found.setdefault((exercise.id, form), []).append(student)
    groups = [
        Alike(exercise, students, _lines(form), form == form_of_solution(exercise))
        for exercise in book.exercises
        for (id, form), students in found.items()
        if id == exercise.id and len(students) > 1
    ]
    return sorted(groups, key=lambda group: -group.lines)


def _lines(form: str) -> int:
    return sum(bool(line.strip()) for line in form.splitlines())
