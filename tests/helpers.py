"""What several tests share: places, and small functions."""

import json
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
ANSWERS = TESTS / "answers"
RIGHT = ANSWERS / "bottleneck" / "right" / "01_torchvision_style.py"


def read(path):
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def metrics(folder):
    """Return the epochs of a run without their seconds."""
    rows = [
        json.loads(line)
        for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def first_images(data, train, test=None):
    """Return the data with so many training and test images; None leaves all test images."""
    return data._replace(
        train_images=data.train_images[:train],
        train_labels=data.train_labels[:train],
        test_images=data.test_images[:test],
        test_labels=data.test_labels[:test],
    )


def refused(result, *words):
    """Check that a command ended with one sentence, which holds the words."""
    code, out, err = result
    assert code == 2
    assert err.startswith("resnet50: ") and err.count("\n") == 1 and "Traceback" not in err + out
    for word in words:
        assert word in err
