"""The data sets by their names."""

import pytest

from tutorial_code.ch01_images import (
    load_dataset,
)
from tutorial_code.shared.errors import ReaderError


def test_unknown_data_set():
    with pytest.raises(ReaderError, match="digits, cifar10 or folder:PATH"):
        load_dataset("mnist")
