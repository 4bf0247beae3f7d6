"""Lets ``pytest exercises`` check the reader's answers: each is skipped, fails with only its
diagnosis, or passes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.checks.isolate.answers import AnswerError, is_started, read_source
from tutorial_code.checks.progress import judge_answer
from tutorial_code.checks.terminal import as_text


class WrongAnswer(Exception):
    """The answer is wrong; its message is all that the reader sees."""


class ExerciseItem(pytest.Item):
    """One exercise as a test."""

    exercise: Exercise

    def runtest(self) -> None:
        try:
            started = is_started(read_source(self.path), self.exercise.names)
        except AnswerError:
            started = True
        if not started:
            pytest.skip(f"not started: open {self._shown()}")
        verdict = judge_answer(self.path, self.exercise)
        if not verdict.passed:
            verdict.file = self._shown()
            raise WrongAnswer(as_text(verdict))

    def repr_failure(self, excinfo: pytest.ExceptionInfo, style: Any = None) -> Any:
        if isinstance(excinfo.value, WrongAnswer):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self._shown()}: {self.exercise.id}"

    def _shown(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


class ExerciseFile(pytest.File):
    """A reader's file."""

    def collect(self) -> Iterator[ExerciseItem]:
        for exercise in EXERCISES:
            if exercise.module == self.path.stem:
                item = ExerciseItem.from_parent(self, name=exercise.id)
                item.exercise = exercise
                yield item


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ExerciseFile | None:
    """Collect the files of exercises."""
    if file_path.suffix == ".py" and file_path.stem in {exercise.module for exercise in EXERCISES}:
        return ExerciseFile.from_parent(parent, path=file_path)
    return None
