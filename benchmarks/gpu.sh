#!/usr/bin/env bash
# The step table on a GPU, in about 8 minutes, most of it cuDNN timing its algorithms; arguments replace those of step.py.
# The cores keep the processes from starting one after the other, and the textbook's loader workers from waiting.
. "$(dirname "$0")/gpu_setup.sh"
[ $# -gt 0 ] || set -- --threads "$(($(nproc) < 8 ? $(nproc) : 8))" --width 0.0625 --width 0.25 --width 1 --rounds 4 --steps 10 --warm-up 10
"$PYTHON" benchmarks/step.py --output "$RESULTS/gpu_step.json" "$@"
