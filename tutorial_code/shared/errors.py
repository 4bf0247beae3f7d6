"""The exception for errors that the reader can fix, and how it ends a command."""

import sys
from collections.abc import Callable

from tutorial_code.shared.job_errors import with_rank


class ReaderError(Exception):
    """An error that the reader can fix.

    Its message is one sentence that says what is wrong and what to do.
    The command line prints it without a traceback and exits with code 2.
    """


def exit_code_of(command: Callable[[], int | None]) -> int:
    """Run a command and return its exit code: 2, after a sentence, for errors that can be fixed."""
    try:
        return command() or 0
    except ReaderError as error:
        return _say(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _say(
            f"{place}{error.strerror or error}: check the path, your permissions and the space on "
            "the disk."
        )
    except (RuntimeError, MemoryError) as error:
        if not is_full_memory(error):
            raise
        return _say("The memory is full: give a smaller --batch-size, or close other programs.")
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def is_full_memory(error: BaseException) -> bool:
    """Tell whether the memory is full: PyTorch has a class of errors for some devices only."""
    return any(
        words in str(error)
        for words in ("out of memory", "can't allocate memory", "not enough memory")
    )


def is_lost_process(error: BaseException) -> bool:
    """Tell whether an exchange with other processes failed, because one has ended or is silent."""
    distributed = type(error).__module__ == "torch.distributed" or "ProcessGroup" in str(error)
    return distributed or "gloo/transport" in str(error)


def _say(sentence: str) -> int:
    print(f"resnet50: {with_rank(sentence)}", file=sys.stderr, flush=True)
    return 2
