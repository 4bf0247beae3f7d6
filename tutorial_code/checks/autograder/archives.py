"""Write the archive that a service is given once, and that judges every submission there."""

import json
import zipfile
from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path

from tutorial_code.checks.autograder.points import POINTS
from tutorial_code.checks.autograder.wheel import make_wheel
from tutorial_code.checks.exercises import Exercise

# What each service asks for at the root of the archive.
SERVICES = {"gradescope": ("setup.sh", "run_autograder"), "classroom50": ("autograder.py",)}
EXECUTABLE = 0o755 << 16  # in the place where a ZIP file has the permissions of a file


def write_archive(
    target: Path, service: str, exercises: Sequence[Exercise], points: str, hints: bool
) -> int:
    """Write the archive; return how many points its exercises are worth together.

    Args:
        target: the ZIP file.
        service: one of ``SERVICES``.
        exercises: what a submission is judged for.
        points: ``checks`` gives each check a share, ``all`` gives all or nothing.
        hints: whether students see the diagnosis.
    """
    ids = [exercise.id for exercise in exercises]
    settings = {"service": service, "exercises": ids, "points": points, "hints": hints}
    scripts = package_files(__package__) / "archive"
    wheel_name, wheel = make_wheel()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in SERVICES[service]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = EXECUTABLE, 3  # 3 stands for Unix
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (scripts / name).read_bytes())
        archive.writestr("settings.json", json.dumps(settings, indent=2) + "\n")
        archive.writestr(wheel_name, wheel)
    return POINTS * len(exercises)
