"""A file from the network: fetched once, continued after a break, and verified."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from io import FileIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tutorial_code.shared.errors import ReaderError

CHUNK = 1 << 16  # bytes
TOO_SLOW = 100_000  # bytes per second
PATIENCE = 20.0  # seconds that an address may be silent, or slower than TOO_SLOW


class RemoteFile(NamedTuple):
    """A file whose size and checksum are known before it is fetched."""

    what: str  # in words
    name: str
    size: int  # bytes
    sha256: str  # its checksum, or the first digits of it
    rounding: int = 0  # bytes by which the size may be off

    def has_size(self, size: int) -> bool:
        """Tell whether a size is the file's, as far as that is known."""
        return abs(size - self.size) <= self.rounding

    def is_at(self, path: Path) -> bool:
        """Tell whether the whole file is at a path."""
        if not path.exists() or not self.has_size(path.stat().st_size):
            return False
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest().startswith(self.sha256)


class _AddressError(Exception):
    """This address cannot serve the file; the message says why."""


class _SlowAddressError(_AddressError):
    """This address works, but too slowly."""


def fetch_file(
    root: Path,
    addresses: Sequence[str],
    file: RemoteFile,
    too_slow: float = TOO_SLOW,
    patience: float = PATIENCE,
) -> Path:
    """Return the path of the complete, verified file in ``root``, fetching what is missing.

    A file that is already there is used. A part that an earlier call fetched is continued, from
    whichever address answers. An address that is dead, that stays below ``too_slow`` bytes per
    second for ``patience`` seconds, or that serves other bytes is abandoned for the next one.
    Addresses that were only slow get a second turn without that limit: a slow connection is no
    reason to go without the data.

    Raises:
        ReaderError: no address served the file, the one in ``root`` is damaged, or the disk
            is full.
    """
    target = root / file.name
    if target.exists():
        if not file.is_at(target):
            raise ReaderError(
                f"{target} is damaged or cut off (its size or SHA-256 is wrong): "
                "delete it and run the command again, or put an intact copy in its place."
            )
        return target
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReaderError(
            f"{root} cannot be made ({error.strerror}): choose a folder you can write to."
        ) from error

    part = target.with_name(file.name + ".part")
    reasons: list[str] = []
    slow: list[str] = []
    for turn, least_speed in ((addresses, too_slow), (slow, 0)):
        for address in turn:
            try:
                _fetch_from(address, part, file, least_speed, patience)
            except _AddressError as error:
                reasons.append(f"{urlsplit(address).netloc} {error}")
                if isinstance(error, _SlowAddressError):
                    slow.append(address)
            else:
                part.replace(target)
                return target
    size = f"about {file.size / 1e6:.0f} MB" if file.rounding else f"{file.size:,} bytes"
    raise ReaderError(
        f"{file.what} could not be fetched ({'; '.join(dict.fromkeys(reasons))}): get {file.name} "
        f"({size}) in any other way, such as with a browser from {addresses[-1]}, put it in "
        f"{root.absolute()}, and give the command again."
    )


def _fetch_from(
    address: str, part: Path, file: RemoteFile, least_speed: float, patience: float
) -> None:
    """Complete ``part`` from one address and verify it, or raise _AddressError."""
    continued = part.exists()
    if not file.is_at(part):
        _download(address, part, file, least_speed, patience)
    if file.is_at(part):
        return
    part.unlink()
    if continued:
        # The wrong bytes may have come from an earlier address; judge this one by its own.
        _fetch_from(address, part, file, least_speed, patience)
    else:
        raise _AddressError("serves other bytes")


def _download(
    address: str, part: Path, file: RemoteFile, least_speed: float, patience: float
) -> None:
    """Append to ``part`` until it has the file's size, or raise _AddressError."""
    have = part.stat().st_size if part.exists() else 0
    if have >= file.size - file.rounding:  # complete, and already known to be wrong
        have = 0
    request = Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urlopen(request, timeout=patience)
    except (OSError, HTTPException) as error:
        raise _AddressError(f"does not answer ({getattr(error, 'reason', error)})") from error
    with response:
        have = have if response.status == 206 else 0  # 206: the server continues the part
        size = have + int(response.headers.get("Content-Length") or 0)
        if not file.has_size(size):
            raise _AddressError("serves a file of another size")
        with _open(part, append=have > 0) as content:
            _receive(response, content, size, least_speed, patience)


def _receive(
    response: HTTPResponse, file: FileIO, size: int, least_speed: float, patience: float
) -> None:
    """Copy the response to the file, showing progress, or raise _AddressError."""
    have = file.tell()
    with _shown(urlsplit(response.url).netloc, size, have) as show:
        window_start, window_bytes = time.monotonic(), 0
        while have < size:
            try:
                chunk = response.read1(CHUNK)
            except (OSError, HTTPException) as error:
                raise _AddressError(f"stopped answering ({error})") from error
            if not chunk:
                raise _AddressError(f"cut off after {have:,} bytes")
            _write(file, chunk, size - have)
            have += len(chunk)
            show(have)
            window_bytes += len(chunk)
            elapsed = time.monotonic() - window_start
            if elapsed >= patience:
                if window_bytes < least_speed * elapsed:
                    raise _SlowAddressError(f"is slower than {least_speed / 1000:.0f} kB/s")
                window_start, window_bytes = time.monotonic(), 0


@contextmanager
def _shown(server: str, size: int, have: int) -> Iterator[Callable[[int], None]]:
    """Show the download with its speed and the remaining time; without rich, print a line."""
    try:
        from rich import progress as bars
        from rich.console import Console
    except ModuleNotFoundError:
        print(f"fetching {(size - have) / 1e6:.0f} MB from {server}", file=sys.stderr)
        yield lambda done: None
        return
    columns = (
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(
        bars.TextColumn("{task.description}"), *columns, console=Console(stderr=True)
    ) as progress:
        task = progress.add_task(server, total=size, completed=have)
        yield lambda done: progress.update(task, completed=done)


def _open(part: Path, append: bool) -> FileIO:
    try:
        return part.open("ab" if append else "wb", buffering=0)
    except OSError as error:
        raise ReaderError(
            f"{part} cannot be written ({error.strerror}): free space or choose another folder."
        ) from error


def _write(file: FileIO, chunk: bytes, missing: int) -> None:
    view = memoryview(chunk)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError as error:
        raise ReaderError(
            f"{file.name} cannot be written ({error.strerror}): free {-(-missing // 10**6)} MB "
            "and run the command again; the part already fetched is kept."
        ) from error
