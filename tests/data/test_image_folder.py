"""Image files: one as a tensor, and a folder of them as a data set."""

import pytest
import torch
from PIL import Image

from tutorial_code.ch01_images import (
    ImageData,
    load_dataset,
)
from tutorial_code.data.image_folder import read_image


def test_folder(images_folder, digits):
    data = load_dataset(f"folder:{images_folder}")
    assert isinstance(data, ImageData)
    assert data.classes == ("one", "zero")
    assert data.train_labels.bincount().tolist() == [10, 10]
    assert torch.equal(data.test_images[0], digits.test_images[digits.test_labels == 1][0])


def test_folder_ignores_what_file_browsers_leave(images_folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(images_folder, copy)
    (copy / ".DS_Store").write_bytes(b"x")
    (copy / "train" / ".cache").mkdir()
    (copy / "train" / "one" / "Thumbs.db").write_bytes(b"x")
    assert len(load_dataset(f"folder:{copy}").train_labels) == 20


def break_nothing_there(root):
    return root / "missing", "no folder"


def break_no_test(root):
    import shutil

    shutil.rmtree(root / "test")
    return root, "no folder"


def break_no_classes(root):
    import shutil

    shutil.rmtree(root / "train")
    (root / "train").mkdir()
    return root, "no class folders"


def break_other_classes(root):
    (root / "test" / "one").rename(root / "test" / "three")
    return root, "same classes"


def break_empty_class(root):
    for path in (root / "train" / "one").iterdir():
        path.unlink()
    return root, "is empty"


def break_text_file(root):
    (root / "train" / "one" / "notes.txt").write_text("buy milk")
    return root, "is not an image"


def break_truncated(root):
    path = root / "test" / "zero" / "0.png"
    path.write_bytes(path.read_bytes()[:100])
    return root, "damaged or cut-off"


@pytest.mark.parametrize(
    "damage",
    [
        break_nothing_there,
        break_no_test,
        break_no_classes,
        break_other_classes,
        break_empty_class,
        break_text_file,
        break_truncated,
    ],
)
def test_bad_folders_give_one_sentence(damage, images_folder, tmp_path, command):
    import shutil

    shutil.copytree(images_folder, tmp_path / "images")
    path, words = damage(tmp_path / "images")
    code, out, err = command("train", "--data", f"folder:{path}", "--out", "run")
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_images_of_every_mode_and_size(mode, tmp_path):
    image = Image.linear_gradient("L").resize((50, 40))
    image = (
        image.convert("I").point(lambda v: v * 256).convert("I;16")
        if mode == "I;16"
        else image.convert(mode)
    )
    path = tmp_path / ("a.tiff" if mode in {"CMYK", "I;16", "I", "F"} else "a.png")
    image.save(path)
    image = read_image(path, 32)
    assert image.shape == (3, 32, 32)
    assert image.dtype == torch.uint8
    # dark above, light below, in each mode
    assert image[:, 0].float().mean() < 60 < 190 < image[:, -1].float().mean()


def test_transparent_parts_become_white(tmp_path):
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", 32).float().mean() == 255


def test_images_are_turned_upright(tmp_path):
    image = Image.linear_gradient("L").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 3  # taken upside down
    image.save(tmp_path / "a.png", exif=exif)
    image = read_image(tmp_path / "a.png", 32).float()
    assert image[:, 0].mean() > image[:, -1].mean()
