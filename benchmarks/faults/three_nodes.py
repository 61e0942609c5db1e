"""A cluster of three nodes that loses one, and gets another in its place."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from faults.sitting import ROOT

sys.path.append(str(ROOT / "tests"))
from nodes import Nodes, running_nodes  # which tests have for themselves

CPUS = 2
"""Of a node: room for the trials of one that is lost."""


@dataclass
class ThreeNodes:
    """The head, which stays, and two others.

    Attributes:
        nodes: of the cluster.
        others: that run beside the head.
    """

    nodes: Nodes
    others: list[int]

    def lose(self, random: Random) -> None:
        """End all processes of a node at once."""
        lost = random.choice(self.others)
        self.others.remove(lost)
        self.nodes.kill(lost)

    def complete(self) -> None:
        """Start as many nodes as were lost."""
        while len(self.others) < 2:
            self.others.append(self.nodes.start())


@contextmanager
def three_nodes() -> Iterator[ThreeNodes]:
    """Run the cluster."""
    with running_nodes(3, cpus=CPUS) as nodes:
        yield ThreeNodes(nodes, [1, 2])
