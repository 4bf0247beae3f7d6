"""Image files are read once, and again as soon as one of them changes or the cache is damaged."""

import os

import pytest
import torch
from PIL import Image

from tutorial_code.data import image_cache
from tutorial_code.data.image_folder import read_folder, read_image


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Six small JPEG files in a folder of images, and a cache folder of their own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(image_cache, "CACHED_FROM", 1)
    for number, place in enumerate(
        ["train/a/0", "train/a/1", "train/b/0", "train/b/1", "test/a/0", "test/b/0"]
    ):
        file = tmp_path / "images" / f"{place}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(file)
    return tmp_path / "images"


@pytest.fixture
def files_read(monkeypatch):
    """Every file that is read, in order."""
    read = []
    monkeypatch.setattr(
        "tutorial_code.data.image_folder.read_image",
        lambda file, size: read.append(file.name) or read_image(file, size),
    )
    return read


def stored(tmp_path):
    return sorted((tmp_path / "cache" / "resnet50-tutorial").iterdir())


def test_files_are_read_once(folder, tmp_path, files_read):
    first, again = read_folder(folder, 8), read_folder(folder, 8)
    assert len(files_read) == 6 and len(stored(tmp_path)) == 2
    assert all(torch.equal(one, other) for one, other in zip(first[:4], again[:4], strict=True))
    assert not any(file.suffix != ".jpg" for file in folder.rglob("*") if file.is_file())
    assert read_folder(folder, 4)[0].shape == (4, 3, 4, 4) and len(files_read) == 12


@pytest.mark.parametrize("change", ["content", "time", "name", "one more", "one less"])
def test_a_change_of_a_file_is_seen(folder, tmp_path, files_read, change):
    read_folder(folder, 8)
    file = folder / "train" / "a" / "0.jpg"
    if change == "content":
        Image.new("RGB", (9, 9), "white").save(file)
    elif change == "time":
        os.utime(file, (1, 1))
    elif change == "name":
        file.rename(file.with_name("9.jpg"))
    elif change == "one more":
        Image.new("RGB", (8, 8)).save(file.with_name("2.jpg"))
    else:
        file.unlink()
    images = read_folder(folder, 8)[0]
    assert len(files_read) == 6 + len(images)
    assert torch.equal(
        images, torch.stack([read_image(path, 8) for path in sorted(folder.glob("train/*/*"))])
    )
    assert len(stored(tmp_path)) == 2


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_cache_is_made_anew(folder, tmp_path, files_read, damage):
    whole = read_folder(folder, 8)
    for path in stored(tmp_path):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255  # one bit flipped is enough: the archive has checksums
        path.write_bytes(bytes(content) if damage is None else damage)
    again = read_folder(folder, 8)
    assert len(files_read) == 12
    assert all(torch.equal(one, other) for one, other in zip(whole[:4], again[:4], strict=True))
    read_folder(folder, 8)
    assert len(files_read) == 12


def test_a_cache_that_cannot_be_written_does_no_harm(folder, tmp_path, files_read):
    (tmp_path / "cache").write_text("a file, and no folder")
    assert len(read_folder(folder, 8)[0]) == 4 and len(read_folder(folder, 8)[0]) == 4
    assert len(files_read) == 12
