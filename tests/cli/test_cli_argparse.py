"""Training on a machine without typer and rich."""

import os
import subprocess
import sys

from helpers import ROOT


def test_without_typer_and_rich_it_trains_and_tests(images_folder, tmp_path):
    """As on a machine where only torch, torchvision, matplotlib and scikit-learn are installed."""
    hidden = "typer click rich torchinfo watchfiles safetensors onnx IPython"
    code = (
        "import sys, runpy\n"
        f"for name in {hidden.split()}:\n"
        "    sys.modules[name] = None\n"
        "runpy.run_module('tutorial_code', run_name='__main__')"
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
