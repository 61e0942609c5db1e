"""Faults strike real searches: nothing is lost, nothing is twice, every figure is what it was to be.

`benchmarks/chaos.py` has the others.
"""

from pathlib import Path
from random import Random

import pytest
from faults.attempt import attempt
from faults.catalogue import FAULTS
from faults.small_search import SmallSearch
from faults.verdict import Tables, read_tables

TRIALS, STEPS = 3, 8

pytestmark = [pytest.mark.slow, pytest.mark.faults]

HERE = ("--cpus", "2")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of the search that nothing happens to."""
    search = SmallSearch(tmp_path_factory.mktemp("reference"), TRIALS, STEPS, HERE)
    sitting = search.begin()
    try:
        assert sitting.end() == 0, sitting.text
    finally:
        sitting.stop()
    return read_tables(search)


def survived(search: SmallSearch, reference: Tables | None, *names: str) -> None:
    faults = [next(fault for fault in FAULTS if fault.name == name) for name in names]
    outcome = attempt(faults, search, reference, Random(7), None)
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))


def test_a_driver_that_is_told_to_stop_twice_is_gone_on_with(tmp_path: Path, reference: Tables) -> None:
    survived(SmallSearch(tmp_path, TRIALS, STEPS, HERE), reference, "driver: SIGINT", "driver: SIGTERM")


def test_a_search_of_twelve_trials_outlives_five_kills_of_its_driver(tmp_path: Path) -> None:
    survived(SmallSearch(tmp_path, trials=12, steps=3, options=HERE), None, *["driver killed"] * 5)
