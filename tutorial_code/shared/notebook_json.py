"""Notebooks as they are stored on disk: cells, and the JSON around them."""

import json
from typing import Any


def markdown_cell(text: str) -> dict[str, Any]:
    """Return a cell of prose."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code_cell(source: str, *outputs: dict[str, Any], hidden: bool = False) -> dict[str, Any]:
    """Return a code cell with its outputs; a hidden one is folded where the tool supports it."""
    metadata = {"jupyter": {"source_hidden": True}, "cellView": "form"} if hidden else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def text_output(text: str) -> dict[str, Any]:
    """Return the output of a cell that printed this text."""
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"}


def notebook_json(cells: list[dict[str, Any]]) -> str:
    """Return a notebook of these cells."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return (
        json.dumps(
            {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1
        )
        + "\n"
    )
