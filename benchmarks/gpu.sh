#!/usr/bin/env bash
# The step table on a GPU. Takes about 8 minutes, mostly while cuDNN times its algorithms. Arguments replace those of
# step.py below. With several cores the processes start in parallel, and the textbook's loader workers do not wait.
. "$(dirname "$0")/gpu_setup.sh"
[ $# -gt 0 ] || set -- --threads "$(($(nproc) < 8 ? $(nproc) : 8))" --width 0.0625 --width 0.25 --width 1 --rounds 4 --steps 10 --warm-up 10
"$PYTHON" benchmarks/step.py --output "$RESULTS/gpu_step.json" "$@"
