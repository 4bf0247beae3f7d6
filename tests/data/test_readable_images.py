"""Files that cannot be read are named before a training, and left out only if that is asked for."""

import shutil

import pytest

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import readable_images
from tutorial_code.data.image_files import skipped_images
from tutorial_code.data.readable_images import unreadable, without_unreadable
from tutorial_code.shared.errors import ReaderError


@pytest.fixture
def folder(photographs, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return shutil.copytree(photographs, tmp_path / "images")


def load(folder):
    return load_dataset(f"imagenet:{folder}")


def damage(folder, count=2):
    """Cut one training image off, and make texts of some test images."""
    path = folder / "train" / "n02391049" / "n02391049_1.JPEG"
    path.write_bytes(path.read_bytes()[:-3000])
    for number in range(count - 1):
        (folder / "val" / "n01440764" / f"note-{number:02}.JPEG").write_text("buy milk")


def test_files_that_cannot_be_read_are_named_in_one_sentence(folder):
    assert without_unreadable(load(folder), False).train_images is not None
    damage(folder)
    with pytest.raises(ReaderError) as raised:
        without_unreadable(load(folder), False)
    assert str(raised.value) == (
        f"2 of the 15 images in {folder} cannot be read (train/n02391049/n02391049_1.JPEG, "
        "val/n01440764/note-00.JPEG): replace or delete them, or give --skip-unreadable."
    )


def test_of_many_the_first_ten_are_named(folder):
    damage(folder, 13)
    with pytest.raises(ReaderError, match=r"note-08.JPEG and 3 more\): replace"):
        without_unreadable(load(folder), False)


def test_they_are_left_out_and_counted_where_that_is_asked_for(folder):
    whole = without_unreadable(load(folder), True)
    assert skipped_images(whole) == 0 and len(whole.train_labels) == 10
    damage(folder)
    data = without_unreadable(load(folder), True)
    assert skipped_images(data) == 2
    assert data.train_labels.tolist() == [0] * 5 + [1] * 4 and len(data.train_images) == 9
    assert "n02391049_1" not in " ".join(data.train_images.name(i) for i in range(9))
    assert data.test_labels.tolist() == [0, 0, 1, 1] and len(data.test_images) == 4


def test_a_large_data_set_is_looked_at_once(folder, monkeypatch, capsys):
    monkeypatch.setattr(readable_images, "CACHED_FROM", 1)
    damage(folder, 1)
    files = load(folder).train_images
    assert unreadable(files) == [6]
    assert "checking   whether 10 images can be read, once" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(readable_images, "_can_be_read", lambda path: pytest.fail(str(path)))
        assert unreadable(load(folder).train_images) == [6]
    (kept,) = (folder.parent / "cache" / "resnet50-tutorial").iterdir()
    kept.write_text("[6")  # cut off
    assert unreadable(files) == [6]
    path = files.path(0)
    path.write_bytes(path.read_bytes()[:5000])
    assert unreadable(load(folder).train_images) == [0, 6]


def test_a_cache_that_cannot_be_written_does_no_harm(folder, monkeypatch):
    monkeypatch.setattr(readable_images, "CACHED_FROM", 1)
    (folder.parent / "cache").write_text("a file where a folder should be")
    damage(folder, 1)
    assert unreadable(load(folder).train_images) == [6]
