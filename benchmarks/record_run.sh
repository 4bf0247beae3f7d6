#!/usr/bin/env bash
# Record a run for the site, into runs/NAME:
#
#     bash benchmarks/record_run.sh NAME [MINUTES]
#
# With MINUTES it works for about as long and stops; give the same command again until it says that all is recorded.
# Without, it works to the end. DATA names the images (cifar10, or folder:PATH inside this folder), PYTHON the
# Python: it needs torch, torchvision, matplotlib and scikit-learn, and nothing has to be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?name one of digits-cpu, exercise-cpu, exercise-gpu, full-gpu, ablation, ablation-cpu, speed-gpu, speed-cpu}
limit=${2:+--time-limit $2}
data=${DATA:-cifar10}
if [ -z "${PYTHON:-}" ]; then
    PYTHON=python3
    if command -v uv >/dev/null; then PYTHON="uv run python"; fi
fi
export PYTHONPATH=.

train() {
    local folder=my_runs/record-$name resume=""
    if [ -e "$folder/config.json" ]; then resume=--resume; fi
    # shellcheck disable=SC2086
    $PYTHON -m tutorial_code train --data "$data" --out "$folder" $resume $limit "$@"
    if [ ! -e "$folder/summary.json" ]; then return; fi
    mkdir -p "runs/$name"
    cp "$folder"/{config,environment,summary,classes}.json "$folder"/{metrics.jsonl,logits.npy} "runs/$name/"
    echo "recorded in runs/$name"
}

case $name in
    digits-cpu) data=digits && train --device cpu ;;
    exercise-cpu) train --recipe basic --device cpu --epochs 16 --batch-size 128 --lr 0.1 ;;
    exercise-gpu) train --recipe basic --device cuda --epochs 50 --batch-size 128 --lr 0.1 ;;
    full-gpu) train --recipe full --device cuda ;;
    # shellcheck disable=SC2086
    ablation | ablation-cpu) $PYTHON benchmarks/ablation.py "$name" --data "$data" $limit ;;
    speed-gpu) $PYTHON benchmarks/training_speed.py --data "$data" --device cuda --stem 3x3 --batches 20 --record "$name" ;;
    speed-cpu) $PYTHON benchmarks/training_speed.py --device cpu --accuracy 10 --record "$name" ;;
    *) echo "there is no run $name" >&2 && exit 2 ;;
esac
