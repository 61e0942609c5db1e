#!/bin/bash
# Install the packages of a lock into the Python in PATH.
#
#   deploy/install_lock.sh cuda|cpu requirements.lock
#
# cuda  All packages of the lock, with hash checks.
# cpu   PyTorch's builds for CPUs, which are a tenth of the size, from its own index: the lock's versions, without hash checks.
#       All other packages of the lock except those of CUDA, with hash checks.

set -euo pipefail
device=$1 lock=$2
install=(pip install --no-cache-dir --no-deps)
pytorch='^(torch|torchvision)=='
cuda='^(triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)=='

case $device in
cuda)
  "${install[@]}" --require-hashes -r "$lock"
  ;;
cpu)
  rest=$(mktemp)
  awk -v left_out="$pytorch|$cuda" '/^[A-Za-z0-9]/ { keep = $0 !~ left_out } keep' "$lock" >"$rest"
  "${install[@]}" --require-hashes -r "$rest"
  mapfile -t wheels < <(grep -oE "$pytorch[0-9.]+" "$lock")
  "${install[@]}" --index-url https://download.pytorch.org/whl/cpu "${wheels[@]}"
  rm "$rest"
  ;;
*)
  echo "error: DEVICE=$device must be cpu or cuda" >&2
  exit 2
  ;;
esac
