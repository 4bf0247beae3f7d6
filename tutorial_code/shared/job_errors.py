"""The one sentence of a process that fails, where ``torchrun`` started several."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

SECONDS = 1.5


def with_rank(sentence: str) -> str:
    """Return the sentence with the rank of this process, if it is one of several.

    What goes wrong in all processes is said once: the first process of a machine speaks at once,
    and the others wait, so that ``torchrun``, which ends them then, is faster. It is also handed
    to ``torchrun``, which prints it under its own lines.
    """
    rank, size = os.environ.get("RANK"), os.environ.get("WORLD_SIZE", "1")
    if rank is None or size == "1":
        return sentence
    if os.environ.get("LOCAL_RANK", "0") != "0":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(SECONDS)
    named = f"rank {rank} of {size}: {sentence}"
    hand_to_torchrun(named)
    return named


def hand_to_torchrun(sentence: str) -> None:
    """Write the sentence where ``torchrun`` looks for what a process that failed has to say."""
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if file:
        values = {"message": sentence, "timestamp": str(int(time.time()))}
        with contextlib.suppress(OSError):  # such as on a full disk; it is printed, too
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(json.dumps(values), encoding="utf-8")
