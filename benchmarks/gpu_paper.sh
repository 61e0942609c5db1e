#!/usr/bin/env bash
# Trains the paper preset on full data, in less than 9 minutes per call. Call it again until it prints test accuracies.
# The state stays in build/gpu_paper. Arguments go to gpu_paper.py.
. "$(dirname "$0")/gpu_setup.sh"
if compgen -G "build/gpu/data/MNIST/raw/*.gz" >/dev/null; then
    gunzip -kf build/gpu/data/MNIST/raw/*.gz # torchvision accepts only its own archives, byte for byte, or none
fi
"$PYTHON" benchmarks/gpu_paper.py --data-dir build/gpu/data --state build/gpu_paper --output "$RESULTS" "$@"
