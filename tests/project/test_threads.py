"""``import tutorial_code`` sets how long a thread spins, before torch is loaded."""

import os
import subprocess
import sys

import pytest
from helpers import ROOT

SAY = "import os, sys, tutorial_code; print(os.environ['GOMP_SPINCOUNT'], 'torch' in sys.modules)"


@pytest.mark.parametrize(("before", "after"), [(None, "1000"), ("7", "7")])
def test_waiting_threads_let_others_compute_unless_the_reader_said_otherwise(before, after):
    environment = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
    if before:
        environment["GOMP_SPINCOUNT"] = before
    said = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert said.stdout.split() == [after, "False"]
