"""What the reliability diagram of photographs is made from: its bins at several temperatures."""

from typing import Any

from pipeline.photographs import logits_and_labels

from tutorial_code.ch07_results import calibration_error, reliability

BINS = 10
TEMPERATURES = [round(0.6 + 0.05 * step, 2) for step in range(25)]  # 0.6 to 1.8


def data() -> dict[str, Any]:
    """Return for each temperature the calibration error and the bins."""
    logits, labels = logits_and_labels()
    rows = []
    for temperature in TEMPERATURES:
        bins = reliability((logits / temperature).softmax(dim=1), labels, BINS)
        rows.append(
            {
                "temperature": temperature,
                "error": round(calibration_error(bins), 2),
                "bins": [[b.count, round(b.confidence, 3), round(b.accuracy, 3)] for b in bins],
            }
        )
    return {"bins": BINS, "images": len(labels), "rows": rows}
