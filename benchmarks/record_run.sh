#!/usr/bin/env bash
# Record a run for the site, into runs/NAME, by the command in its run.toml:
#
#     bash benchmarks/record_run.sh NAME [MINUTES]
#
# With MINUTES it stops after about that long; run the same command again until it says that all is
# recorded. Without MINUTES it runs to the end. DATA names the images (cifar10, or folder:PATH inside
# this folder), PYTHON the Python to use: it needs torch, torchvision, matplotlib and scikit-learn,
# and nothing has to be installed. KEEP names a folder for unfinished runs, in place of my_runs; it
# may be in a place that outlives this one.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${PYTHON:-}" ]; then
    PYTHON=python3
    if command -v uv >/dev/null; then PYTHON="uv run python"; fi
fi
# shellcheck disable=SC2086
PYTHONPATH=. exec $PYTHON benchmarks/record_run.py "$@"
