"""No command loses a file that a person may have worked in: it refuses, or keeps the old one."""

import json
import shutil
from pathlib import Path

import pytest
from helpers import RIGHT

from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.overwriting import prepare_to_overwrite


@pytest.fixture
def answers(tmp_path):
    """A class of one."""
    (tmp_path / "class").mkdir()
    return Path(shutil.copy(RIGHT, tmp_path / "class" / "anna.py")).parent


WRITERS = {  # each command that writes a file whose name a person gives, and that file
    "notebook": (["notebook", "-o", "mine.ipynb"], "mine.ipynb"),
    "notebook without a name": (["notebook"], "resnet50.ipynb"),
    "report": (["report", "run", "-o", "mine.html"], "mine.html"),
    "report as a notebook": (["report", "run", "--to", "ipynb"], "run/report.ipynb"),
    "compare": (["compare", "run", "run", "-o", "mine.svg"], "mine.svg"),
    "compare without a name": (["compare", "run", "run"], "comparison-run-run.svg"),
    "export": (["export", "run", "-o", "mine.safetensors"], "mine.safetensors"),
    "grade": (["grade", "bottleneck", "class", "--json", "mine.json"], "mine.json"),
    "report of a class": (["grade", "all", "class", "--html", "mine.html"], "mine.html"),
    "table of a class": (["grade", "bottleneck", "class", "--csv", "mine.csv"], "mine.csv"),
    "autograder": (["autograder", "-o", "mine.zip"], "mine.zip"),
    "autograder without a name": (["autograder"], "autograder.zip"),
}


@pytest.mark.parametrize(("arguments", "name"), WRITERS.values(), ids=WRITERS)
def test_a_file_that_is_there_is_refused_or_kept(arguments, name, run, answers, command, tmp_path):
    path = tmp_path / name
    path.write_text("hours of work", encoding="utf-8")
    code, out, err = command(*arguments)
    assert code == 2 and err.count("\n") == 1 and "--force" in err and name in err
    assert bool(out) == (arguments[0] == "compare")  # whose table is there all the same
    assert path.read_text(encoding="utf-8") == "hours of work"
    assert command(*arguments, "--force")[0] == 0
    assert path.read_bytes() != b"hours of work"
    assert path.with_name(f"{path.name}.bak").read_text(encoding="utf-8") == "hours of work"
    path.write_text("more work", encoding="utf-8")
    assert command(*arguments, "--force")[0] == 0
    kept = {
        file.name: file.read_text(encoding="utf-8")
        for file in path.parent.glob(f"{path.name}.bak*")
    }
    assert kept == {f"{path.name}.bak": "hours of work", f"{path.name}.bak2": "more work"}


@pytest.mark.parametrize(("arguments", "name"), WRITERS.values(), ids=WRITERS)
def test_a_free_name_needs_no_force(arguments, name, run, answers, command, tmp_path):
    assert command(*arguments)[0] == 0
    assert (tmp_path / name).stat().st_size > 100
    assert not list(tmp_path.rglob("*.bak*"))


def test_what_a_command_itself_names_in_a_run_folder_is_written_again(run, command):
    for arguments in (["report", run], ["report", run, "--to", "md"], ["export", run]):
        assert command(*arguments)[0] == command(*arguments)[0] == 0
    assert {path.name for path in run.iterdir()} >= {
        "report.html",
        "report.md",
        "weights.safetensors",
    }
    assert not list(run.glob("*.bak*"))


def test_a_refusal_comes_before_the_work(answers, command, tmp_path, monkeypatch):
    from tutorial_code.checks import grade

    monkeypatch.setattr(
        grade, "grade_folder", lambda *args: pytest.fail("the class was judged first")
    )
    (tmp_path / "mine.json").write_text("mine", encoding="utf-8")
    assert command("grade", "bottleneck", answers, "--json", "mine.json")[0] == 2


def test_json_for_a_pipe_needs_no_file(answers, command, tmp_path):
    (tmp_path / "-").write_text("a file of that name", encoding="utf-8")
    code, out, _ = command("grade", "bottleneck", answers, "--json", "-")
    assert code == 0 and json.loads(out)[0]["passed"]


def test_a_folder_and_a_device_are_never_moved_away(tmp_path):
    for path in (tmp_path, Path("/dev/null")):
        if path.exists():
            with pytest.raises(ReaderError, match="cannot be written"):
                prepare_to_overwrite(path, force=True)


@pytest.mark.parametrize("option", ["-o", "--out", "--output"])
def test_every_command_takes_every_spelling_of_its_output(option, run, small, command, tmp_path):
    outputs = {
        "n.ipynb": ["notebook"],
        "a.zip": ["autograder"],
        "r.md": ["report", run, "--to", "md"],
        "c.svg": ["compare", run, run],
        "w.safetensors": ["export", run],
        "trained": [*small, "--epochs", "1", "--quiet"],
    }
    for name, arguments in outputs.items():
        assert command(*arguments, option, name)[0] == 0
        assert (tmp_path / name).exists()


@pytest.mark.parametrize("option", ["-o", "--out", "--output"])
def test_train_without_typer_takes_them_too(option, monkeypatch):
    from tutorial_code.cli import cli_argparse
    from tutorial_code.runs import launch

    given = []
    monkeypatch.setattr(launch, "start", lambda *args: given.append(args[1]))
    monkeypatch.setattr("sys.argv", ["resnet50", "train", option, "mine"])
    with pytest.raises(SystemExit):
        cli_argparse.main()
    assert given == [Path("mine")]


@pytest.mark.parametrize(
    "arguments",
    [["report", "run"], ["compare", "run", "run"], ["export", "run"]],
    ids=lambda a: a[0],
)
def test_a_file_that_cannot_be_written_is_said_in_words_that_fit_every_command(
    arguments, run, command
):
    name = {"report": "r.html", "compare": "c.svg", "export": "w.safetensors"}[arguments[0]]
    code, _, err = command(*arguments, "-o", f"nowhere/{name}")
    assert code == 2 and err.count("\n") == 1
    assert "cannot be written" in err and "another place" in err and "--out" not in err
