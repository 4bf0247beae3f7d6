"""A training and its folder."""

import numpy as np
import pytest
import torch
from helpers import metrics, read, refused

from tutorial_code.runs import training


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
    assert out == (
        f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}% "
        f"± {summary['standard_error']:.2f}\n"
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


def test_a_folder_with_another_run_is_left_alone(run, small, command):
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    refused(command(*small, "--out", run), "--resume")
    assert before == {path.name: path.read_bytes() for path in run.iterdir()}


def test_an_output_folder_that_cannot_be_made(small, command, tmp_path):
    (tmp_path / "file").write_text("x")
    refused(command(*small, "--out", tmp_path / "file" / "run"), "choose another --out")
