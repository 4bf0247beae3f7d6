"""This package as a wheel, made from the files that are running, without a build tool.

Source of the format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from tutorial_code.shared.chapters import PACKAGE
from tutorial_code.shared.errors import ReaderError

PROJECT = "resnet50-tutorial"
WHEEL = "Wheel-Version: 1.0\nGenerator: resnet50\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel() -> tuple[str, bytes]:
    """Return the name and the content of the wheel.

    Raises:
        ReaderError: the package is not installed, so that nothing says what it needs.
    """
    try:
        installed = distribution(PROJECT)
    except PackageNotFoundError as error:
        raise ReaderError(
            "The package is not installed, so nothing says what it needs: install it with  pip "
            "install -e .  in the project's folder."
        ) from error
    stem = f"{PROJECT.replace('-', '_')}-{installed.version}"
    info = f"{stem}.dist-info"
    content, records = io.BytesIO(), []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in (*_package(), *_about(installed, info)):
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            records.append(f"{name},sha256={digest},{len(data)}\n")
            wheel.writestr(name, data)
        wheel.writestr(f"{info}/RECORD", "".join([*records, f"{info}/RECORD,,\n"]))
    return f"{stem}-py3-none-any.whl", content.getvalue()


def _package() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the package; recorded runs stand beside it in the project's folder."""
    folders = {PACKAGE.name: PACKAGE}
    if not (PACKAGE / "recorded").is_dir():
        folders[f"{PACKAGE.name}/recorded"] = PACKAGE.parent / "runs"
    for inside, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            within = path.relative_to(folder)
            made_here = any(part.startswith((".", "__pycache__")) for part in within.parts)
            if path.is_file() and not made_here:
                yield f"{inside}/{within.as_posix()}", path.read_bytes()


def _about(installed: Distribution, info: str) -> Iterator[tuple[str, bytes]]:
    yield f"{info}/WHEEL", WHEEL.encode()
    for name in ("METADATA", "entry_points.txt"):
        yield f"{info}/{name}", (installed.read_text(name) or "").encode()
    for path in installed.files or []:
        if "licenses" in path.parts:
            yield f"{info}/licenses/{path.name}", Path(str(path.locate())).read_bytes()
