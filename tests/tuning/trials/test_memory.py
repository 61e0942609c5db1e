import sys

import pytest
import torch

from lstnet_search.tuning.trials.memory import peak_memory_mb, reset_peak_memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can reset the peak")
def test_the_peak_of_a_process_is_that_since_the_last_reset() -> None:
    cpu = torch.device("cpu")
    held = torch.ones(2**26)  # 256 MiB
    del held
    high = peak_memory_mb(cpu)
    reset_peak_memory(cpu)
    assert peak_memory_mb(cpu) < high - 200
