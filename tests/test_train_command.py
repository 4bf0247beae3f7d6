"""`resnet50 train` and the commands that use its run: what they write, what they say, what they
refuse.
"""

import json
import math
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tutorial_code.runs import training
from tutorial_code.runs.checkpoint import load_checkpoint, load_last_checkpoint, save_checkpoint

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def metrics(folder):
    rows = [
        json.loads(line)
        for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def refused(result, *words):
    code, out, err = result
    assert code == 2
    assert err.count("\n") == 1 and err.startswith("resnet50: ")
    assert "Traceback" not in out + err
    for word in words:
        assert word in err


def test_a_run_folder_holds_what_it_should(finished):
    assert {path.name for path in finished.iterdir()} == {
        "config.json",
        "environment.json",
        "metrics.jsonl",
        "summary.json",
        "classes.json",
        "logits.npy",
        "checkpoint.pt",
        "checkpoint-before.pt",
        "report.html",
    }
    summary = read(finished / "summary.json")
    assert summary["epochs"] == len(metrics(finished)) == 2
    last = metrics(finished)[-1]
    assert (
        summary["test_loss"] == last["test_loss"]
        and summary["test_accuracy"] == last["test_accuracy"]
    )
    assert summary["train_loss"] == last["train_loss"]
    assert summary["parameters"] == 23_528_522 - 8 * 2049  # two classes
    assert summary["images_per_second"] == pytest.approx(40 / summary["seconds"])
    share = summary["test_accuracy"] / 100
    assert summary["standard_error"] == pytest.approx(100 * (share * (1 - share) / 6) ** 0.5)
    results = read(finished / "classes.json")
    right = sum(results["confusions"][label][label] for label in range(2))
    assert 100 * right / 6 == pytest.approx(summary["test_accuracy"])
    assert results["accuracy"] == [
        pytest.approx(100 * results["confusions"][i][i] / 3) for i in range(2)
    ]
    logits = np.load(finished / "logits.npy")
    assert logits.dtype == np.float32 and logits.shape == (6, 2)
    assert [logits[3 * i : 3 * i + 3].argmax(1).tolist().count(i) for i in range(2)] == [
        results["confusions"][i][i] for i in range(2)
    ]
    assert read(finished / "config.json")["batch_size"] == 8
    assert read(finished / "environment.json")["torch"] == torch.__version__


def test_testing_a_run_gives_its_numbers_again(finished, command):
    code, out, _ = command("test", finished)
    summary = read(finished / "summary.json")
    assert code == 0
    assert (
        out
        == f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}%\n"
    )


def test_same_seed_same_metrics_and_other_seed_others(small_network, small, command, tmp_path):
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        assert command(*small, "--epochs", "2", "--out", name, "--seed", seed, "--quiet")[0] == 0
    first, again, other = (metrics(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first[0]["train_loss"] != other[0]["train_loss"]


def test_predict_names_classes_with_probabilities(finished, images_folder, command):
    image = images_folder / "test" / "one" / "0.png"
    code, out, _ = command("predict", finished, image, image)
    assert code == 0
    first, second = out.splitlines()
    assert first == second
    shares = [
        float(part.split()[-1].rstrip("%")) for part in first.removeprefix(f"{image}: ").split(", ")
    ]
    assert sum(shares) == pytest.approx(100, abs=0.2) and shares == sorted(shares, reverse=True)


def test_the_test_set_is_passed_through_once_an_epoch(small_network, small, command, monkeypatch):
    """Results and report are made from the last test, and what is written is what is shown."""
    from tutorial_code.runs import loop_wrappers

    seen = []
    forward = loop_wrappers.LogitsRecorder.forward

    def watched(self, images):
        if not self.training:
            seen.append(len(images))
        return forward(self, images)

    monkeypatch.setattr(loop_wrappers.LogitsRecorder, "forward", watched)
    monkeypatch.setattr(training, "logits_of", None)  # nothing is computed again
    assert command(*small, "--epochs", "2", "--out", "run", "--quiet")[0] == 0
    assert sum(seen) == 2 * 6


def test_a_report_is_made_from_the_files_of_the_run(run, command):
    for path in run.glob("checkpoint*"):
        path.unlink()
    first = (run / "report.html").read_text(encoding="utf-8")
    assert command("report", run)[0] == 0
    assert (run / "report.html").read_text(encoding="utf-8") == first
    (run / "logits.npy").write_bytes(b"cut")
    refused(command("report", run), "damaged")


def test_html_report_is_one_file_with_everything(finished):
    text = (finished / "report.html").read_text(encoding="utf-8")
    summary = read(finished / "summary.json")
    assert f"{summary['test_accuracy']:.2f}%" in text and f"{summary['test_loss']:.4f}" in text
    for row in metrics(finished):
        assert f"{row['train_loss']:.4f}" in text
    assert text.count("</svg>") >= 2
    sources = [
        part.split('"')[0] for part in text.replace("xlink:href=", "src=").split('src="')[1:]
    ]
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert "http" not in text


def test_markdown_report(finished, command, tmp_path):
    assert command("report", finished, "--to", "md", "-o", tmp_path / "r.md")[0] == 0
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert f"accuracy {read(finished / 'summary.json')['test_accuracy']:.2f}%" in text
    assert text.count("\n| ") >= 3


def test_notebook_report_is_valid_and_runs(finished, command, capsys):
    import nbformat

    assert command("report", finished, "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    notebook = nbformat.read("r.ipynb", as_version=4)
    nbformat.validate(notebook)
    summary = read(finished / "summary.json")
    result = f"test loss {summary['test_loss']:.4f}, accuracy {summary['test_accuracy']:.2f}%\n"
    assert result in [
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    names, printed = {}, []
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        exec(cell.source, names)
        printed.append(capsys.readouterr().out)
    assert result in printed  # the code in the notebook is the code of the run


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--epochs", "0"),
        ("--epochs", "-1"),
        ("--epochs", "two"),
        ("--batch-size", "0"),
        ("--batch-size", "1"),
        ("--batch-size", "1.5"),
        ("--lr", "0"),
        ("--lr", "-0.1"),
        ("--lr", "nan"),
        ("--lr", "inf"),
        ("--lr", "fast"),
        ("--momentum", "1"),
        ("--momentum", "nan"),
        ("--weight-decay", "-1"),
        ("--weight-decay", "nan"),
        ("--schedule", "linear"),
        ("--device", "tpu"),
        ("--precision", "fp8"),
        ("--recipe", "best"),
        ("--stem", "5x5"),
        ("--decay-on", "none"),
        ("--loader", "disk"),
        ("--warmup-epochs", "-1"),
        ("--label-smoothing", "1"),
        ("--label-smoothing", "nan"),
        ("--cutout", "-1"),
        ("--cutout", "8"),  # needs --loader device
        ("--cuda-graphs", ""),  # needs --compile
        ("--val-size", "-1"),
        ("--val-size", "1436"),
        ("--workers", "-1"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--save-minutes", "-1"),
        ("--data", "mnist"),
        ("--data", "folder:nowhere"),
        ("--seed", "-1"),
        ("--colour", "red"),
    ],
)
def test_bad_options_are_refused_in_one_sentence(option, value, command, tmp_path):
    refused(command("train", option, *([value] if value else [])))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_device_that_is_not_there(command):
    refused(command("train", "--device", "cuda"), "--device cpu")


def test_a_folder_with_another_run_is_left_alone(run, small, command):
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    refused(command(*small, "--out", run), "--resume")
    assert before == {path.name: path.read_bytes() for path in run.iterdir()}


def test_an_output_folder_that_cannot_be_made(small, command, tmp_path):
    (tmp_path / "file").write_text("x")
    refused(command(*small, "--out", tmp_path / "file" / "run"), "choose another --out")


def test_resume_where_there_is_no_run(command, tmp_path):
    refused(command("train", "--resume", "--out", tmp_path / "nothing"), "no run")
    refused(command("train", "--resume"), "no run")


def test_resume_with_another_configuration(run, small, command):
    refused(command(*small, "--resume", "--lr", "0.5", "--out", run), "--lr", "0.03")


@pytest.mark.parametrize(
    "damage", ["truncated", "garbage", "empty", "pickle", "missing", "foreign", "code"]
)
def test_a_bad_checkpoint_falls_back_to_the_one_before_or_is_refused(
    damage, run, command, tmp_path
):
    path = run / "checkpoint.pt"

    class Evil:
        def __reduce__(self):
            return (Path(tmp_path / "executed").touch, ())

    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:1_000_000])
    elif damage == "garbage":
        path.write_bytes(b"not a checkpoint" * 1000)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "pickle":
        path.write_bytes(pickle.dumps(Evil()))
    elif damage == "missing":
        path.unlink()
    elif damage == "foreign":
        torch.save({"weights": torch.ones(3)}, path)
    else:
        torch.save({"weights": Evil()}, path)
    if damage not in ("foreign", "code"):
        code, out, err = command("test", run)
        assert code == 0 and out.startswith("test loss")
        assert (
            err == f"{path} is missing or damaged, so the one before is used: it holds epoch 1.\n"
        )
        (run / "checkpoint-before.pt").unlink()
    for arguments in (["train", "--resume", "--out", run], ["test", run]):
        refused(command(*arguments), "checkpoint.pt")
    assert not (tmp_path / "executed").exists()


def test_a_mended_checkpoint_is_not_lost_by_the_next_save(run):
    path = run / "checkpoint.pt"
    path.write_bytes(b"cut off")
    state = load_last_checkpoint(path, mend=True)
    assert len(state["history"]) == 1 and not (run / "checkpoint-before.pt").exists()
    save_checkpoint(path, state)
    assert len(load_checkpoint(run / "checkpoint-before.pt")["history"]) == 1


def test_a_truncated_checkpoint_costs_an_epoch_and_not_the_run(finished, run, command):
    path = run / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1_000_000])
    code, _, err = command("train", "--resume", "--out", run, "--quiet")
    assert code == 0 and "the one before is used" in err
    again, whole = load_checkpoint(path), load_checkpoint(finished / "checkpoint.pt")
    assert all(torch.equal(again["model"][name], value) for name, value in whole["model"].items())


def test_resume_with_the_checkpoint_of_another_run(run, command):
    state = load_checkpoint(run / "checkpoint.pt")
    state["config"]["seed"] = 5
    save_checkpoint(run / "checkpoint.pt", state)
    refused(command("train", "--resume", "--out", run), "another configuration")


def test_a_run_that_is_older_than_an_option_goes_on(run, command):
    state = load_checkpoint(run / "checkpoint.pt")
    del state["config"]["conv1x1_matmul"]
    save_checkpoint(run / "checkpoint.pt", state)
    (run / "config.json").write_text(json.dumps(state["config"]), encoding="utf-8")
    assert command("train", "--resume", "--out", run, "--quiet")[0] == 0
    state["config"] = "none"
    save_checkpoint(run / "checkpoint.pt", state)
    refused(command("train", "--resume", "--out", run), "not written by resnet50 train")


def test_resuming_a_finished_run_changes_nothing(run, command):
    before = metrics(run)
    assert command("train", "--resume", "--out", run, "--quiet")[0] == 0
    assert metrics(run) == before


@pytest.mark.filterwarnings("ignore")
def test_a_loss_that_explodes_stops_and_keeps_the_last_good_checkpoint(small, command, tmp_path):
    result = command(
        *small, "--out", "run", "--lr", "1e30", "--schedule", "constant", "--epochs", "3"
    )
    refused(result, "at step 2 (epoch 1, batch 2 of 3)", "--lr 1e+29")
    checkpoint = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    assert all(value.isfinite().all() for value in checkpoint["model"].values())


def test_a_full_memory_is_said(small, command, monkeypatch):
    from tutorial_code.runs import training

    def full(*args):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    monkeypatch.setattr(training, "fit", full)
    refused(command(*small, "--out", "run", "--quiet"), "memory is full", "smaller --batch-size")


def test_a_full_disk_while_saving_loses_nothing(run, monkeypatch):
    before = (run / "checkpoint.pt").read_bytes()
    from tutorial_code.shared.errors import ReaderError

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReaderError, match="No space left"):
        save_checkpoint(run / "checkpoint.pt", {"model": torch.ones(10)})
    assert (run / "checkpoint.pt").read_bytes() == before
    assert not list(run.glob("*.tmp"))


def test_missing_and_damaged_run_folders(run, command, tmp_path):
    for name in ("test", "report"):
        refused(command(name, tmp_path / "nothing"), "nothing")
    refused(command("predict", run, tmp_path / "nothing.png"), "no image")
    (run / "summary.json").write_text("{")
    refused(command("report", run), "damaged")
    (run / "summary.json").unlink()
    refused(command("report", run), "no finished run")


@pytest.mark.parametrize("name", [None, "train", "test", "predict", "report", "compare", "export"])
def test_help(name, command):
    code, out, err = command(*([name] if name else []), "--help")
    assert code == 0 and "Usage" in out and not err


def test_help_does_not_wait_for_torch():
    code = "import sys, tutorial_code.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_progress_says_what_was_chosen_and_why(small, command):
    code, out, _ = command(*small, "--precision", "auto", "--epochs", "1", "--out", "run")
    assert code == 0
    assert "cpu (asked for)" in out
    assert (
        "bf16 (this cpu computes in it directly)" in out or "fp32 (no fast bf16 was found)" in out
    )
    assert math.isfinite(float(out.split("test loss")[-1].split()[0]))
