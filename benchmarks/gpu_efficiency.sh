#!/usr/bin/env bash
# Trials for benchmarks/search_efficiency.py on a GPU, under 9 minutes a call; call it again until all are there.
# What it goes on from stays in build/search_efficiency. Arguments go to search_efficiency.py.
. "$(dirname "$0")/gpu_setup.sh"
"$PYTHON" benchmarks/search_efficiency.py record --trials 256 --processes 16 --minutes 8 \
    --output "$RESULTS/search_efficiency.parquet" "$@"
