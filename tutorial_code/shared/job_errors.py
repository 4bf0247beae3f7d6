"""How a process ends where ``torchrun`` started several: its one sentence, and its exit."""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

SECONDS = 1.5


def with_rank(sentence: str) -> str:
    """Return the sentence with the rank of this process, if it is one of several.

    What goes wrong in all processes is said once: the first process of a machine speaks at once,
    and the others wait, so that ``torchrun``, which ends them then, is faster. It is also handed
    to ``torchrun``, which prints it under its own lines.
    """
    if not _several():
        return sentence
    if os.environ.get("LOCAL_RANK", "0") != "0":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(SECONDS)
    named = f"rank {os.environ['RANK']} of {os.environ['WORLD_SIZE']}: {sentence}"
    hand_to_torchrun(named)
    return named


def leave(code: int) -> NoReturn:
    """End this process with an exit code.

    One of several ends at once. At Python's own end, a thread of gloo may still let go of a tensor,
    meet an interpreter that is gone, and abort the process, so that a job that is done counts as
    failed (PyTorch's issue 190489; in the tests of this project one process in some hundreds).
    """
    if _several():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _several() -> bool:
    return "RANK" in os.environ and os.environ.get("WORLD_SIZE", "1") != "1"


def hand_to_torchrun(sentence: str) -> None:
    """Write the sentence where ``torchrun`` looks for what a process that failed has to say."""
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if file:
        values = {"message": sentence, "timestamp": str(int(time.time()))}
        with contextlib.suppress(OSError):  # such as on a full disk; it is printed, too
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(json.dumps(values), encoding="utf-8")
