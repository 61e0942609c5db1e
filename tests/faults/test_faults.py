"""Faults strike real searches, each once: nothing is lost, nothing is twice, every figure is what it was to be.

`benchmarks/chaos.py` has each of them as often as is asked, at random moments.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from chaos import SMALL_DISK, STEPS, TRIALS
from faults import mounts
from faults.attempt import attempt, undisturbed
from faults.catalogue import FAULTS
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes, three_nodes
from faults.verdict import Tables

pytestmark = [pytest.mark.slow, pytest.mark.faults]

HERE = ("--cpus", "2")
OF_THE_MACHINE = (
    ("trial's process killed", "checkpoints truncated, processes killed"),
    ("trial hangs",),
    ("driver: SIGINT", "driver: SIGTERM"),
    ("newest checkpoint truncated", "journal's last line cut", "history.parquet truncated"),
    ("loss not a number",),
    ("out of memory in a step",),
)
"""Faults of one search each, one after another: a start of Ray's is most of what they take."""
OF_THE_DISK = ("storage read-only for 10 s", "disk full")
OF_NODES = ("node lost", "driver and node lost")
OFTEN = "driver killed"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of the search that nothing happens to."""
    return undisturbed(SmallSearch(tmp_path_factory.mktemp("reference"), TRIALS, STEPS, HERE))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[None]:
    """A disk of its own for results."""
    if not mounts.allowed():
        pytest.skip("mounts are not allowed here: they take root")
    with mounts.small_disk(tmp_path, SMALL_DISK):
        yield


def survived(search: SmallSearch, reference: Tables | None, *names: str, nodes: ThreeNodes | None = None) -> None:
    faults = [next(fault for fault in FAULTS if fault.name == name) for name in names]
    outcome = attempt(faults, search, reference, Random(7), nodes)
    assert not outcome.complaints, "\n".join((*outcome.complaints, outcome.text))


def test_every_fault_is_among_these_tests() -> None:
    struck = [name for names in (*OF_THE_MACHINE, OF_THE_DISK, OF_NODES) for name in names]
    assert sorted([*struck, OFTEN]) == sorted(fault.name for fault in FAULTS)


@pytest.mark.parametrize("names", OF_THE_MACHINE, ids=lambda names: names[0])
def test_what_takes_one_machine_is_survived(tmp_path: Path, reference: Tables, names: tuple[str, ...]) -> None:
    survived(SmallSearch(tmp_path, TRIALS, STEPS, HERE), reference, *names)


@pytest.mark.usefixtures("small_disk")
def test_a_storage_that_is_read_only_for_a_while_and_then_full_is_survived(tmp_path: Path, reference: Tables) -> None:
    survived(SmallSearch(tmp_path, TRIALS, STEPS, HERE), reference, *OF_THE_DISK)


def test_lost_nodes_are_survived_also_with_the_driver(tmp_path: Path, reference: Tables) -> None:
    with three_nodes() as nodes:
        survived(nodes.search(tmp_path, TRIALS, STEPS), reference, *OF_NODES, nodes=nodes)


def test_a_search_of_twelve_trials_outlives_five_kills_of_its_driver(tmp_path: Path) -> None:
    survived(SmallSearch(tmp_path, trials=12, steps=3, options=HERE), None, *[OFTEN] * 5)
