"""Faults strike real searches on three nodes, each once: nothing is lost or twice, every figure is what it was to be.

`benchmarks/chaos.py` has each of them as often as is asked, at random moments.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from chaos import SMALL_DISK, STEPS, TRIALS
from faults import mounts
from faults.attempt import attempt, undisturbed
from faults.catalogue import FAULTS, ROUNDS, Fault
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes, three_nodes
from faults.verdict import Tables

pytestmark = [pytest.mark.slow, pytest.mark.faults]

OFTEN = next(fault for fault in FAULTS if fault.name == "driver killed")


@pytest.fixture(scope="module")
def nodes() -> Iterator[ThreeNodes]:
    with three_nodes() as nodes:
        yield nodes


@pytest.fixture(scope="module")
def reference(nodes: ThreeNodes, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of the search that nothing happens to."""
    return undisturbed(nodes.search(tmp_path_factory.mktemp("reference"), TRIALS, STEPS))


def test_every_fault_is_in_one_round() -> None:
    assert sorted(fault.name for faults in ROUNDS for fault in faults) == sorted(fault.name for fault in FAULTS)


@pytest.mark.parametrize("faults", ROUNDS, ids=lambda faults: faults[0].name)
def test_faults_one_after_another_are_survived(
    nodes: ThreeNodes, reference: Tables, tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    nodes.complete()
    with ExitStack() as stack:
        if any(fault.mount for fault in faults):
            if not mounts.allowed():
                pytest.skip("mounts are not allowed here: they take root")
            stack.enter_context(mounts.small_disk(tmp_path, SMALL_DISK))
        outcome = attempt(faults, nodes.search(tmp_path, TRIALS, STEPS), reference, Random(7), nodes)
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))


def test_a_search_of_twelve_trials_outlives_five_kills_of_its_driver(tmp_path: Path) -> None:
    search = SmallSearch(tmp_path, trials=12, steps=3, options=("--cpus", "2"))
    outcome = attempt([OFTEN] * 5, search, None, Random(7))
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))
