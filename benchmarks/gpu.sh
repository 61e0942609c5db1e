#!/usr/bin/env bash
# The step table on a GPU, in about 5 minutes; arguments replace those of step.py.
. "$(dirname "$0")/gpu_setup.sh"
[ $# -gt 0 ] || set -- --width 0.0625 --width 0.25 --width 1 --rounds 5 --steps 20 --warm-up 10
"$PYTHON" benchmarks/step.py --output "$RESULTS/gpu_step.json" "$@"
