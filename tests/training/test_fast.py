import subprocess
import sys
from pathlib import Path

import pytest

COUNT_FAULTS = """
import resource, torch
from lstnet_search.training import use_fast_settings
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.zeros(40 * 2**20 // 4)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults())
use_fast_settings(torch.device("cpu"))
faults()
print(faults())
"""


@pytest.mark.skipif(not Path("/lib/x86_64-linux-gnu/libc.so.6").exists(), reason="tests the allocator of glibc")
def test_freed_memory_is_kept_instead_of_mapped_again() -> None:
    process = subprocess.run([sys.executable, "-c", COUNT_FAULTS], check=True, capture_output=True)
    plain, fast = map(int, process.stdout.split())
    assert fast < plain / 10
