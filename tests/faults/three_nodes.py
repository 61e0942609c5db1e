"""A cluster of three nodes that loses one, and gets another in its place."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from processes import trains

from faults.sitting import ROOT
from faults.small_search import SmallSearch, reading_faults

sys.path.append(str(ROOT / "tests"))
from nodes import Nodes, running_nodes  # which tests have for themselves

CPUS = 3
"""Of a node: room for the trials of two that are lost."""


@dataclass
class ThreeNodes:
    """The head, which stays, and two others.

    Attributes:
        nodes: of the cluster.
        others: that run beside the head.
        faults: the file that says what is to happen in steps of trials.
    """

    nodes: Nodes
    others: list[int]
    faults: Path

    def search(self, home: Path, trials: int, steps: int) -> SmallSearch:
        """A search on the cluster, each trial in one thread, as on this machine."""
        where = ("--address", self.nodes.address, "--cpus", str(CPUS), "--gpus", "0")
        environment, storage = dict(self.nodes.environment), home / "storage"
        return SmallSearch(home, trials, steps, where, ("--gpus", "1"), environment, storage, self.faults)

    def training(self) -> list[int]:
        """Processes that train a trial now, on all nodes."""
        return [process for place in (0, *self.others) for process in self._training(place)]

    def lose(self, random: Random) -> None:
        """End all processes of a node at once, of one that trains if there is one."""
        training = [place for place in self.others if self._training(place)]
        lost = random.choice(training or self.others)
        self.others.remove(lost)
        self.nodes.kill(lost)

    def _training(self, place: int) -> list[int]:
        return [process for process in self.nodes.processes(place) if trains(process)]

    def complete(self) -> None:
        """Start as many nodes as were lost."""
        while len(self.others) < 2:
            self.others.append(self.nodes.start())


@contextmanager
def three_nodes() -> Iterator[ThreeNodes]:
    """Run the cluster, each of whose nodes pretends to have a GPU, for searches that ask for one."""
    with TemporaryDirectory(prefix="faults") as made:
        faults = Path(made) / "faults.json"
        with running_nodes(3, cpus=CPUS, gpus=1, variables=reading_faults(faults)) as nodes:
            yield ThreeNodes(nodes, [1, 2], faults)
