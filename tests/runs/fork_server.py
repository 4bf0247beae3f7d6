"""Starts `resnet50 ARGS...` repeatedly without importing torch again: a line of JSON in, the
process's id out.

Each command is a process of its own, forked from this one, that can be killed. A second line gives
its exit code. The network is a narrow one, so that a run has many steps and checkpoints in a
second.
"""

import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

from ablation_trainings import NarrowResNet

from tutorial_code.ch05_training import make_optimizer
from tutorial_code.cli.app import main
from tutorial_code.runs import launch  # noqa: F401 - imported here, once
from tutorial_code.runs.own_code import components

components.CHAPTERS = components.CHAPTERS._replace(ResNet50=NarrowResNet)
make_optimizer(NarrowResNet(2))  # the first optimizer of a process imports what takes a second

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        output = os.open(os.devnull, os.O_WRONLY)
        os.dup2(output, 1)
        sys.argv = ["resnet50", *json.loads(line)]
        try:
            main()
        except SystemExit as stopped:
            sys.stderr.flush()
            os._exit(stopped.code or 0)
        os._exit(1)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
