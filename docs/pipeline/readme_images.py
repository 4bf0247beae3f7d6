"""The images of the README: a figure of a chapter, and what a check says of a wrong block.

``python docs/pipeline/readme_images.py`` writes them anew.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.text import Text

from pipeline import ROOT
from pipeline.drawings import drawing, standalone
from tutorial_code.shared.colors import DARK, LIGHT

FOLDER = ROOT / "docs" / "assets" / "readme"
FIGURE = "bottleneck"
WRONG = ROOT / "tests" / "answers" / "bottleneck" / "wrong" / "01_relu_before_add_only.py"
COMMAND = "resnet50 check bottleneck"
WIDTH = 84  # columns


def figures() -> dict[str, str]:
    """Return the figure for a page that is light and for one that is dark, by their file names."""
    found = drawing(FIGURE)
    return {
        "figure-light.svg": standalone(found, LIGHT),
        "figure-dark.svg": standalone(found, DARK),
    }


def said_of_a_wrong_block() -> str:
    """Return what the check prints of the wrong block in a terminal, with its colors."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "exercises" / "ch03_bottleneck.py"
        answer.parent.mkdir()
        shutil.copy(WRONG, answer)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FORCE_COLOR": "1",
            "TERM": "xterm-256color",
            "COLUMNS": str(WIDTH),
        }
        command = [sys.executable, "-m", "tutorial_code", *COMMAND.split()[1:]]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8"
        )
    if done.returncode != 1:
        raise SystemExit(f"the check did not find the block wrong: {done.stderr}")
    return done.stdout


def terminal(printed: str) -> str:
    """Return what was printed as an image of a terminal that needs no font from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text("$ ", "dim") + Text(COMMAND, "bold"))
    console.print(Text.from_ansi(printed.rstrip()))
    image = console.export_svg(title="", unique_id="check")
    image = re.sub(r"@font-face \{.*?\}\s*", "", image, flags=re.DOTALL)
    return image.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, image in {**figures(), "check.svg": terminal(said_of_a_wrong_block())}.items():
        (FOLDER / name).write_text(image + "\n", encoding="utf-8")
