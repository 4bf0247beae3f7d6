"""A file that a person may have worked in is never lost: a command refuses, or keeps a copy."""

import shutil
from itertools import count
from pathlib import Path

from tutorial_code.shared.errors import ReaderError


def prepare_to_overwrite(path: Path, force: bool) -> None:
    """Let a command write ``path``; with ``force`` a file that is there is kept as ``.bak``.

    Called before the work, so that nobody waits for a refusal. It copies rather than moves, so that
    the file is still in its place if the work then fails.

    Raises:
        ReaderError: the file is there and may not be replaced.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise ReaderError(
            f"{path} cannot be written, because it is not a plain file: name another file."
        )
    if not force:
        raise ReaderError(
            f"{path} already exists: name another file, or add --force, which keeps it as a "
            ".bak file."
        )
    shutil.copy2(path, free_backup_name(path))


def free_backup_name(path: Path) -> Path:
    """Return the first of NAME.bak, NAME.bak2, … that is free beside the file."""
    names = (
        path.with_name(f"{path.name}.bak{number if number > 1 else ''}") for number in count(1)
    )
    return next(name for name in names if not name.exists())
