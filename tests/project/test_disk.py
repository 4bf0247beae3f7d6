"""What a test has written goes with it: a run of the suite held 23 GB, and filled a disk."""

import subprocess
import sys

from helpers import ROOT

TESTS = """
def test_passes(tmp_path):
    (tmp_path / "checkpoint.pt").write_text("many bytes")

def test_fails(tmp_path):
    (tmp_path / "evidence.txt").write_text("for whoever looks")
    assert False
"""


def test_only_failed_tests_leave_what_they_wrote(tmp_path):
    (tmp_path / "test_two.py").write_text(TESTS)
    base = tmp_path / "base"
    options = ["-n", "0", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--basetemp", base, "test_two.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    assert [path.name for path in base.rglob("*.*")] == ["evidence.txt"]
