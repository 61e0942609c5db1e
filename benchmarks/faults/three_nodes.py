"""A cluster of three nodes that loses one, and gets another in its place."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from processes import title_of

from faults.sitting import ROOT
from faults.small_search import SmallSearch

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
    """

    nodes: Nodes
    others: list[int]

    def search(self, home: Path, trials: int, steps: int) -> SmallSearch:
        """A search on the cluster, each trial in one thread, as on this machine."""
        where = ("--address", self.nodes.address, "--storage", str(home / "storage"), "--cpus", str(CPUS))
        return SmallSearch(home, trials, steps, where, dict(self.nodes.environment))

    def lose(self, random: Random) -> None:
        """End all processes of a node at once, of one that trains if there is one."""
        training = [place for place in self.others if self._trains(place)]
        lost = random.choice(training or self.others)
        self.others.remove(lost)
        self.nodes.kill(lost)

    def _trains(self, place: int) -> bool:
        return any("Trainable" in title_of(process) for process in self.nodes._processes(place))

    def complete(self) -> None:
        """Start as many nodes as were lost."""
        while len(self.others) < 2:
            self.others.append(self.nodes.start())


@contextmanager
def three_nodes() -> Iterator[ThreeNodes]:
    """Run the cluster."""
    with running_nodes(3, cpus=CPUS) as nodes:
        yield ThreeNodes(nodes, [1, 2])
