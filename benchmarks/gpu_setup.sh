# Sourced by the other gpu scripts. Installs the carried wheels if they are missing, and decides where results go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-python3}
"$PYTHON" -c 'import pydantic, typer.exceptions' 2>/dev/null ||
    "$PYTHON" -m pip install -q --no-index --find-links build/gpu/wheels pydantic typer
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
RESULTS=${OUT:-benchmarks/results}
"$PYTHON" -c 'import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU: on the CPU")'
