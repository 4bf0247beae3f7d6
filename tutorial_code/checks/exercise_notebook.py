"""All exercises as one notebook: each with its check, then training, testing and the report."""

import base64
import io
import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercises import EXERCISES, NAMES, Exercise
from tutorial_code.checks.skeletons import exercise_cells
from tutorial_code.shared.chapters import PACKAGE
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.notebook_json import code_cell, markdown_cell, notebook_json
from tutorial_code.shared.tables import SHOWN, recorded_runs

NEEDED = ("torch", "torchvision", "torchinfo", "sklearn", "matplotlib", "rich", "PIL")
PIP_NAMES = {"sklearn": "scikit-learn", "PIL": "pillow"}

SET_UP = """\
# Run this cell first. It installs what is missing, and unpacks the tutorial if it is not there.
import importlib.util
import subprocess
import sys

packages = {packages}
missing = [packages[module] for module in packages if importlib.util.find_spec(module) is None]
if missing:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
if importlib.util.find_spec("tutorial_code") is None:
    import base64, io, zipfile

    TUTORIAL = "{archive}"
    zipfile.ZipFile(io.BytesIO(base64.b64decode(TUTORIAL))).extractall(".")
    importlib.invalidate_caches()

from tutorial_code.checks import check
import torch
from torch import Tensor, nn

print("Python", sys.version.split()[0], "  PyTorch", torch.__version__)"""

TO_SOLVE = """\
# ResNet-50, built by you

Fill in each exercise, run it, and run the check below it. Then train your network, test it, and
hand the notebook in with its outputs."""

SOLVED = """\
# ResNet-50, solved

Each exercise with the tutorial's own answer: checked, trained and tested."""

TRAINING = """\
from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch05_training import add_schedule
from tutorial_code.shared.initialization import start_blocks_as_shortcuts

EPOCHS = {epochs}
torch.manual_seed(0)
data = load_dataset("digits")
train_loader, test_loader = make_loaders(data)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = ResNet50(num_classes=len(data.classes)).to(device)
start_blocks_as_shortcuts(model)  # as chapter 5 explains; it finds the blocks by what they do
criterion = make_criterion()
optimizer = make_optimizer(model)
add_schedule(optimizer, EPOCHS * len(train_loader), warmup_steps=len(train_loader))

train_losses = []
for epoch in range(1, EPOCHS + 1):
    train_losses.append(train_one_epoch(model, train_loader, criterion, optimizer, device))
    print(f"epoch {{epoch}}: training loss {{train_losses[-1]:.4f}}")"""

TESTING = """\
test_loss, test_accuracy = evaluate(model, test_loader, criterion, device)
print(f"test loss {test_loss:.4f}   test accuracy {test_accuracy:.2f}%")"""

REPORT = """\
from tutorial_code.shared import plots

print("epoch  training loss")
for epoch, loss in enumerate(train_losses, start=1):
    print(f"{epoch:5}  {loss:.4f}")
print(f"test loss      {test_loss:.4f}")
print(f"test accuracy  {test_accuracy:.2f}%")
figure = plots.curves({"training loss": train_losses}, "epoch", "mean loss per image")
plots.show(figure, "loss", "Training loss.")"""


def exercise_notebook(solved: bool, epochs: int = 7) -> str:
    """Return the notebook as JSON, not executed: with stubs to fill in, or with the solutions."""
    cells = [
        markdown_cell(SOLVED if solved else TO_SOLVE),
        code_cell(set_up(), hidden=True),
    ]
    used = set(re.findall(r"\w+", TRAINING + TESTING))
    *_, last = (exercise for exercise in EXERCISES if used.intersection(exercise.names))
    for exercise in EXERCISES:
        imports = _imports(exercise)
        cells.append(
            markdown_cell(f"## {exercise.title}\n\nIt is explained in {exercise.reading}.")
        )
        answers = (
            [solution_source(name) for name in exercise.names]
            if solved
            else exercise_cells(exercise)
        )
        for first, answer in enumerate(answers):
            cells.append(
                code_cell(
                    "\n\n\n".join(
                        part for part in ("" if first else imports, answer.strip()) if part
                    )
                )
            )
        cells.append(code_cell(f"check({', '.join(exercise.names)})"))
        if exercise == last:
            cells += _training(epochs)
    return notebook_json(cells)


def _training(epochs: int) -> list[dict[str, Any]]:
    return [
        markdown_cell(
            "## Train it\n\n"
            "Your network, your loop, on 1,437 handwritten digits. About a minute or two on a CPU."
        ),
        code_cell(TRAINING.format(epochs=epochs)),
        markdown_cell("## Test it\n\nOn 360 digits that it has never seen."),
        code_cell(TESTING),
        markdown_cell(
            "## The result report\n\nTraining loss per epoch, test loss, accuracy in percent."
        ),
        code_cell(REPORT),
    ]


def _imports(exercise: Exercise) -> str:
    """Return the imports of an exercise without those of other exercises, which come earlier."""

    def without_exercises(line: re.Match) -> str:
        names = [name for name in line["names"].split(", ") if name not in NAMES]
        return f"{line['start']}{', '.join(names)}\n" if names else ""

    lines = re.compile(r"^(?P<start>from tutorial_code\.\w+ import )(?P<names>.*)\n?", re.MULTILINE)
    return lines.sub(without_exercises, exercise.imports).strip()


def write_notebook(path: Path, solved: bool, epochs: int = 7) -> None:
    """Write the notebook; the solved one is executed first, so that it contains its outputs.

    Raises:
        ReaderError: the tools that execute notebooks are not installed, or the file cannot be
            written.
    """
    text = exercise_notebook(solved, epochs)
    if solved:
        text = json.dumps(_executed(json.loads(text), path.absolute().parent), indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReaderError(
            f"{path} cannot be written ({error.strerror}): choose another file with -o."
        ) from error


def _executed(notebook: dict[str, Any], folder: Path) -> dict[str, Any]:
    try:
        import nbformat
        from nbclient import NotebookClient
    except ImportError as error:
        raise ReaderError(
            "To execute the solved notebook, install nbclient and ipykernel with pip."
        ) from error
    cells = nbformat.from_dict(notebook)
    quiet = ["--IPKernelApp.log_level=40"]  # otherwise the kernel warns about its transport
    client = NotebookClient(cells, timeout=1800, resources={"metadata": {"path": str(folder)}})
    client.extra_arguments = quiet
    client.execute()
    return cells


@cache
def set_up() -> str:
    """Return the first cell of a notebook: it installs what is missing and holds the tutorial."""
    packages = {module: PIP_NAMES.get(module, module) for module in NEEDED}
    return SET_UP.format(packages=packages, archive=_archive())


def _archive() -> str:
    """Return the package and what is shown of the recorded runs as a zip file in base64.

    The same files always give the same text.
    """
    files = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*")}
    for run in recorded_runs():
        for name in SHOWN:
            files[Path("recorded") / run.name / name] = run.folder / name
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place, path in sorted(files.items()):
            if path.is_file() and path.suffix in {".py", ".toml", ".html", ".json", ".jsonl"}:
                entry = zipfile.ZipInfo((Path("tutorial_code") / place).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return base64.b64encode(buffer.getvalue()).decode()
