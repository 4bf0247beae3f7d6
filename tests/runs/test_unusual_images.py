"""`predict` reports images that are unlike the training images, above all black digits on white."""

import shutil

import pytest
import torch
from PIL import Image

from tutorial_code.runs.checkpoint import load_checkpoint, save_checkpoint
from tutorial_code.runs.unusual_images import (
    brightness_of,
    brightness_statistics,
    is_unusual,
    notice,
)


@pytest.fixture
def black_on_white(images_folder, tmp_path):
    """A real digit of the test set as a person writes it: black on white paper, and large."""
    original = images_folder / "test" / "one" / "0.png"
    path = tmp_path / "drawn.png"
    with Image.open(original) as image:
        image.convert("L").point(lambda value: 255 - value).save(path)
    return original, path


def test_real_digits_are_usual_and_inverted_ones_never_are(digits):
    """Under one in a hundred either way, on all test digits."""
    statistics = brightness_statistics(digits.train_images)
    brightness = brightness_of(digits.test_images)
    unusual = sum(is_unusual(value, statistics) for value in brightness)
    missed = sum(
        not is_unusual(value, statistics) for value in brightness_of(255 - digits.test_images)
    )
    assert len(brightness) == 360 and unusual <= 3 and missed <= 3


def test_a_few_images_of_one_brightness_are_no_narrow_measure():
    images = torch.full((2, 3, 4, 4), 100, dtype=torch.uint8)
    statistics = brightness_statistics(images)
    assert not is_unusual(101 / 255, statistics) and is_unusual(200 / 255, statistics)


def test_inverting_is_offered_only_where_it_brings_the_image_nearer():
    statistics = (0.3, 0.03)
    assert notice("a.png", 0.3, statistics, inverted=False) is None
    dark, light = (notice("a.png", value, statistics, inverted=False) for value in (0.05, 0.9))
    assert "--invert" in light and "--invert" not in dark
    assert "without --invert" in notice("a.png", 0.9, statistics, inverted=True)
    for sentence in (dark, light):
        assert sentence.startswith("a.png") and sentence.count(". ") == 0 and sentence.endswith(".")


def test_a_digit_in_black_on_white_is_noticed_and_invert_mends_it(
    finished, black_on_white, command
):
    original, drawn = black_on_white
    usual, unusual, mended = (
        command("predict", finished, original),
        command("predict", finished, drawn),
        command("predict", finished, drawn, "--invert"),
    )
    assert [code for code, _, _ in (usual, unusual, mended)] == [0, 0, 0]
    assert usual[2] == mended[2] == ""
    assert unusual[2].count("\n") == 1 and str(drawn) in unusual[2] and "--invert" in unusual[2]
    answer = usual[1].removeprefix(f"{original}: ")
    assert mended[1].removeprefix(f"{drawn}: ") == answer
    assert unusual[1].removeprefix(f"{drawn}: ") != answer


def test_only_the_unusual_of_several_images_is_named(finished, black_on_white, command):
    original, drawn = black_on_white
    _, out, err = command("predict", finished, original, drawn)
    assert (
        out.count("\n") == 2
        and err.count("\n") == 1
        and str(drawn) in err
        and str(original) not in err
    )


def test_a_run_that_is_older_than_the_notice_predicts_without_it(
    finished, black_on_white, command, tmp_path
):
    run = shutil.copytree(finished, tmp_path / "run")
    state = load_checkpoint(run / "checkpoint.pt")
    del state["brightness"]
    save_checkpoint(run / "checkpoint.pt", state)
    code, out, err = command("predict", run, black_on_white[1])
    assert code == 0 and out and not err
