"""What a training refuses before it begins, and what it accepts."""

import shutil
from pathlib import Path

import torch
from helpers import read, refused


def test_images_that_have_changed_are_refused(
    small_network, small, command, images_folder, tmp_path
):
    folder = Path(shutil.copytree(images_folder, tmp_path / "images"))
    small[small.index(f"folder:{images_folder}")] = f"folder:{folder}"
    assert (
        command(*small, "--quiet", "--epochs", "2", "--out", "run", "--time-limit", "0.0001")[0]
        == 0
    )
    shutil.copy(folder / "test" / "one" / "0.png", folder / "train" / "zero")
    refused(
        command("train", "--resume", "--out", "run"), "not those that the run in run was begun with"
    )
    shutil.copytree(folder / "train" / "one", folder / "train" / "two")
    shutil.copytree(folder / "test" / "one", folder / "test" / "two")
    refused(command("train", "--resume", "--out", "run"), "not those")


def test_a_network_that_cannot_be_compiled(small, command, monkeypatch):
    from tutorial_code.runs import training

    def broken(*args):
        raise torch._dynamo.exc.BackendCompilerFailed(lambda: None, RuntimeError("no Python.h"), [])

    monkeypatch.setattr(training, "fit", broken)
    refused(command(*small, "--quiet", "--out", "run"), "--no-compile")


def test_validation_never_looks_at_the_test_set(small, command, tmp_path, monkeypatch):
    from tutorial_code.runs import chosen_images

    seen = []
    load = chosen_images.load_dataset

    def without_test_images(spec, mirror):
        data = load(spec, mirror=mirror)
        seen.append(len(data.test_labels))
        return data._replace(test_images=data.test_images[:0], test_labels=data.test_labels[:0])

    monkeypatch.setattr(chosen_images, "load_dataset", without_test_images)
    code, out, _ = command(*small, "--quiet", "--epochs", "1", "--val-size", "6", "--out", "run")
    assert code == 0 and seen == [6] and "validation accuracy" in out
    summary = read(tmp_path / "run" / "summary.json")
    assert summary["tested_on"] == "validation"
    assert "<dt>validation accuracy</dt>" in (tmp_path / "run" / "report.html").read_text(
        encoding="utf-8"
    )
    code, again, _ = command("test", "run")
    assert code == 0 and again.startswith(f"validation loss {summary['test_loss']:.4f} ")
