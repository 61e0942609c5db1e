import mmap
import sys

import pytest
import torch

from lstnet_search.tuning.trials.memory import peak_memory_mb, reset_peak_memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can reset the peak")
def test_the_peak_of_a_process_is_that_since_the_last_reset() -> None:
    cpu, size = torch.device("cpu"), 2**28
    with mmap.mmap(-1, size) as pages:  # not from the allocator, which may keep what is freed
        pages.write(bytes(1) * size)
        high = peak_memory_mb(cpu)
    reset_peak_memory(cpu)
    assert peak_memory_mb(cpu) < high - 200
