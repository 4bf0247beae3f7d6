"""Runs of version 0.1.0 are resumed, tested, reported, compared and exported by this one."""

import shutil
from pathlib import Path

import pytest
import torch
from helpers import TESTS, read, refused

from tutorial_code.runs.checkpoint import load_checkpoint, save_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.runs.older_versions import read_config
from tutorial_code.shared.errors import ReaderError

RUNS = TESTS / "older_versions" / "0.1.0"


@pytest.fixture
def run(tmp_path):
    return Path(shutil.copytree(RUNS / "finished", tmp_path / "finished"))


def test_options_are_called_what_they_are_called_now(run):
    config = read_config(read(run / "config.json"))
    assert (config.recipe, config.ema, config.tta) == ("basic", True, True)
    assert (config.val_size, config.decay_on, config.warmup_epochs) == (200, "weights", 0)
    assert (config.loader, config.conv1x1_matmul) == ("device", "on")
    assert config.mine == ("Bottleneck", "ResNet50", "evaluate")


def test_a_folder_was_always_mirrored():
    assert read_config({"data": "folder:images"}).may_mirror
    assert not Config(data="folder:images").may_mirror


def test_an_option_that_was_not_there_yet_has_its_default():
    assert read_config({}) == Config()


def test_a_run_of_a_newer_version_is_refused_in_a_sentence():
    with pytest.raises(ReaderError, match="the option novelty, which this version does not know"):
        read_config({"novelty": 1})


def test_it_is_tested(run, command):
    code, out, err = command("test", run)
    summary = read(run / "summary.json")
    assert code == 0, err
    # The loss may differ a little: this machine may compute in another precision.
    assert f"validation accuracy {summary['test_accuracy']:.2f}%" in out
    assert float(out.split()[2]) == pytest.approx(summary["test_loss"], rel=0.01)


@pytest.mark.parametrize("kind", ["html", "md", "ipynb"])
def test_it_is_reported(kind, run, command, tmp_path):
    code, _, err = command("report", run, "--to", kind, "--output", tmp_path / f"report.{kind}")
    assert code == 0, err
    text = (tmp_path / f"report.{kind}").read_text(encoding="utf-8")
    assert "Bottleneck" in text and f"{read(run / 'summary.json')['test_accuracy']:.2f}%" in text


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_its_notebook_holds_code_that_runs_now(run, command, tmp_path):
    """All but the training, which takes long: the reader's files come under their new names."""
    command("report", run, "--to", "ipynb", "--output", tmp_path / "report.ipynb")
    cells = read(tmp_path / "report.ipynb")["cells"]
    namespace = {"__name__": "__main__"}
    for cell in cells:
        code = "".join(cell["source"])
        uses_the_trained = any(words in code for words in ("= fit(", "= evaluate(", "plots.show"))
        if cell["cell_type"] == "code" and not uses_the_trained:
            exec(compile(code, "<cell>", "exec"), namespace)
    assert namespace["ResNet50"]().conv2_x is not None


def test_it_is_compared_exported_and_used(run, command, tmp_path, images_folder):
    other = shutil.copytree(run, tmp_path / "other")
    code, out, err = command("compare", run, other)
    assert code == 0 and out.count("basic, mine") == 2, err
    assert command("export", run)[0] == 0
    assert (run / "weights.safetensors").is_file()
    image = next(images_folder.rglob("*.png"))
    assert command("predict", run, image)[0] == 0


def unpacked(value):
    """Return a value with each number of its tensors in a place of its own, as it was written."""
    if isinstance(value, torch.Tensor):
        return value.contiguous()
    if isinstance(value, dict):
        return type(value)((key, unpacked(each)) for key, each in value.items())
    return type(value)(map(unpacked, value)) if isinstance(value, (list, tuple)) else value


def test_a_run_that_was_stopped_within_an_epoch_goes_on(tmp_path, command):
    run = Path(shutil.copytree(RUNS / "unfinished", tmp_path / "unfinished"))
    checkpoint = run / "checkpoint.pt"
    torch.save(unpacked(torch.load(checkpoint, weights_only=True)), checkpoint)
    code, out, err = command("train", "--resume", "--output", run, "--precision", "fp32")
    assert code == 0, err
    assert "resumed    in epoch 1 of 1, after 1 batches" in out
    assert read(run / "summary.json")["epochs"] == 1


def test_a_finished_run_that_is_resumed_stays_as_it_is(run, command):
    code, _, err = command("train", "--resume", "--quiet", "--output", run)
    assert code == 0, err
    assert read(run / "metrics.jsonl")["epoch"] == 1


def test_its_checkpoint_is_read_and_written_under_the_new_names(run, tmp_path):
    state = load_checkpoint(run / "checkpoint.pt")
    assert state["ema"] and "average" not in state
    assert set(state["progress"]["loss"]) == {"step", "total", "images"}
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    assert load_checkpoint(tmp_path / "checkpoint.pt")["ema"].keys() == state["ema"].keys()


@pytest.mark.parametrize("progress", [[], {"loss": 1}, {"loss": {"pictures": 1}}])
def test_a_checkpoint_whose_parts_are_of_another_kind_is_refused(progress, run, command):
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    torch.save({**state, "progress": progress}, run / "checkpoint.pt")
    refused(command("test", run), "not written by resnet50 train")
