"""The recipes: which values of the options go together, and the configuration of a new run."""

import os
from collections.abc import Mapping
from dataclasses import Field
from typing import Any

from tutorial_code.data.data_sets import find_data_set
from tutorial_code.runs.config import Config

FULL = {
    "epochs": 50,
    "batch_size": 512,
    "nesterov": True,
    "decay_on": "weights",
    "warmup_epochs": 5,
    "label_smoothing": 0.1,
    "cutout": 8,
    "stem": "3x3",
    "ema": True,
    "tta": True,
    "loader": "device",
    "tf32": True,
    "compile": True,
}
# He et al. 2015, section 3.4: ImageNet. There the rate is lowered when the error stops falling, and
# training ends after 600,000 steps, 120 epochs; 30, 60 and 90 epochs are what became usual. Its
# noise on the colors and its test on ten crops are not here.
PAPER = {
    "epochs": 90,
    "batch_size": 256,
    "weight_decay": 1e-4,
    "schedule": "step",
    "warmup_epochs": 0,
    "zero_init": False,
    "crop": "side",
}
# That of torchvision's first weights for all five networks, references/classification: 32 images on
# each of 8 GPUs. Its second weights have another recipe, of 600 epochs.
TORCHVISION = {**PAPER, "crop": "area"}
RECIPES: dict[str, dict[str, Any]] = {
    "basic": {},
    "full": FULL,
    "paper": PAPER,
    "torchvision": TORCHVISION,
}
# For how many images the rate is 0.1: larger batches take fewer steps, so each may be longer.
IMAGES_OF_RATE = {"full": 128, "paper": 256, "torchvision": 256}
MOST_WORKERS = 16  # for one GPU; more only take memory


def shown_default(option: Field) -> str:
    """Return an option's default as the help shows it, with those of recipes that differ."""

    def shown(value: Any) -> str:
        if value is None:
            return "as the data set says"
        if isinstance(value, (bool, tuple)):
            return "on" if value else "off"
        return str(value) or "none"

    default = shown(option.default)
    others: dict[str, list[str]] = {}  # by what they show: the recipes
    for name, values in RECIPES.items():
        value = shown(values.get(option.name, option.default))
        if option.name == "lr" and name in IMAGES_OF_RATE:
            value = f"0.1 for {IMAGES_OF_RATE[name]} images per step"
        if value != default:
            others.setdefault(value, []).append(name)
    if option.name == "workers":
        others["one a core, at most 16"] = ["imagenet"]
    return "; ".join([default, *(f"{', '.join(who)}: {value}" for value, who in others.items())])


def configure(given: Mapping[str, Any]) -> Config:
    """Return the configuration of a new run: the recipe's, overridden by the given options."""
    recipe = given.get("recipe", "basic")
    in_memory = find_data_set(given.get("data", Config.data))[0].in_memory
    values: dict[str, Any] = {**RECIPES.get(recipe, {})}
    if in_memory:
        values.pop("crop", None)
    else:
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # processes that share the cores
        values["workers"] = min((os.cpu_count() or 1) // here, MOST_WORKERS)
    values |= given
    if recipe in IMAGES_OF_RATE:
        rate = 0.1 / IMAGES_OF_RATE[recipe]
        values = {"lr": rate * values["batch_size"], **values}
    return Config(**values)
