"""Judge a submission with the checks of the ResNet-50 tutorial, for Classroom 50.

The runner calls this file in the student's checkout, and reads result.json there. What lies beside
it, the tutorial as a wheel and the settings, is bundled with it. It installs the wheel with PyTorch
for a processor; RESNET50_PYTHON names a Python that has it already.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def install(folder: Path) -> str:
    """Install the tutorial into an environment of its own; return the path of its Python."""
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
    (wheel,) = HERE.glob("*.whl")
    install = ["pip", "install", "--quiet", "--python", python, "--torch-backend=cpu", str(wheel)]
    subprocess.run([python, "-m", "uv", *install], check=True)
    return python


checkout = Path.cwd()
with tempfile.TemporaryDirectory() as folder:
    python = os.environ.get("RESNET50_PYTHON") or install(Path(folder) / "environment")
    # Not in the checkout, whose files Python could take for its own.
    command = [python, "-P", "-m", "tutorial_code.checks.autograder"]
    command += [str(HERE / "settings.json"), str(checkout), str(checkout / "result.json")]
    sys.exit(subprocess.run(command, cwd=HERE).returncode)
