"""A cluster of three nodes that loses nodes and gets new ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from nodes import Nodes, running_nodes
from processes import is_trial

from faults.small_search import SmallSearch, injection_variables

CPUS = 2
"""CPUs per node and per search. One node is enough for both concurrent trials, even if two nodes are lost."""


@dataclass
class ThreeNodes:
    """The head, which is never lost, and two other nodes.

    Attributes:
        nodes: the nodes of the cluster.
        others: indices of the running nodes other than the head.
        faults: file of the faults in steps of trials.
    """

    nodes: Nodes
    others: list[int]
    faults: Path

    def search(self, home: Path, trials: int, steps: int) -> SmallSearch:
        """A search on the cluster, each trial in one thread, as on a single machine."""
        options = ("--address", self.nodes.address, "--cpus", str(CPUS), "--gpus", "0")
        environment, storage = dict(self.nodes.environment), home / "storage"
        return SmallSearch(home, trials, steps, options, ("--gpus", "1"), environment, storage, self.faults)

    def trial_processes(self) -> list[int]:
        """The processes of trials on all nodes."""
        return [process for index in (0, *self.others) for process in self._trial_processes(index)]

    def lose_node(self, random: Random) -> None:
        """Kill all processes of a node at once. A node that runs a trial is preferred."""
        candidates = [index for index in self.others if self._trial_processes(index)]
        lost = random.choice(candidates or self.others)
        self.others.remove(lost)
        self.nodes.kill(lost)

    def _trial_processes(self, index: int) -> list[int]:
        return [process for process in self.nodes.processes(index) if is_trial(process)]

    def replace_lost_nodes(self) -> None:
        """Start as many nodes as were lost."""
        while len(self.others) < 2:
            self.others.append(self.nodes.start())


@contextmanager
def three_nodes() -> Iterator[ThreeNodes]:
    """Run the cluster. Each node pretends to have a GPU, for searches that ask for one."""
    with TemporaryDirectory(prefix="faults") as folder:
        faults = Path(folder) / "faults.json"
        with running_nodes(3, cpus=CPUS, gpus=1, variables=injection_variables(faults)) as nodes:
            yield ThreeNodes(nodes, [1, 2], faults)
