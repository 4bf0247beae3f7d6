"""The comparison of loaders, at a tiny size: both give the same images, and a table comes of it."""

import sys

import pytest
import torch
from helpers import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import loading


def test_both_load_the_same_test_images(photographs):
    """To a tenth of a deviation: ours rounds once less."""
    ours, theirs = (next(iter(make()))[0] for make in loading.loaders(photographs, "val", 0))
    assert ours.shape == theirs.shape == (4, 3, 224, 224)
    assert (ours - theirs).abs().max() < 0.1 and (ours - theirs).abs().mean() < 0.01


def test_both_load_each_training_image_once(photographs):
    for make in loading.loaders(photographs, "train", 0):
        labels = torch.cat([labels for _, labels in make()])
        assert labels.bincount().tolist() == [5, 5]


def test_a_table_comes_of_photographs_that_are_made(monkeypatch, capsys):
    options = "--images 4 --rounds 1 --workers 0"
    monkeypatch.setattr(sys, "argv", ["loading.py", *options.split()])
    loading.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["split", "train", "val", "looking"]
    assert all(float(cell) > 0 for line in lines[1:3] for cell in line.split()[1:])


def test_the_photographs_are_as_large_as_imagenets(tmp_path):
    loading.make_photographs(tmp_path, 4)
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.JPEG")]
    assert len(sizes) == 8 and sum(sizes) / 8 == pytest.approx(110_000, rel=0.15)
