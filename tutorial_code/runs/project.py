"""Which version of the project made a record: its number, and the commit it was made from."""

import subprocess
from pathlib import Path

import tutorial_code

PROJECT = Path(tutorial_code.__file__).parent.parent
COMMIT = PROJECT / "tutorial_code" / "commit.txt"  # git archive writes the commit into it


def describe_project() -> dict[str, str | None]:
    """Return version and commit; the commit is None where it is unknown, as in a wheel."""
    return {"version": tutorial_code.__version__, "commit": _commit()}


def _commit() -> str | None:
    git = ["git", "-C", str(PROJECT)]
    try:
        top = subprocess.run([*git, "rev-parse", "--show-toplevel"], capture_output=True, text=True)
        if top.returncode == 0 and Path(top.stdout.strip()).resolve() == PROJECT.resolve():
            name = ["describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
            done = subprocess.run([*git, *name], capture_output=True, text=True, check=True)
            return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass
    archived = COMMIT.read_text(encoding="utf-8").strip() if COMMIT.is_file() else ""
    return archived if archived and not archived.startswith("$") else None
