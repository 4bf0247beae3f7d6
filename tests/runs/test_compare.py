"""Runs side by side."""

from helpers import read, refused


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
