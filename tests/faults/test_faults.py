"""Faults strike real searches, each once: nothing is lost, nothing is twice, every figure is what it was to be.

`benchmarks/chaos.py` has each of them as often as is asked, at random moments.
"""

from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from chaos import SMALL_DISK, STEPS, TRIALS

from faults import mounts
from faults.attempt import attempt, undisturbed
from faults.catalogue import FAULTS, ROUNDS, Fault
from faults.small_search import SmallSearch
from faults.three_nodes import three_nodes
from faults.verdict import Tables

pytestmark = [pytest.mark.slow, pytest.mark.faults]

OFTEN = next(fault for fault in FAULTS if fault.name == "driver killed")


HERE = ("--cpus", "2")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of the search that nothing happens to."""
    return undisturbed(SmallSearch(tmp_path_factory.mktemp("reference"), TRIALS, STEPS, HERE))


def test_every_fault_is_in_one_round() -> None:
    assert sorted(fault.name for faults in ROUNDS for fault in faults) == sorted(fault.name for fault in FAULTS)


@pytest.mark.parametrize("faults", ROUNDS, ids=lambda faults: faults[0].name)
def test_faults_one_after_another_are_survived(tmp_path: Path, reference: Tables, faults: tuple[Fault, ...]) -> None:
    search, nodes = SmallSearch(tmp_path, TRIALS, STEPS, HERE), None
    with ExitStack() as stack:
        if any(fault.mount for fault in faults):
            if not mounts.allowed():
                pytest.skip("mounts are not allowed here: they take root")
            stack.enter_context(mounts.small_disk(tmp_path, SMALL_DISK))
        if any(fault.nodes for fault in faults):
            nodes = stack.enter_context(three_nodes())
            search = nodes.search(tmp_path, TRIALS, STEPS)
        outcome = attempt(faults, search, reference, Random(7), nodes)
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))


def test_a_search_of_twelve_trials_outlives_five_kills_of_its_driver(tmp_path: Path) -> None:
    search = SmallSearch(tmp_path, trials=12, steps=3, options=HERE)
    outcome = attempt([OFTEN] * 5, search, None, Random(7))
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))
