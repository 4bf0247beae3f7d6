"""How a process of a job ends."""

import os
import subprocess
import sys

import pytest

ENDS = """
import atexit
from tutorial_code.shared.job_errors import leave
atexit.register(print, "Python's own end")
print("said before")
leave(3)
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_only_a_process_without_others_comes_to_pythons_own_end(processes):
    """There threads that hold tensors may abort it."""
    job = {"RANK": "0", "WORLD_SIZE": str(processes)}
    done = subprocess.run(
        [sys.executable, "-c", ENDS], env={**os.environ, **job}, capture_output=True, text=True
    )
    assert done.returncode == 3
    assert done.stdout.splitlines() == ["said before", "Python's own end"][: 3 - processes]
