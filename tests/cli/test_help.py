"""`resnet50 train --help`: its options are in the same groups with typer and without it."""

import re
import sys
from dataclasses import fields

import pytest

from tutorial_code.cli import cli_argparse
from tutorial_code.runs.config import GROUPS, START, Config


def flag(name):
    return f"--{name.replace('_', '-')}"


@pytest.fixture
def with_typer(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    text = command("train", "--help")[1]
    panels = re.split(r"╭─ (.+?) ─+╮", text)[1:]
    return {
        title: re.findall(r"│\s+\*?\s*(--[a-z0-9-]+)", body)
        for title, body in zip(*[iter(panels)] * 2, strict=True)
    }


@pytest.fixture
def with_argparse(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["resnet50", "train", "--help"])
    with pytest.raises(SystemExit):
        cli_argparse.main()
    parts = re.split(r"^(\S.*):$", capsys.readouterr().out, flags=re.MULTILINE)[1:]
    return {
        title: re.findall(r"^  (--[a-z0-9-]+)", body, re.MULTILINE)
        for title, body in zip(*[iter(parts)] * 2, strict=True)
    }


def test_both_commands_have_the_same_groups_in_the_same_order(with_typer, with_argparse):
    for shown in (with_typer, with_argparse):
        assert [title for title in shown if title in GROUPS] == list(GROUPS)
    assert {name: with_typer[name] for name in GROUPS} == {
        name: with_argparse[name] for name in GROUPS
    }


def test_every_option_stands_in_the_group_that_it_names(with_typer):
    for option in fields(Config):
        assert flag(option.name) in with_typer[option.metadata["group"]]
    outside = [options for title, options in with_typer.items() if title not in GROUPS]
    assert outside == [["--help"]]


def test_a_learner_needs_ten_and_sees_them_first(with_typer):
    first = next(title for title, options in with_typer.items() if options != ["--help"])
    assert first == START and len(with_typer[first]) == 10
    assert {"--data", "--epochs", "--lr", "--resume"} <= set(with_typer[first])
