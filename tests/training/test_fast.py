import subprocess
import sys
from pathlib import Path

import pytest

COUNT_FAULTS = """
import resource, sys, torch
from lstnet_search.training import use_fast_settings
if sys.argv[1] == "fast":
    use_fast_settings(torch.device("cpu"))
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        torch.zeros(40 * 2**20 // 4)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.skipif(not Path("/lib/x86_64-linux-gnu/libc.so.6").exists(), reason="the allocator of glibc is meant")
def test_freed_memory_is_kept_where_it_would_be_mapped_anew() -> None:
    counts = {
        kind: int(subprocess.run([sys.executable, "-c", COUNT_FAULTS, kind], check=True, capture_output=True).stdout)
        for kind in ("plain", "fast")
    }
    assert counts["fast"] < counts["plain"] / 10
