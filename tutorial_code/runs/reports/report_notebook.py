"""The report of a run as a notebook to hand in: the code, the outputs, the numbers."""

import inspect
from dataclasses import asdict

from tutorial_code import (
    ch03_bottleneck,
    ch04_resnet50,
    ch05_training,
    ch06_testing,
    ch07_results,
    ch10_family,
)
from tutorial_code.checks.exercises import exercise_of
from tutorial_code.runs import epoch_table
from tutorial_code.runs.config import MODELS, Config
from tutorial_code.runs.own_code.answer_cells import as_cell, helpers
from tutorial_code.runs.own_code.components import pieces_of
from tutorial_code.runs.run_record import RunRecord
from tutorial_code.shared.notebook_json import code_cell, markdown_cell, notebook_json, text_output

IMPORTS = """\
import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch09_speed import Accelerated, use_matmul_convs"""

PARTS = {  # title: the chapter, and the names that are taken from it
    "The bottleneck block": (ch03_bottleneck, ["Bottleneck"]),
    "ResNet-50": (ch04_resnet50, ["ResNet50"]),
    "The basic block": (ch10_family, ["BasicBlock"]),
    "The family": (ch10_family, ["ResNet"]),
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

# With chapters 1 to 7 only, as a reader would write it.
BASIC_CODE = """\
EPOCHS = {epochs}
torch.manual_seed({seed})
data = load_dataset({data!r}, mirror={may_mirror})
train_loader, test_loader = make_loaders(data, batch_size={batch_size}, seed={seed})
device = torch.device({device})
network = initialize(ResNet50(num_classes=len(data.classes))).to(device)
{products}# Channels last in memory: faster, and the same but for rounding.
model = Accelerated(network, {precision!r})
optimizer = make_optimizer(model, {lr}, {momentum}, {weight_decay})
{schedule}criterion = make_criterion()
history = fit(model, train_loader, test_loader, criterion, optimizer, device, EPOCHS)
for epoch in history:
    print(*epoch)"""
PRODUCTS = """\
# 1×1 convolutions as matrix products: on a CPU faster, and the same but for rounding.
use_matmul_convs(network)
"""
SCHEDULE = """\
add_schedule(optimizer, EPOCHS * len(train_loader), warmup_steps=len(train_loader))
"""

# For a run with any other option.
RECIPE_CODE = """\
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.chosen_images import load_data
from tutorial_code.runs.training_setup import build

config = Config(**{config})
data, hardware = load_data(config), choose_hardware(config)
{pieces}setup = build(config, data, hardware{given})
model, criterion, optimizer, device = setup.model, setup.criterion, setup.optimizer, hardware.device
train_loader, test_loader = setup.train_loader, setup.test_loader
history = fit(model, train_loader, test_loader, criterion, optimizer, device, config.epochs)
for epoch in history:
    print(*epoch)"""
SHOWN_IN_BASIC_CODE = {
    "data",
    "mirror",
    "epochs",
    "batch_size",
    "lr",
    "momentum",
    "weight_decay",
    "schedule",
    "device",
    "precision",
    "conv1x1_matmul",
    "seed",
}

PIECES_CODE = """\
from tutorial_code.runs.own_code.components import CHAPTERS

pieces = CHAPTERS._replace({given}, mine=config.mine)
"""

TESTING = """\
test_loss, accuracy = evaluate(model, test_loader, criterion, device)
print(f"test loss {test_loss:.4f}, accuracy {accuracy:.2f}%")"""

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


def notebook_text(record: RunRecord, figures: dict[str, str]) -> str:
    """Return the notebook as JSON: the chapters' code, then training, testing and figures.

    The outputs are those of the run; executing the notebook trains again.
    """
    title = f"# {record.config.title} on {record.config.data}\n\n{record.sentence()}"
    cells = [markdown_cell(title), code_cell(IMPORTS)]
    mine = record.config.mine
    if mine:
        cells += [markdown_cell(record.whose()), *map(code_cell, helpers(record.answers))]
    of_others = {name for pair in MODELS.values() for name in pair}
    of_others -= set(pieces_of(record.config.model))
    for title, (chapter, names) in PARTS.items():
        if not of_others.isdisjoint(names):
            continue
        cells.append(markdown_cell(f"## {title}"))
        if not set(names).isdisjoint(mine):
            files = {exercise_of(name).file.name for name in names if name in mine}
            cells += [code_cell(as_cell(file, record.answers, mine)) for file in sorted(files)]
        others = [name for name in names if name not in mine]
        if others:
            sources = (inspect.getsource(getattr(chapter, name)).rstrip() for name in others)
            cells.append(code_cell("\n\n\n".join(sources)))
    rows = "\n".join(" ".join(map(str, epoch)) for epoch in record.history)
    cells += [markdown_cell("## The run"), code_cell(_training_code(record), text_output(rows))]
    summary = record.summary
    result = f"test loss {summary['test_loss']:.4f}, accuracy {summary['test_accuracy']:.2f}%"
    table = epoch_table.markdown(record.epoch_rows())
    cells += [
        markdown_cell("## The result"),
        code_cell(TESTING, text_output(result)),
        markdown_cell(f"Training loss for each epoch, with the test beside it:\n\n{table}"),
    ]
    # A run without misclassified images has no third figure.
    drawn = zip(FIGURES, figures.items(), strict=False)
    cells += [_figure_cell(source, caption, svg) for source, (caption, svg) in drawn]
    return notebook_json(cells)


def _training_code(record: RunRecord) -> str:
    values, default = asdict(record.config), asdict(Config())
    others = [name for name in values if name not in SHOWN_IN_BASIC_CODE]
    # Chapter 1's loaders need the images in memory.
    if not record.config.in_memory or any(values[name] != default[name] for name in others):
        own = ", ".join(f"{name}={name}" for name in pieces_of(record.config.model))
        own = PIECES_CODE.format(given=own)
        pieces, given = (own, ", pieces") if record.config.mine else ("", "")
        return RECIPE_CODE.format(config=values, pieces=pieces, given=given)
    best = '"cuda" if torch.cuda.is_available() else "cpu"'
    values["device"] = '"cpu"' if record.config.device == "cpu" else best
    values["precision"] = record.environment["precision"]
    values |= {
        "may_mirror": record.config.may_mirror,
        "products": PRODUCTS if record.environment.get("conv1x1_matmul") else "",
        "schedule": SCHEDULE if record.config.schedule == "cosine" else "",
    }
    return BASIC_CODE.format(**values)


def _figure_cell(source: str, caption: str, svg: str) -> dict:
    output = {
        "output_type": "display_data",
        "data": {"image/svg+xml": svg, "text/plain": caption},
        "metadata": {},
    }
    return code_cell(source.replace("CAPTION", repr(caption)), output)
