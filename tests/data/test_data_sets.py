"""The data sets by their names, and what follows from their entries."""

import importlib

import pytest

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.data.data_sets import DATA_SETS, find_data_set, usages
from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError


@pytest.mark.parametrize("spec", ["mnist", "folder", "digits:PATH", ""])
def test_an_unknown_data_set_is_refused_and_the_known_ones_are_named(spec):
    with pytest.raises(ReaderError) as refused:
        load_dataset(spec)
    assert usages() in str(refused.value)
    with pytest.raises(ReaderError):
        Config(data=spec)


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda data_set: data_set.name)
def test_every_entry_names_a_function(data_set):
    assert callable(getattr(importlib.import_module(data_set.module), data_set.function))
    assert find_data_set(data_set.usage)[0] is data_set
    assert data_set.about


def test_whether_images_may_be_mirrored_is_said_by_the_entry_or_asked_for(images_folder):
    assert not load_dataset("digits").may_flip
    assert load_dataset("digits", mirror=True).may_flip
    folder = f"folder:{images_folder}"
    assert not load_dataset(folder).may_flip
    assert load_dataset(folder, mirror=True).may_flip
    assert Config(data="cifar10").may_mirror and not Config(data=folder).may_mirror


def test_a_new_data_set_is_loaded_by_its_entry(monkeypatch, tmp_path):
    """One function and one entry: the rest follows."""
    from tutorial_code.data import data_sets

    (tmp_path / "stripes.py").write_text(
        "import torch\n"
        "from tutorial_code.ch01_images import ImageData\n"
        "def load(root):\n"
        "    images, labels = torch.zeros(4, 3, 32, 32).byte(), torch.arange(4) % 2\n"
        "    return ImageData(images, labels, images, labels, ('a', 'b'), max_shift=1)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    entry = data_sets.DataSet("stripes", "two kinds of stripes", "stripes", "load", mirror=True)
    monkeypatch.setattr(data_sets, "DATA_SETS", (*DATA_SETS, entry))
    data = load_dataset("stripes")
    assert isinstance(data, ImageData) and data.may_flip
    with pytest.raises(ReaderError, match="stripes"):
        load_dataset("spots")
