"""The recipe `full`, from training to its notebook."""

from pathlib import Path

import torch
from helpers import read

from tutorial_code.runs.checkpoint import load_checkpoint
from tutorial_code.runs.trained_run import load_run


def test_the_full_recipe_trains_and_is_tested_by_its_average(full, command, images_folder):
    config, summary = read(full / "config.json"), read(full / "summary.json")
    assert config["recipe"] == "full" and config["label_smoothing"] == 0.1 and config["cutout"] == 8
    state = load_checkpoint(full / "checkpoint.pt")
    weights = {name.removeprefix("module."): value for name, value in state["ema"].items()}
    assert not torch.equal(weights["fc.weight"], state["model"]["fc.weight"])
    assert torch.equal(load_run(full).network.fc.weight, weights["fc.weight"])
    code, out, _ = command("test", full)
    assert code == 0
    assert out == (
        f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}% "
        f"± {summary['standard_error']:.2f}\n"
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
