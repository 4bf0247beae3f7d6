"""Runs side by side."""

import json
from dataclasses import replace

import torch
from helpers import read, refused

from tutorial_code.runs.reports.compare import compare_runs, difference_sentence
from tutorial_code.runs.run_record import read_record


def test_compare_gives_a_table_and_one_image(finished, full, command, tmp_path):
    code, out, _ = command("compare", finished, full, "-o", "both.svg")
    assert code == 0
    head, first, second, *settings, _, image = out.splitlines()
    assert head.split()[:3] == ["run", "data", "recipe"] and image == "both.svg"
    for line, folder in ((first, finished), (second, full)):
        summary = read(folder / "summary.json")
        assert line.startswith(str(folder)) and f"{summary['test_accuracy']:.2f}%" in line
        assert f"{summary['test_loss']:.4f}" in line
    assert any(line.startswith("recipe ") and "basic, full" in line for line in settings)
    assert not any(line.startswith("data ") for line in settings)  # they have the same
    text = (tmp_path / "both.svg").read_text(encoding="utf-8")
    assert str(finished) in text and str(full) in text


def test_the_table_comes_also_where_the_figure_is_there_already(finished, full, command, tmp_path):
    (tmp_path / "both.svg").write_text("mine")
    code, out, err = command("compare", finished, full, "-o", "both.svg")
    assert code == 2 and out.startswith("run") and "--force" in err
    assert (tmp_path / "both.svg").read_text() == "mine"


def test_runs_that_differ_in_the_seed_alone_are_said_to(finished, run, command):
    config = read(run / "config.json")
    (run / "config.json").write_text(json.dumps({**config, "seed": 7}))
    _, out, _ = command("compare", finished, run, "-o", "two.svg")
    assert "seed         0, 7" in out and "no better recipe" in out
    (run / "config.json").write_text(json.dumps(config))
    _, out, _ = command("compare", finished, run, "-o", "three.svg")
    assert "They have the same settings." in out


def test_whose_code_a_run_has_is_said_in_names(finished):
    record = read_record(finished)
    own = record._replace(config=replace(record.config, mine=("Bottleneck", "evaluate")))
    assert "\nmine         nothing, Bottleneck evaluate" in compare_runs({"a": record, "b": own})


def test_runs_of_other_code_are_not_said_to_be_alike(finished):
    record = read_record(finished)
    other = record._replace(answers={"ch03_bottleneck.py": "changed"})
    seeded = other._replace(config=replace(record.config, seed=7))
    assert "They have the same settings." in compare_runs({"a": record, "b": record})
    for changed in (other, seeded):
        said = compare_runs({"a": record, "b": changed})
        assert "The code that you wrote differs" in said
        assert "same settings" not in said and "no better recipe" not in said


def test_compare_refuses_what_it_cannot_compare(finished, command, tmp_path):
    refused(command("compare", finished), "at least two")
    refused(command("compare", finished, tmp_path), "no finished run")
    refused(command("compare", finished, finished, "-o", "both.png"), ".svg")


def test_compare_says_what_the_difference_is_worth(finished, full, run, command):
    _, out, _ = command("compare", finished, full, run, "-o", "three.svg")
    *_, different, same, _ = out.splitlines()
    assert same == f"{finished} and {run} classify exactly the same of the same 6 images correctly."
    assert str(full) in different and "the same 6 images" in different


def test_the_sentence_has_the_paired_error_and_a_verdict():
    both = torch.tensor([True] * 340 + [False] * 8)
    first = torch.cat([both, torch.tensor([True] * 9 + [False] * 3)])
    second = torch.cat([both, torch.tensor([False] * 9 + [True] * 3)])
    said = difference_sentence("a", first, "b", second)
    assert said.startswith("a is 1.67 ± 0.96 points ahead of b on the same 360 images (9 only it")
    assert said.endswith("not more than two standard errors, so it may be chance.")
    assert difference_sentence("b", second, "a", first) == said
    third = torch.cat([both, torch.tensor([False] * 12)])
    assert difference_sentence("a", first, "c", third).endswith(": more than two standard errors.")


def test_runs_on_other_images_are_not_paired(finished, run, command):
    config = read(run / "config.json")
    (run / "config.json").write_text(json.dumps({**config, "val_size": 2}))
    _, out, _ = command("compare", finished, run, "-o", "two.svg")
    assert "the same" not in out
