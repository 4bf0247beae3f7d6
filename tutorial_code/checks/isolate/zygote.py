"""The process that others are forked from: it imports torch once, computes nothing, and forks on
request.

Its argument is the number of a socket. A request is one byte, one of the kinds below, sent together
with the file descriptors of the new process's channel: a socket, and a pipe for what it prints.
Because nothing has been computed before, no threads and no random state are shared, and a GPU stays
untouched.
"""

import gc
import importlib
import io
import os
import socket
import sys

from tutorial_code.shared.chapters import PACKAGE

ANSWER, ANSWER_WITH_OPTIMIZER, JUDGE = b"a", b"o", b"j"


def main() -> None:
    """Fork for every request, until the other end of the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    import torch

    from tutorial_code.checks.exercises import EXERCISES
    from tutorial_code.checks.isolate import child, judge_process

    for exercise in EXERCISES:
        importlib.import_module(f"tutorial_code.{exercise.chapter}")
    os.chdir(PACKAGE.parent)  # it stays, and PyTorch's compiler needs a folder that is there
    torch.set_num_threads(1)  # the networks are small; threads would wait for each other
    gc.freeze()  # forks need not collect what is here already
    serve = {JUDGE: judge_process.serve_verdicts}
    while True:
        kind, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not kind:
            return
        if kind == ANSWER_WITH_OPTIMIZER:
            # once here, not in every fork; and not at all where it is not needed
            import_optimizer()
        if os.fork() == 0:
            # A process whose parent has ended cannot reach the tool through getppid().
            if os.fork():
                os._exit(0)
            os.setsid()
            control.close()
            connection, prints = descriptors
            for number in (1, 2):
                os.dup2(prints, number)
            os.close(prints)
            # Those of the zygote still take their places for what they were at its start.
            sys.stdout, sys.stderr = (
                io.TextIOWrapper(
                    io.FileIO(number, "w", closefd=False),
                    "utf-8",
                    "backslashreplace",
                    write_through=True,
                )
                for number in (1, 2)
            )
            channel = socket.socket(fileno=connection)
            serve.get(kind, child.serve_answer)(channel.makefile("rb"), channel.makefile("wb"))
            os._exit(0)  # threads and exit handlers of an answer end here
        for descriptor in descriptors:
            os.close(descriptor)
        os.wait()


def import_optimizer() -> None:
    """Let PyTorch import what it imports with the first optimizer: its compiler, for most of a
    second.
    """
    import torch

    torch.optim.SGD([torch.zeros(1)])
