"""Long runs: pieces, validation, both recipes, and what is made of a finished run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torchvision.models import resnet50

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.runs.checkpoint import load_checkpoint, previous_checkpoint, save_checkpoint
from tutorial_code.runs.trained_run import load_run

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def full(train_small):
    """A run with all that the recipe `full` brings but the larger stem, and with products."""
    return train_small(
        2,
        "--recipe",
        "full",
        "--stem",
        "7x7",
        "--conv1x1-matmul",
        "on",
        "--no-compile",
        "--warmup-epochs",
        "1",
    )


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def same_run(one, other):
    one, other = (load_checkpoint(folder / "checkpoint.pt") for folder in (one, other))
    assert [row[:4] for row in one["history"]] == [row[:4] for row in other["history"]]
    return all(torch.equal(value, other["model"][name]) for name, value in one["model"].items())


def whole(folder, small, command):
    """Train two epochs without an end between."""
    assert command(*small, "--quiet", "--epochs", "2", "--out", folder)[0] == 0
    return folder


def test_a_time_limit_stops_at_a_batch_and_the_pieces_are_the_whole(
    small_network, small, command, tmp_path
):
    code, out, _ = command(
        *small, "--quiet", "--epochs", "2", "--out", "run", "--time-limit", "0.0001"
    )
    assert code == 0 and "resnet50 train --resume --output run" in out
    run = tmp_path / "run"
    assert load_checkpoint(run / "checkpoint.pt")["progress"]["loader"]["batch"] == 1
    assert not (run / "summary.json").exists()
    pieces = 1
    while not (run / "summary.json").exists():
        assert (
            command("train", "--resume", "--out", "run", "--quiet", "--time-limit", "0.0001")[0]
            == 0
        )
        pieces += 1
    assert pieces == 6  # after each of three batches, in two epochs
    assert same_run(run, whole(tmp_path / "whole", small, command))


def test_the_checkpoint_before_is_as_good_within_an_epoch(small_network, small, command, tmp_path):
    """It is missing when a kill comes between the two renamings of a save."""
    run = tmp_path / "run"
    for more in ([*small, "--quiet", "--epochs", "2"], ["train", "--resume", "--quiet"]):
        assert command(*more, "--out", "run", "--time-limit", "0.0001")[0] == 0
    (run / "checkpoint.pt").unlink()
    assert (
        load_checkpoint(previous_checkpoint(run / "checkpoint.pt"))["progress"]["loader"]["batch"]
        == 1
    )
    code, _, err = command("train", "--resume", "--out", "run", "--quiet", "--time-limit", "0.0001")
    assert code == 0 and "it holds epoch 0 and 1 batches of the next" in err
    (run / "checkpoint.pt").unlink()
    assert command("train", "--resume", "--out", "run", "--quiet")[0] == 0
    assert same_run(run, whole(tmp_path / "whole", small, command))


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


def test_killed_before_anything_was_written(small_network, small, command, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json.tmp").write_text("{")
    assert command(*small, "--quiet", "--epochs", "1", "--out", "run")[0] == 0


def test_an_unreadable_checkpoint_is_not_taken_for_a_damaged_one(finished, monkeypatch):
    def denied(self, *args):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(PermissionError):
        load_checkpoint(finished / "checkpoint.pt")


def test_the_full_recipe_trains_and_is_tested_by_its_average(full, command, images_folder):
    config, summary = read(full / "config.json"), read(full / "summary.json")
    assert config["recipe"] == "full" and config["label_smoothing"] == 0.1 and config["cutout"] == 8
    state = load_checkpoint(full / "checkpoint.pt")
    weights = {name.removeprefix("module."): value for name, value in state["ema"].items()}
    assert not torch.equal(weights["fc.weight"], state["model"]["fc.weight"])
    assert torch.equal(load_run(full).network.fc.weight, weights["fc.weight"])
    code, out, _ = command("test", full)
    assert code == 0
    assert (
        out
        == f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}%\n"
    )
    assert command("predict", full, images_folder / "test" / "one" / "0.png")[0] == 0


def test_the_notebook_of_a_full_run_gives_its_numbers(full, command, capsys):
    assert command("report", full, "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    cells, names = read(Path("r.ipynb"))["cells"], {}
    for cell in [
        cell for cell in cells if cell["cell_type"] == "code" and "plots" not in cell["source"]
    ]:
        exec(cell["source"], names)
        printed = capsys.readouterr().out
    summary = read(full / "summary.json")
    assert (
        printed
        == f"test loss {summary['test_loss']:.4f}, accuracy {summary['test_accuracy']:.2f}%\n"
    )


def test_validation_never_looks_at_the_test_set(small, command, tmp_path, monkeypatch):
    from tutorial_code.runs import training_setup

    seen = []
    load = training_setup.load_dataset

    def without_test_images(spec, mirror):
        data = load(spec, mirror=mirror)
        seen.append(len(data.test_labels))
        return data._replace(test_images=data.test_images[:0], test_labels=data.test_labels[:0])

    monkeypatch.setattr(training_setup, "load_dataset", without_test_images)
    code, out, _ = command(*small, "--quiet", "--epochs", "1", "--val-size", "6", "--out", "run")
    assert code == 0 and seen == [6] and "validation accuracy" in out
    summary = read(tmp_path / "run" / "summary.json")
    assert summary["tested_on"] == "validation"
    assert "<dt>validation accuracy</dt>" in (tmp_path / "run" / "report.html").read_text(
        encoding="utf-8"
    )
    code, again, _ = command("test", "run")
    assert code == 0 and again.startswith(f"validation loss {summary['test_loss']:.4f} ")


def test_compare_gives_a_table_and_one_image(finished, full, command, tmp_path):
    code, out, _ = command("compare", finished, full, "-o", "both.svg")
    assert code == 0
    head, first, second, image = out.splitlines()
    assert head.split()[:3] == ["run", "data", "recipe"] and image == "both.svg"
    for line, folder in ((first, finished), (second, full)):
        summary = read(folder / "summary.json")
        assert line.startswith(str(folder)) and f"{summary['test_accuracy']:.2f}%" in line
        assert f"{summary['test_loss']:.4f}" in line
    text = (tmp_path / "both.svg").read_text(encoding="utf-8")
    assert str(finished) in text and str(full) in text


def test_compare_refuses_what_it_cannot_compare(finished, command, tmp_path):
    refused(command("compare", finished), "at least two")
    refused(command("compare", finished, tmp_path), "no finished run")
    refused(command("compare", finished, finished, "-o", "both.png"), ".svg")


@pytest.fixture
def images():
    return torch.randn(3, 3, 32, 32)


def logits_of(folder, images):
    with torch.no_grad():
        return load_run(folder).network.eval()(images)


def test_export_to_torchvision(finished, command, images):
    code, out, _ = command("export", finished, "--to", "torchvision", "-o", "weights.pth")
    assert code == 0 and out == "weights.pth\n"
    theirs = resnet50(num_classes=2)
    theirs.load_state_dict(torch.load("weights.pth", weights_only=True))
    with torch.no_grad():
        assert torch.allclose(theirs.eval()(images), logits_of(finished, images), atol=1e-5)


def test_export_to_safetensors(full, command, images):
    from safetensors import safe_open
    from safetensors.torch import load_file

    assert command("export", full, "-o", "weights.safetensors")[0] == 0
    network = ResNet50(num_classes=2)
    network.load_state_dict(load_file("weights.safetensors"))
    with torch.no_grad():
        assert torch.allclose(
            network.eval()(images), logits_of(full, images), atol=1e-5
        )  # it has no products
    with safe_open("weights.safetensors", framework="pt") as file:
        assert file.metadata()["classes"] == "one, zero"


def test_export_to_onnx(finished, command, images):
    import onnxruntime

    assert command("export", finished, "--to", "onnx", "-o", "weights.onnx")[0] == 0
    session = onnxruntime.InferenceSession("weights.onnx", providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"images": images.numpy()})
    assert torch.allclose(torch.from_numpy(logits), logits_of(finished, images), atol=1e-4)


def refused(result, *words):
    code, _, err = result
    assert code == 2 and err.count("\n") == 1
    for word in words:
        assert word in err


def test_export_refuses_what_cannot_be(finished, command, tmp_path, monkeypatch):
    refused(command("export", tmp_path), "no checkpoint")
    state = load_checkpoint(finished / "checkpoint.pt")
    state["config"]["stem"] = "3x3"
    state["model"] = use_small_stem(ResNet50(num_classes=2)).state_dict()
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    refused(command("export", tmp_path, "--to", "torchvision"), "7×7 stem")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    refused(command("export", tmp_path, "--to", "onnx"), "needs onnxscript")
    assert command("export", tmp_path)[0] == 0
    refused(command("export", tmp_path, "-o", "."), "cannot be written")


def test_without_typer_and_rich_it_trains_and_tests(images_folder, tmp_path):
    """As on a machine where only torch, torchvision, matplotlib and scikit-learn are installed."""
    code = (
        "import sys, runpy\nfor name in ('typer', 'click', 'rich', 'torchinfo', 'watchfiles', "
        "'safetensors', 'onnx', 'IPython'):\n    sys.modules[name] = "
        "None\nrunpy.run_module('tutorial_code', run_name='__main__')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def bare(*arguments):
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )

    options = [
        "--batch-size",
        "8",
        "--epochs",
        "1",
        "--device",
        "cpu",
        "--precision",
        "fp32",
        "--out",
        "run",
    ]
    trained = bare("train", "--data", f"folder:{images_folder}", *options)
    assert trained.returncode == 0, trained.stderr
    assert "epoch  training loss" in trained.stdout and (tmp_path / "run" / "report.html").exists()
    line = next(line for line in trained.stdout.splitlines() if line.startswith("test loss"))
    tested = bare("test", "run")
    assert tested.returncode == 0 and line.startswith(tested.stdout.strip())
    refused = bare("train", "--epochs", "two")
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
