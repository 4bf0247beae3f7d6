"""What the roofline is drawn from: the speeds that the recorded machine reaches at best."""

from typing import Any

from tutorial_code.shared.tables import recorded_run


def data() -> dict[str, Any]:
    """Return GFLOP/s of products in fp32 and bf16, and GB/s of the memory."""
    rows = {row["roof"]: row for row in recorded_run("roofline-cpu").rows() if "roof" in row}
    return {
        "fp32": rows["products in fp32"]["gflops"],
        "bf16": rows["products in bf16"]["gflops"],
        "memory": rows["memory"]["gb_per_second"],
    }
