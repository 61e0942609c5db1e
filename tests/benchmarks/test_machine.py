import time
from functools import partial

import pytest
from machine import workers


@pytest.mark.slow
def test_a_worker_times_calls_in_a_process_of_its_own_and_reports_its_peak_memory() -> None:
    with workers([partial(partial, time.sleep, 0.01)]) as (worker,):
        assert 0.01 <= worker.seconds(3) < 1
        assert worker.end() > 100
