"""``resnet50 --version``, which bug reports start with."""

import platform
from importlib.metadata import version

import pytest
import torch


@pytest.mark.parametrize("more", [[], ["train"], ["no-such-command"]])
def test_the_version_names_the_tutorial_torch_and_python(command, more):
    """Whatever stands behind the option, it answers and does nothing else."""
    code, out, err = command("--version", *more)
    tutorial = version("resnet50-tutorial")
    assert (code, err) == (0, "")
    assert (
        out == f"resnet50-tutorial {tutorial}, torch {torch.__version__}, Python "
        f"{platform.python_version()}\n"
    )


def test_help_names_the_option(command):
    code, out, _ = command("--help")
    assert code == 0 and "--version" in out


def test_without_a_command_the_help_is_shown(command):
    """The option brings a callback, with which typer would otherwise ask for a command."""
    code, out, _ = command()
    assert code == 2 and "--version" in out and "train" in out
