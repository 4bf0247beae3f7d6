"""Whether all image files of a data set can be read: looked at once, before a training."""

import contextlib
import hashlib
import json
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import PIL
import torch

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.image_cache import CACHED_FROM, cache_folder
from tutorial_code.data.image_files import ImageFiles
from tutorial_code.data.image_folder import decode
from tutorial_code.shared.errors import ReaderError

NAMED = 10  # files that an error names


def without_unreadable(data: ImageData, skip: bool) -> ImageData:
    """Return a data set whose images stay on disk without those that cannot be read.

    Args:
        data: the data set.
        skip: whether there may be any.

    Raises:
        ReaderError: there are some, and they are not to be skipped.
    """
    splits = cast(tuple[ImageFiles, ...], (data.train_images, data.test_images))
    found = [unreadable(files) for files in splits]
    names = [[files.name(i) for i in bad] for files, bad in zip(splits, found, strict=True)]
    all_names = [name for those in names for name in those]
    if not all_names:
        return data
    if not skip:
        more = len(all_names) - NAMED
        listed = ", ".join(all_names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
        raise ReaderError(
            f"{len(all_names):,} of the {sum(map(len, splits)):,} images in {splits[0].root} "
            f"cannot be read ({listed}): replace or delete them, or give --skip-unreadable."
        )
    kept: list[Any] = []
    for files, bad, labels in zip(
        splits, found, (data.train_labels, data.test_labels), strict=True
    ):
        good = np.ones(len(files), dtype=bool)
        good[bad] = False
        some = cast(ImageFiles, files[torch.from_numpy(good)])
        some.unreadable = tuple(all_names)
        kept += [some, labels[torch.from_numpy(good)]]
    return data._replace(
        train_images=kept[0], train_labels=kept[1], test_images=kept[2], test_labels=kept[3]
    )


def unreadable(files: ImageFiles) -> list[int]:
    """Return the indices of the files that cannot be decoded.

    Each is decoded to its end. That takes a core about a millisecond an image, 20 minutes for all
    of ImageNet, so what was found is kept in the user's cache folder until a file changes.
    """
    kept = cache_folder() / f"{_key(files)[:32]}-unreadable.json"
    # A damaged file can fail anywhere, with any exception.
    with contextlib.suppress(Exception):
        return json.loads(kept.read_text(encoding="utf-8"))
    if len(files) >= CACHED_FROM:
        what = f"checking   whether {len(files):,} images can be read, once"
        print(what, file=sys.stderr, flush=True)
    cores = os.cpu_count() or 1
    with warnings.catch_warnings(), ThreadPoolExecutor(cores) as pool:
        warnings.simplefilter("ignore")  # Pillow's, about odd metadata
        good = pool.map(lambda index: _can_be_read(files.path(index)), range(len(files)))
        found = [index for index, fine in enumerate(good) if not fine]
    if len(files) >= CACHED_FROM:
        part = kept.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(found), encoding="utf-8")
            part.replace(kept)
    return found


def _can_be_read(path: Path) -> bool:
    try:
        decode(path, small=True)
    except Exception:  # a damaged file can fail anywhere in a decoder, with any exception
        return False
    return True


def _key(files: ImageFiles) -> str:
    """Return a key of the names, sizes and times of all files, and of what decodes them."""
    key = hashlib.sha256(f"{files.root.absolute()}\0{PIL.__version__}\0".encode())
    key.update(files.fingerprint().encode())
    key.update(np.ascontiguousarray(files.stamps[:, 1]).tobytes())
    return key.hexdigest()
