#!/usr/bin/env bash
# Records trials for benchmarks/search_efficiency.py on a GPU, in less than 9 minutes per call. Call it again until all
# trials are recorded. The state stays in build/search_efficiency. Arguments go to search_efficiency.py.
. "$(dirname "$0")/gpu_setup.sh"
"$PYTHON" benchmarks/search_efficiency.py record --trials 256 --processes 16 --minutes 8 \
    --output "$RESULTS/search_efficiency.parquet" "$@"
