#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: the tutorial with PyTorch for a processor.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
apt-get update
apt-get install -y --no-install-recommends python3 python3-venv
python3 -m venv "$root/uv"
"$root/uv/bin/pip" install uv
"$root/uv/bin/uv" venv --python ">=3.11" "$root/environment"
"$root/uv/bin/uv" pip install --python "$root/environment" --torch-backend=cpu "$root"/source/*.whl
