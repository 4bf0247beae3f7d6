"""The report of a run as a notebook to hand in: the code, the outputs, the numbers."""

import inspect
from dataclasses import asdict

from tutorial_code import ch03_bottleneck, ch04_resnet50, ch05_training, ch06_testing, ch07_results
from tutorial_code.checks.exercises import NAMES
from tutorial_code.runs.config import Config
from tutorial_code.runs.own_code.answer_cells import as_cell, helpers
from tutorial_code.runs.run_record import Recorded
from tutorial_code.shared.notebook_json import code_cell, markdown_cell, notebook_json, text_output

IMPORTS = """\
import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch09_speed import Accelerated"""

PARTS = {  # title: the chapter, and what of it is used
    "The bottleneck block": (ch03_bottleneck, ["Bottleneck"]),
    "ResNet-50": (ch04_resnet50, ["ResNet50"]),
    "Training": (
        ch05_training,
        [
            "make_criterion",
            "make_optimizer",
            "train_one_epoch",
            "initialize",
            "warmup_cosine",
            "add_schedule",
        ],
    ),
    "Testing": (ch06_testing, ["evaluate"]),
    "Both, epoch by epoch": (ch07_results, ["Epoch", "fit"]),
}

RECIPE_CODE = """\
from tutorial_code.runs.hardware import choose_device
from tutorial_code.runs.config import Config
from tutorial_code.runs.training_setup import build, use_validation_split

config = Config(**{config})
data = load_dataset(config.data, mirror=config.mirror)
if config.val_size:
    data = use_validation_split(data, config.val_size, config.seed)
device, _ = choose_device(config.device)
{pieces}setup = build(config, data, device{given})
model, criterion, optimizer = setup.model, setup.criterion, setup.optimizer
train_loader, test_loader = setup.train_loader, setup.test_loader
history = fit(model, train_loader, test_loader, criterion, optimizer, device, config.epochs)
for epoch in history:
    print(*epoch)"""

PIECES = f"""\
from tutorial_code.runs.own_code.components import Components

pieces = Components({", ".join(NAMES)}, config.mine)
"""

FIGURES = (
    """\
from tutorial_code.shared import plots
from tutorial_code.ch07_results import (
    count_confusions,
    loss_figure,
    misclassified_figure,
    most_confident_misclassified,
    predict,
)

plots.show(loss_figure(history), "loss", CAPTION)""",
    """\
probabilities = predict(model, test_loader, device)
confusions = count_confusions(probabilities, data.test_labels)
plots.show(plots.confusion(confusions, data.classes), "confusion", CAPTION)""",
    """\
misclassified = most_confident_misclassified(probabilities, data.test_labels)
figure = misclassified_figure(misclassified, data.test_images, data.classes)
plots.show(figure, "misclassified", CAPTION)""",
)


def notebook_text(recorded: Recorded, figures: dict[str, str]) -> str:
    """Return the notebook as JSON: the chapters' code, then this run's training, testing and
    figures.

    The outputs are those of the run; executing the notebook trains again.
    """
    cells = [
        markdown_cell(f"# ResNet-50 on {recorded.config['data']}\n\n{recorded.sentence()}"),
        code_cell(IMPORTS),
    ]
    mine = recorded.config.get("mine", [])
    if mine:
        cells += [markdown_cell(recorded.whose()), *map(code_cell, helpers(recorded.answers))]
    for title, (chapter, names) in PARTS.items():
        cells.append(markdown_cell(f"## {title}"))
        if not set(names).isdisjoint(mine):
            cells.append(
                code_cell(
                    as_cell(f"{chapter.__name__.rpartition('.')[2]}.py", recorded.answers, mine)
                )
            )
        if others := [
            inspect.getsource(getattr(chapter, name)).rstrip() for name in names if name not in mine
        ]:
            cells.append(code_cell("\n\n\n".join(others)))
    rows = "\n".join(" ".join(map(str, epoch)) for epoch in recorded.history)
    cells += [markdown_cell("## The run"), code_cell(_training_code(recorded), text_output(rows))]
    result = (
        f"test loss {recorded.summary['test_loss']:.4f}, accuracy "
        f"{recorded.summary['test_accuracy']:.2f}%"
    )
    code = (
        "test_loss, accuracy = evaluate(model, test_loader, criterion, device)\n"
        'print(f"test loss {test_loss:.4f}, accuracy {accuracy:.2f}%")'
    )
    cells += [
        markdown_cell("## The result"),
        code_cell(code, text_output(result)),
        _table_cell(recorded),
    ]
    drawn = zip(
        FIGURES, figures.items(), strict=False
    )  # a run without misclassified images has no third figure
    cells += [_figure_cell(source, caption, svg) for source, (caption, svg) in drawn]
    return notebook_json(cells)


def _training_code(recorded: Recorded) -> str:
    if _goes_beyond_chapter_6(recorded.config):
        mine = bool(recorded.config.get("mine"))
        return RECIPE_CODE.format(
            config=recorded.config, pieces=PIECES * mine, given=", pieces=pieces" * mine
        )
    config = recorded.config
    precision = recorded.environment["precision"]
    device = (
        '"cpu"' if config["device"] == "cpu" else '"cuda" if torch.cuda.is_available() else "cpu"'
    )
    schedule = (
        "add_schedule(optimizer, EPOCHS * len(train_loader), warmup_steps=len(train_loader))\n"
    )
    return (
        f"EPOCHS = {config['epochs']}\ntorch.manual_seed({config['seed']})\ndata = "
        f"load_dataset({config['data']!r})\ntrain_loader, test_loader = make_loaders(data, "
        f"batch_size={config['batch_size']}, seed={config['seed']})\ndevice = "
        f"torch.device({device})\nnetwork = "
        "initialize(ResNet50(num_classes=len(data.classes))).to(device)\nmodel = "
        f"Accelerated(network, {precision!r})  # channels last in memory: faster, the same but for "
        f"rounding\noptimizer = make_optimizer(model, {config['lr']}, {config['momentum']}, "
        f"{config['weight_decay']})\n{schedule if config['schedule'] == 'cosine' else ''}criterion "
        "= make_criterion()\nhistory = fit(model, train_loader, test_loader, criterion, "
        "optimizer, device, EPOCHS)\nfor epoch in history:\n    print(*epoch)"
    )


def _goes_beyond_chapter_6(config: dict) -> bool:
    shown = {
        "data",
        "epochs",
        "batch_size",
        "lr",
        "momentum",
        "weight_decay",
        "schedule",
        "device",
        "precision",
        "seed",
    }
    return any(
        config.get(name, default) != default
        for name, default in asdict(Config()).items()
        if name not in shown
    )


def _table_cell(recorded: Recorded) -> dict:
    return markdown_cell(
        f"Training loss for each epoch, with the test beside it:\n\n{recorded.markdown_table()}"
    )


def _figure_cell(source: str, caption: str, svg: str) -> dict:
    output = {
        "output_type": "display_data",
        "data": {"image/svg+xml": svg, "text/plain": caption},
        "metadata": {},
    }
    return code_cell(source.replace("CAPTION", repr(caption)), output)
