"""Faults strike real searches: nothing is lost, nothing is twice, every figure is what it was to be.

`benchmarks/chaos.py` has the others.
"""

from pathlib import Path
from random import Random

import pytest
from faults.attempt import attempt
from faults.catalogue import FAULTS
from faults.small_search import SmallSearch

pytestmark = [pytest.mark.slow, pytest.mark.faults]


def test_a_search_of_twelve_trials_outlives_five_kills_of_its_driver(tmp_path: Path) -> None:
    killed = next(fault for fault in FAULTS if fault.name == "driver killed")
    search = SmallSearch(tmp_path, trials=12, steps=3, options=("--cpus", "2"))
    outcome = attempt([killed] * 5, search, None, Random(7))
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))
