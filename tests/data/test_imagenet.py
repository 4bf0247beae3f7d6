"""ImageNet's folders, and a training on them from its begin to its report."""

import shutil

import numpy as np
import pytest
import torch
from helpers import metrics, read, refused

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import imagenet
from tutorial_code.runs.checkpoint import load_checkpoint
from tutorial_code.runs.chosen_images import only_classes, use_validation_split
from tutorial_code.runs.config import Config
from tutorial_code.runs.reports.report_notebook import notebook_text
from tutorial_code.runs.run_record import read_record

OPTIONS = ["--model", "resnet18", "--batch-size", "4", "--epochs", "2", "--recipe", "torchvision"]
OPTIONS += ["--device", "cpu", "--precision", "fp32", "--quiet"]


@pytest.fixture(scope="module")
def finished(photographs, run_command, tmp_path_factory):
    """The folder of a run of two epochs, not to be changed."""
    folder = tmp_path_factory.mktemp("imagenet") / "run"
    data = ["--data", f"imagenet:{photographs}", "--workers", "0"]
    assert run_command("train", *data, *OPTIONS, "--output", folder) == 0
    return folder


def test_images_stay_on_disk_and_classes_have_the_names_of_their_folders(photographs):
    data = load_dataset(f"imagenet:{photographs}")
    assert data.classes == ("n01440764", "n02391049") and data.may_flip
    assert data.train_labels.tolist() == [0] * 5 + [1] * 5
    assert data.test_labels.tolist() == [0, 0, 1, 1]
    assert not isinstance(data.train_images, torch.Tensor)
    assert data.test_images.name(3) == "val/n02391049/n02391049_1.JPEG"


def test_some_classes_are_kept_and_some_images_held_out(photographs):
    data = load_dataset(f"imagenet:{photographs}")
    turned = only_classes(data, ["n02391049", "n01440764"])
    assert turned.train_labels.tolist() == [1] * 5 + [0] * 5
    assert turned.train_images.name(9) == "train/n02391049/n02391049_4.JPEG"
    held = use_validation_split(data, 3, seed=0)
    splits = held.train_images, held.test_images
    names = [files.name(index) for files in splits for index in range(len(files))]
    assert len(held.test_images) == 3
    assert sorted(names) == [data.train_images.name(index) for index in range(10)]


def test_the_thousand_classes_have_names_in_words(monkeypatch):
    """The folders' names are known by their checksum; these are others."""
    folders = [f"n{number:08}" for number in range(1000)]
    assert imagenet.names_of(folders) == tuple(folders)
    monkeypatch.setattr(
        imagenet, "ALL_CLASSES", imagenet.hashlib.sha256("\n".join(folders).encode()).hexdigest()
    )
    names = imagenet.names_of(folders)
    assert (names[0], names[134], names[-1]) == ("tench", "crane bird", "toilet tissue")


def break_nothing_there(root):
    shutil.rmtree(root)
    return "There is no folder"


def break_no_val(root):
    (root / "val").rename(root / "test")
    return "val: the images must be in PATH/train/n01440764/ and PATH/val/n01440764/"


def break_flat_val(root):
    for path in (root / "val").rglob("*.JPEG"):
        path.rename(root / "val" / f"ILSVRC2012_val_{path.name}")
    for folder in (root / "val").iterdir():
        if folder.is_dir():
            folder.rmdir()
    return "such as ILSVRC2012_val_n01440764_0.JPEG and no folders: move each image into the folder"


def break_archives(root):
    shutil.rmtree(root / "train")
    (root / "train").mkdir()
    (root / "train" / "n01440764.tar").write_bytes(b"x")
    return "holds archives such as n01440764.tar: unpack each"


def break_empty(root):
    shutil.rmtree(root / "train")
    (root / "train").mkdir()
    return "is empty"


def break_other_classes(root):
    (root / "val" / "n01440764").rename(root / "val" / "n01443537")
    return "only one of them has n01440764, n01443537: add or remove"


def break_empty_class(root):
    (root / "train" / "n03000000").mkdir()
    (root / "val" / "n03000000").mkdir()
    return "n03000000 holds no images"


def break_image(root):
    (root / "val" / "n01440764" / "n01440764_1.JPEG").write_bytes(b"x")
    return "1 of the 14 images in"


@pytest.mark.parametrize(
    "damage", [each for name, each in globals().items() if name.startswith("break_")]
)
def test_another_layout_is_refused_in_one_sentence(damage, photographs, tmp_path, command):
    shutil.copytree(photographs, tmp_path / "images")
    words = damage(tmp_path / "images")
    data = f"imagenet:{tmp_path / 'images'}"
    refused(command("train", "--data", data, "--out", "run"), words)
    assert not (tmp_path / "run").exists()


def test_a_run_is_tested_and_used(finished, photographs, command, tmp_path):
    image = photographs / "val" / "n01440764" / "n01440764_0.JPEG"
    code, out, err = command("predict", finished, image)
    logits = torch.from_numpy(np.load(finished / "logits.npy"))[0]  # of this image, in the test
    assert code == 0 and f"n01440764 {logits.softmax(0)[0].item():.1%}" in out and not err
    code, out, _ = command("explain", finished, image, "--output", tmp_path / "explained")
    assert code == 0 and out.startswith("Maps of 7×7 positions, from conv5_x")
    code, out, _ = command("test", finished)
    result = read(finished / "summary.json")
    assert code == 0 and f"{result['test_loss']:.4f}" in out


@pytest.mark.parametrize("kind", ["html", "md", "ipynb"])
def test_a_run_is_reported(kind, finished, command, tmp_path):
    code, _, err = command("report", finished, "--to", kind, "--output", tmp_path / f"r.{kind}")
    assert code == 0, err
    text = (tmp_path / f"r.{kind}").read_text(encoding="utf-8")
    assert "imagenet:" in text and "50.00%" in text


def test_the_loaders_in_a_notebook_are_not_those_of_chapter_1(finished):
    record = read_record(finished)._replace(config=Config(data="imagenet:PATH"))
    text = notebook_text(record, {})
    assert "load_data(config)" in text and "load_dataset('imagenet" not in text


def test_a_run_is_compared_and_exported(finished, command, tmp_path):
    shutil.copytree(finished, tmp_path / "other")
    code, out, err = command("compare", finished, "other")
    assert code == 0 and "exactly the same of the same 4 images" in out, err
    code, out, _ = command("export", finished, "--to", "torchvision", "--output", "weights.pth")
    assert code == 0


def test_an_exported_network_takes_images_of_224_pixels(finished, command):
    onnx = pytest.importorskip("onnx")
    code, _, err = command("export", finished, "--to", "onnx", "--output", "weights.onnx")
    assert code == 0, err
    shape = onnx.load("weights.onnx").graph.input[0].type.tensor_type.shape.dim
    assert [side.dim_value for side in shape[1:]] == [3, 224, 224]


def test_an_interrupted_run_goes_on_exactly_with_any_number_of_workers(
    finished, photographs, command, tmp_path
):
    data = ["--data", f"imagenet:{photographs}", "--workers", "2"]
    code, out, err = command("train", *data, *OPTIONS, "--out", "run", "--time-limit", "0.0001")
    assert code == 0 and "time limit" in out, err
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["progress"]["loader"]["batch"] == 1
    code, _, err = command("train", "--resume", "--out", "run", "--workers", "0", "--quiet")
    assert code == 0, err
    ours, theirs = (load_checkpoint(run / "checkpoint.pt") for run in (tmp_path / "run", finished))
    assert all(torch.equal(value, theirs["model"][key]) for key, value in ours["model"].items())
    assert metrics(tmp_path / "run") == metrics(finished)


def test_a_run_does_not_go_on_with_other_files(finished, photographs, command, tmp_path):
    copy = shutil.copytree(photographs, tmp_path / "images")
    data = ["--data", f"imagenet:{copy}", "--workers", "0"]
    command("train", *data, *OPTIONS, "--out", "run", "--time-limit", "0.0001")
    path = copy / "train" / "n01440764" / "n01440764_0.JPEG"
    path.write_bytes(path.read_bytes() + b"\0")
    refused(command("train", "--resume", "--out", "run"), "are not those that the run in run")


def test_skipped_images_are_counted_in_report_and_summary(photographs, command, tmp_path):
    copy = shutil.copytree(photographs, tmp_path / "images")
    path = copy / "train" / "n01440764" / "n01440764_0.JPEG"
    path.write_bytes(path.read_bytes()[:5000])
    data = ["--data", f"imagenet:{copy}", "--skip-unreadable", "--workers", "0"]
    options = [*OPTIONS[:-1], "--epochs", "1", "--val-size", "2"]
    code, out, err = command("train", *data, *options, "--out", "run")
    assert code == 0, err
    assert "7 to train, 2 to test, 1 left out because" in out
    assert read(tmp_path / "run" / "summary.json")["skipped_images"] == 1
    command("report", "run", "--to", "md")
    assert "left out as unreadable: 1" in (tmp_path / "run" / "report.md").read_text()
    assert "images left out" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
