"""A folder of submissions: which files are answers, to which exercise, and whose they are."""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.checks.isolate.answers import AnswerError, read_source
from tutorial_code.checks.isolate.notebooks import is_notebook
from tutorial_code.shared.chapters import PACKAGE
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.free_names import BEGUN, IMPORTS, given_by

SUFFIXES = {".py", ".ipynb"}
# The folder that Moodle makes for a student: NAME_ID_assignsubmission_file_
MOODLE = re.compile(r"(?P<name>.+?)_\d+_assignsubmission_\w*$")
# A file as Canvas names it: NAME_ID_ID_FILE, or NAME_LATE_ID_ID_FILE
NUMBERED = re.compile(r"(?P<key>(?P<name>.+?)_(?:LATE_)?\d+)(?:[_-].*)?$")
# What a system adds to the name of a file that was downloaded or copied again.
COPY = re.compile(r"[_\- ]*(?:\(\d+\)|\bcopy(?: \d+)?)$")
# The folders of this project that hold no answers.
PROJECT = {PACKAGE.name, "tests", "docs", "benchmarks", "runs"}
# In Gradescope's export: who handed in each of its folders.
METADATA = "submission_metadata.yml"
YAML = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the fast one is there on most systems
# The longest id comes first, so that resnet50 is not taken for resnet.
IDS = sorted((exercise.id for exercise in EXERCISES), key=len, reverse=True)
NAMED = re.compile(
    rf"(?:^|(?<=[_\-. ]))(?P<chapter>ch\d\d_)?(?P<id>{'|'.join(IDS)})(?:-\d+)?(?=[_\-. ]|$)",
    re.IGNORECASE,
)


def find_files(folder: Path) -> list[Path]:
    """Return every ``.py`` and ``.ipynb`` file in a folder and below it, hidden ones left out.

    Raises:
        ReaderError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise ReaderError(f"There is no folder {folder}: check its name.")
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and _is_answer(path, folder)
    )
    if not files:
        raise ReaderError(f"{folder} holds no .py or .ipynb files to judge: check the folder.")
    return files


def find_answers(files: Iterable[Path]) -> list[tuple[Path, Exercise]]:
    """Return each file with each exercise that it answers; a notebook may answer all of them."""
    return [(path, exercise) for path in files for exercise in exercises_in(path)]


def exercises_in(path: Path) -> list[Exercise]:
    """Return the exercises that a file answers: by what it defines, and by its name.

    The name alone decides where nothing of an exercise is defined, because the file is not Python
    or gives the class another name. A name such as ``ch04_resnet50.py``, which the tutorial itself
    gives, says that what else the file defines are helpers.
    """
    found = list(NAMED.finditer(path.stem))
    named = [exercise for exercise in EXERCISES if found and exercise.id == found[-1]["id"].lower()]
    bound = _defined_in(path)
    defined = [exercise for exercise in EXERCISES if bound.intersection(exercise.names)]
    if not is_notebook(path.name) and found and found[-1]["chapter"] and set(named) <= set(defined):
        return named
    return defined or named


def students_of(files: Iterable[Path], folder: Path) -> dict[Path, str]:
    """Return whose each file is: the name of the folder below ``folder`` or, without one, what the
    file's name says beside the exercise.

    The numbers that Moodle and Canvas add are left out, unless two students would then have the
    same name. A folder of Gradescope's export has the names of those who handed it in.
    """
    submitters = _submitters(folder)
    keys = {path: _key_and_name(path, folder, submitters) for path in files}
    owners: dict[str, set[str]] = {}
    for key, name in keys.values():
        owners.setdefault(name, set()).add(key)
    return {path: name if len(owners[name]) == 1 else key for path, (key, name) in keys.items()}


def _submitters(folder: Path) -> dict[str, str]:
    """Return who handed in each folder, as Gradescope's export says it; nothing if none does.

    As strings, because that file has whatever a database held, and only names are looked for.
    """
    try:
        about = yaml.load((folder / METADATA).read_bytes(), YAML)
        return {
            name: ", ".join(each[":name"] for each in facts[":submitters"])
            for name, facts in about.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError):
        return {}


def _key_and_name(path: Path, folder: Path, submitters: Mapping[str, str]) -> tuple[str, str]:
    """Return what identifies a student within the folder, and the student's name."""
    parts = path.relative_to(folder).parts
    if len(parts) > 1:
        if name := submitters.get(parts[0]):
            return parts[0], name
        found = MOODLE.match(parts[0])
        return parts[0], found["name"] if found else parts[0]
    if found := NUMBERED.match(path.stem):
        return found["key"], _without_exercise(found["name"]) or found["name"]
    name = _without_exercise(path.stem) or folder.resolve().name
    return name, name


def _without_exercise(stem: str) -> str:
    stem = COPY.sub("", NAMED.sub("", stem))
    return re.sub(r"[_\-. ]{2,}", "_", stem).strip("_-. ")


def _defined_in(path: Path) -> set[str]:
    try:
        source = read_source(path)
    except AnswerError:
        return set()
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(BEGUN.findall(source))
    return {name for node in body if not isinstance(node, IMPORTS) for name in given_by(node)}


def _is_answer(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith((".", "__")) for part in parts)
    around = list(path.parents)[: len(parts)]
    return path.is_file() and not hidden and not any(_is_tutorials(path, each) for each in around)


def _is_tutorials(path: Path, folder: Path) -> bool:
    """Tell whether a folder is a copy of this project, which somebody may hand in as a whole, and
    the file is a part of it that holds no answers of theirs.
    """
    inside = path.relative_to(folder).parts[0] in PROJECT
    return inside and (folder / PACKAGE.name / "ch01_images.py").is_file()
