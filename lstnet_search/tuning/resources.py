"""How many trials run side by side, and what each gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from lstnet_search.config import InputError


@dataclass(frozen=True)
class Machine:
    """CPUs and GPUs that Ray offers on one node, simulated GPUs included."""

    cpus: int
    gpus: int


@dataclass(frozen=True)
class Placement:
    """What a search uses.

    Attributes:
        cpus: of all trials together.
        gpus: of all trials together, simulated ones included.
        concurrent: trials at once.
    """

    cpus: int
    gpus: int
    concurrent: int

    @property
    def resources(self) -> dict[str, float]:
        """What a trial gets, as Ray Tune wants it: a GPU each, or whole CPUs."""
        if self.gpus:
            # Ray rounds to four decimals: rounded up, the last trial would find no place.
            return {"cpu": floor(1e4 * self.cpus / self.concurrent) / 1e4, "gpu": self.gpus / self.concurrent}
        return {"cpu": self.threads, "gpu": 0}

    @property
    def threads(self) -> int:
        """Threads of a trial; without GPUs threads · trials <= CPUs."""
        return max(1, self.cpus // self.concurrent)


def place(
    nodes: Sequence[Machine],
    cpus: int | None,
    gpus: int | None,
    trials: int,
    max_concurrent: int | None = None,
) -> Placement:
    """Decide the placement: a GPU a trial where there are any, else a CPU a trial.

    A trial runs on one node, so it gets no more CPUs than let all that run at once find a place.

    Args:
        nodes: what there is.
        cpus: to use at most; None for all.
        gpus: to use at most; None for all.
        trials: of the search: no more places than that are needed.
        max_concurrent: trials at once at most; None for no bound.

    Raises:
        InputError: if more is asked for than there is, or nothing.
    """
    _check("CPUs", "--cpus", cpus, 1, sum(node.cpus for node in nodes), "lower it")
    simulate = "lower it, or try placement out with --simulate-gpus"
    _check("GPUs", "--gpus", gpus, 0, sum(node.gpus for node in nodes), simulate)
    if max_concurrent is not None and max_concurrent < 1:
        raise InputError(f"--max-concurrent {max_concurrent} must be at least 1; raise it or leave it out")
    cpus = sum(node.cpus for node in nodes) if cpus is None else cpus
    gpus = sum(node.gpus for node in nodes) if gpus is None else gpus
    if not cpus and not gpus:
        raise InputError("the cluster has no CPU and no GPU to give; add a node that has")
    concurrent = min(trials, gpus or cpus, max_concurrent or trials)
    fitting = next(
        count for count in range(cpus, -1, -1) if _places(nodes, count, concurrent, bool(gpus)) >= concurrent
    )
    return Placement(cpus=fitting, gpus=min(gpus, concurrent), concurrent=concurrent)


def _places(nodes: Sequence[Machine], cpus: int, concurrent: int, on_gpus: bool) -> int:
    """Trials that the nodes have room for, if so many at once share these CPUs and each has a GPU."""
    if on_gpus:
        return sum(min(node.gpus, node.cpus * concurrent // cpus) if cpus else node.gpus for node in nodes)
    threads = cpus // concurrent
    return sum(node.cpus // threads for node in nodes) if threads else 0


def _check(kind: str, option: str, asked: int | None, least: int, there: int, hint: str) -> None:
    if asked is not None and asked < least:
        raise InputError(f"{option} {asked} must be at least {least}; raise it")
    if asked is not None and asked > there:
        raise InputError(f"{option} {asked} is more than the {there} {kind} that there are; {hint}")


def upper_bound_seconds(trials: int, seconds_per_trial: float, concurrent: int) -> float:
    """Time that a search takes if no trial is stopped early."""
    return ceil(trials / concurrent) * seconds_per_trial
