#!/usr/bin/env bash
# The paper preset on full data, under 9 minutes a call; call it again until it prints test accuracies.
# What it goes on from stays in build/gpu_paper. Arguments go to gpu_paper.py.
. "$(dirname "$0")/gpu_setup.sh"
if compgen -G "build/gpu/data/MNIST/raw/*.gz" >/dev/null; then
    gunzip -kf build/gpu/data/MNIST/raw/*.gz # torchvision wants its own archives to the byte, or none
fi
"$PYTHON" benchmarks/gpu_paper.py --data-dir build/gpu/data --state build/gpu_paper --output "$RESULTS" "$@"
