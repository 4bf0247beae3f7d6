"""The sixteen combinations of chapter 8, and how good the networks of each became."""

import statistics
from typing import Any

from tutorial_code.ch08_learning import PARTS, combinations
from tutorial_code.shared.tables import recorded_run


def data() -> dict[str, Any]:
    """Return the parts, and of each combination its switches and the mean of its accuracies."""
    rows = [row for row in recorded_run("ablation-cpu").rows() if row["experiment"] == "design"]
    found = []
    for number, parts in enumerate(combinations()):
        accuracies = [row["accuracy"] for row in rows if row["combination"] == number]
        found.append({"on": list(parts.values()), "accuracy": statistics.mean(accuracies)})
    return {"parts": list(PARTS), "rows": found}
