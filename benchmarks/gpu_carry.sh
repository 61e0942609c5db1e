#!/usr/bin/env bash
# Usage: benchmarks/gpu_carry.sh DATA_DIR [PYTHON_VERSION]
# Collects in build/gpu what benchmarks/gpu*.sh need on a GPU machine without a package index: wheels for its Python,
# and the data as archives.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1
python_version=${2:-3.12}

rm -rf build/gpu
mkdir -p build/gpu/wheels build/gpu/data/MNIST/raw
.venv/bin/pip download -q --python-version "$python_version" --only-binary=:all: --dest build/gpu/wheels \
    "$(grep -o '^pydantic==[0-9.]*' requirements.lock)" "$(grep -o '^typer==[0-9.]*' requirements.lock)"
for file in "$data"/MNIST/raw/*-ubyte; do
    gzip -9 -c "$file" >"build/gpu/data/MNIST/raw/$(basename "$file").gz"
done
cp "$data"/usps*.bz2 build/gpu/data/
du -sh build/gpu
