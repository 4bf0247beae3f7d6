"""`resnet50 explain` shows where a network looks, whatever its layers are called."""

import pytest
import torch
from helpers import ANSWERS, refused
from PIL import Image
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.checks.isolate.answers import run_source
from tutorial_code.runs.explanation import last_layer_with_places, overlay_of
from tutorial_code.shared.errors import ReaderError

SMALL = (1, 1, 1, 1)


def layer_of(network, size=32):
    layer = last_layer_with_places(network.eval(), torch.randn(3, size, size))
    return layer.name, layer.rows, layer.columns


def test_it_takes_the_last_stage_with_places():
    assert layer_of(ResNet50(SMALL)) == ("conv3_x", 4, 4)  # not a 4×4 layer within conv4_x
    assert layer_of(ResNet50(SMALL), 128) == ("conv5_x", 4, 4)
    assert layer_of(use_small_stem(ResNet50(SMALL))) == ("conv5_x", 4, 4)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("02_make_layer.py", "layer2"),
        ("05_one_big_sequential.py", None),
        ("04_modulelist_flat.py", None),
    ],
)
def test_a_network_of_the_readers_may_have_any_names(answer, name):
    path = ANSWERS / "resnet50" / "right" / answer
    source = path.read_text(encoding="utf-8")
    network = run_source(source, str(path))["ResNet50"](num_classes=3)
    found = layer_of(network)
    assert found[1:] == (4, 4)
    assert name is None or found[0] == name


def test_a_shortcut_past_a_layer_rules_it_out():
    block = Bottleneck(16, 4)
    network = nn.Sequential(
        nn.Conv2d(3, 16, 4, stride=4), block, nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    assert layer_of(network) == ("1", 8, 8)  # the block, and none of the layers in it


def test_a_network_without_such_a_layer_is_told():
    with pytest.raises(ReaderError, match="4×4"):
        layer_of(nn.Sequential(nn.Conv2d(3, 8, 16, stride=16), nn.Flatten()))


def test_the_overlay_marks_the_largest_value():
    image = torch.full((3, 32, 32), 128, dtype=torch.uint8)
    cam = torch.zeros(4, 4)
    cam[0, 3] = 2.0
    overlay = overlay_of(image, cam)
    assert overlay.size == (656, 320)
    assert overlay.getpixel((10, 10)) == overlay.getpixel((346, 310)) == (128, 128, 128)
    red, green, blue = overlay.getpixel((650, 5))
    assert red > green > blue  # amber, in the upper right corner


@pytest.fixture
def image(images_folder):
    return images_folder / "test" / "one" / "0.png"


def test_explain_writes_an_overlay_for_each_image(finished, images_folder, command, tmp_path):
    images = [images_folder / "test" / name / "0.png" for name in ("one", "zero")]
    code, out, err = command("explain", finished, images[0], "-o", "seen", "--class", "zero")
    assert code == 0 and not err
    head, line = out.splitlines()
    assert head == "Maps of 4×4 positions, from conv3_x."
    assert line.startswith(f"{images[0]}: ") and "speaks for zero" in line
    with Image.open(tmp_path / "seen" / "0-zero.png") as overlay:
        assert overlay.size == (656, 320)
    # What is asked otherwise gets a file of its own.
    for more in ((), ("--invert",), ("--class", "one", "--invert")):
        assert command("explain", finished, images[0], "-o", "seen", *more)[0] == 0
    assert {path.name for path in (tmp_path / "seen").iterdir()} == {
        "0-zero.png",
        "0.png",
        "0-inverted.png",
        "0-inverted-one.png",
    }
    refused(command("explain", finished, images[0], "-o", "seen"), "already exists", "--force")
    assert command("explain", finished, images[0], "-o", "seen", "--force")[0] == 0
    assert (tmp_path / "seen" / "0.png.bak").exists()
    refused(command("explain", finished, *images, "-o", "both"), "one name")
    assert not (tmp_path / "both").exists()


def test_explain_takes_every_mode_of_image(finished, image, command, tmp_path):
    paths = []
    for mode in ("L", "RGBA", "P", "CMYK", "1"):
        suffix = "tif" if mode == "CMYK" else "png"
        paths.append(tmp_path / f"{mode}.{suffix}")
        with Image.open(image) as opened:
            opened.resize((50, 70)).convert(mode).save(paths[-1])
    code, out, _ = command("explain", finished, *paths, "-o", "seen", "--invert")
    assert code == 0 and out.count("\n") == 6
    assert len(list((tmp_path / "seen").iterdir())) == 5


def test_explain_says_what_it_cannot_do(finished, image, command, tmp_path):
    refused(command("explain", finished, tmp_path / "nothing.png"), "no image")
    refused(command("explain", tmp_path / "nowhere", image), "no run folder")
    refused(command("explain", finished, image, "--class", "two"), "no class two", "one, zero")
    assert not (finished / "explained").exists()
