"""Every fault, alone or within another one, hits a real search: nothing is lost, and no figure differs.

`benchmarks/chaos.py` repeats this as often as desired, at random moments.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from chaos import SMALL_DISK, TRIALS

from faults import mounts
from faults.attempt import attempt, run_without_faults
from faults.catalogue import CONTAINED, FAULTS, ROUNDS, Fault
from faults.checks import Tables
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes, three_nodes

STEPS = 8
"""Steps of a trial. Each is reported. Random moments fall into the first half of the reports, never after the last."""

TESTED = [faults for faults in ROUNDS if any(fault.name not in CONTAINED for fault in faults)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ThreeNodes]:
    """Three nodes for all rounds that need no disk of their own, so that Ray is started once."""
    with three_nodes() as nodes:
        yield nodes


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, cluster: ThreeNodes) -> Tables:
    """Tables of the same search without faults."""
    return run_without_faults(cluster.search(tmp_path_factory.mktemp("reference"), TRIALS, STEPS))


def test_every_fault_is_in_one_round() -> None:
    assert sorted(fault.name for faults in ROUNDS for fault in faults) == sorted(fault.name for fault in FAULTS)


def test_every_fault_is_tested_by_itself_or_within_another() -> None:
    tested = {fault.name for faults in TESTED for fault in faults}
    assert {fault.name for fault in FAULTS} - tested == set(CONTAINED)
    assert tested >= set(CONTAINED.values())


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.parametrize("faults", TESTED, ids=lambda faults: faults[0].name)
def test_a_search_survives_faults_one_after_another(
    tmp_path: Path, reference: Tables, cluster: ThreeNodes, faults: tuple[Fault, ...]
) -> None:
    with ExitStack() as stack:
        if any(fault.needs_mount for fault in faults):
            if not mounts.allowed():
                pytest.skip("mounting is not allowed here: it needs root")
            stack.enter_context(mounts.small_disk(tmp_path, SMALL_DISK))
            search, nodes = SmallSearch(tmp_path, TRIALS, STEPS, ("--cpus", "2")), None
        else:
            cluster.replace_lost_nodes()
            search, nodes = cluster.search(tmp_path, TRIALS, STEPS), cluster
        outcome = attempt(faults, search, reference, Random(7), nodes)
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))
