"""Starts `resnet50 ARGS...` again and again without importing torch again: a line of JSON in, the process's id out.

Each command is a process of its own, forked from this one, that can be killed. A second line gives its exit code.
The network has one block a stage, so that a step, and a checkpoint, takes a third of the time.
"""

import json
import os
import sys
from functools import partial

from tutorial_code.cli import main
from tutorial_code.runs import recipe, start  # noqa: F401 - imported here, once

recipe.ResNet50 = partial(recipe.ResNet50, (1, 1, 1, 1))

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
