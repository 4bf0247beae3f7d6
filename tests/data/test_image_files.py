"""Images that stay on disk: in the place of a tensor, and read as the network is tested on them."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from tutorial_code.data.image_files import list_files, read_image


@pytest.fixture
def files(photographs):
    return list_files(photographs, "train", ["n01440764", "n02391049"])[0]


def test_files_are_used_as_a_tensor_of_images_is(files):
    assert len(files) == 10
    assert files[3].shape == (3, 224, 224) and files[3].dtype == torch.uint8
    some = files[torch.tensor([7, 3])]
    assert len(some) == 2 and torch.equal(some[1], files[3])
    assert len(files[torch.arange(10) < 4]) == 4
    assert [image.shape for image in files[[0, 9]]] == [(3, 224, 224)] * 2
    assert files.name(9) == "train/n02391049/n02391049_4.JPEG" and files.path(9).is_file()


def test_names_are_no_objects_of_python(files):
    assert isinstance(files.names, np.ndarray) and files.names.dtype.kind == "S"


def test_a_name_may_have_any_letters(photographs, tmp_path):
    shutil.copytree(photographs / "train", tmp_path / "train")
    place = tmp_path / "train" / "n01440764"
    (place / "n01440764_0.JPEG").rename(place / "Schleie, größer.JPEG")
    (place / ".DS_Store").write_bytes(b"x")
    files, labels = list_files(tmp_path, "train", ["n01440764"])
    assert files.name(0) == "train/n01440764/Schleie, größer.JPEG" and files[0] is not None
    assert labels.tolist() == [0] * 5


def test_the_fingerprint_is_that_of_names_and_sizes(files, photographs, tmp_path):
    shutil.copytree(photographs / "train", tmp_path / "train")
    names = ["n01440764", "n02391049"]
    assert list_files(tmp_path, "train", names)[0].fingerprint() == files.fingerprint()
    path = tmp_path / "train" / "n01440764" / "n01440764_0.JPEG"
    path.write_bytes(path.read_bytes() + b"\0")
    longer = list_files(tmp_path, "train", names)[0].fingerprint()
    path.rename(path.with_name("n01440764_9.JPEG"))
    renamed = list_files(tmp_path, "train", names)[0].fingerprint()
    assert len({files.fingerprint(), longer, renamed}) == 3


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (333, 500), (90, 71), (1200, 224)])
def test_an_image_is_tested_as_torchvision_tests_it(size, tmp_path):
    """To two of 255 steps: ours crops and resizes in one go, with one rounding less."""
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    image.save(tmp_path / "a.png")
    theirs = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])(image)
    ours = read_image(tmp_path / "a.png").permute(1, 2, 0).numpy().astype(int)
    assert np.abs(ours - np.asarray(theirs)).max() <= 2


def test_files_are_read_that_are_no_plain_jpeg(photographs, tmp_path):
    """The real ImageNet has JPEG files in CMYK, a PNG that is called JPEG, and turned images."""
    image = Image.open(photographs / "val" / "n01440764" / "n01440764_1.JPEG")
    plain = read_image(photographs / "val" / "n01440764" / "n01440764_1.JPEG").float()
    image.convert("CMYK").save(tmp_path / "cmyk.JPEG", quality=95)
    image.save(tmp_path / "png.JPEG", format="PNG")
    image.rotate(180).save(tmp_path / "turned.JPEG", quality=95, exif=b"Exif\0\0" + turned(3))
    image.save(tmp_path / "broken-exif.JPEG", quality=95, exif=b"Exif\0\0" + turned(3)[:-6])
    for name in ("cmyk", "png", "turned", "broken-exif"):
        assert (read_image(tmp_path / f"{name}.JPEG").float() - plain).abs().mean() < 4, name
    image.convert("L").save(tmp_path / "gray.JPEG")
    assert read_image(tmp_path / "gray.JPEG").shape == (3, 224, 224)


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes().removeprefix(b"Exif\0\0")
