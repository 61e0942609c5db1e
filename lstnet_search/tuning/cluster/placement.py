"""How many trials run at once, and which resources each gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from lstnet_search.errors import InputError
from lstnet_search.results.formatting import size

TRIAL_BYTES = 10**9
"""Memory that a trial's process is assumed to need until one is measured. With the `cpu` preset: 0.9 to 1.3 GB."""

SEARCH_BYTES = 2 * 10**9
"""Memory of the search's own process and of Ray's."""


@dataclass(frozen=True)
class Machine:
    """What Ray offers on one node.

    Attributes:
        cpus: CPUs.
        gpus: GPUs, simulated ones included.
        memory: bytes that trials may use together, or None if unknown.
    """

    cpus: int
    gpus: int
    memory: int | None = None


@dataclass(frozen=True)
class Placement:
    """What a search uses.

    Attributes:
        cpus: CPUs of all trials together.
        gpus: GPUs of all trials together, simulated ones included.
        concurrent: number of trials at once.
        per_gpu: number of trials that share a GPU.
        memory: bytes that all trials together may use, or None if unknown.
    """

    cpus: int
    gpus: int
    concurrent: int
    per_gpu: int = 1
    memory: int | None = None

    @property
    def memory_lines(self) -> Iterator[str]:
        """Lines to print if there is little memory for the trials."""
        if self.memory is None:
            return
        if self.memory < TRIAL_BYTES:
            yield (
                f"{size(self.memory + SEARCH_BYTES)} of memory may be too little: a search takes about "
                f"{size(SEARCH_BYTES)}, and a trial {size(TRIAL_BYTES)}; free or allow more if processes are killed"
            )
        elif self.concurrent == self.memory // TRIAL_BYTES < self.cpus:
            yield (
                f"memory allows {self.concurrent} trials side by side, assuming "
                f"{size(TRIAL_BYTES)} each; --max-concurrent overrides this"
            )

    def memory_warning(self, trial_bytes: int) -> str | None:
        """A warning if the trials that run at once need more memory than there is, from what one needs; or None."""
        if self.memory is None or self.concurrent * trial_bytes <= self.memory:
            return None
        fitting = self.memory // trial_bytes
        way_out = f"--max-concurrent {fitting} fits" if fitting else "even one does not fit: free or allow more"
        needed = size(self.concurrent * trial_bytes)
        return f"{self.concurrent} trials side by side need {needed} of the {size(self.memory)} for trials; {way_out}"

    @property
    def resources(self) -> dict[str, float]:
        """A trial's resources by Ray Tune's names ("cpu", "gpu"): a GPU or a share of one, or whole CPUs."""
        if self.gpus:
            # Rounded down to Ray's four decimals: rounded up, the last trial would not fit.
            return {"cpu": floor(1e4 * self.cpus / self.concurrent) / 1e4, "gpu": floor(1e4 / self.per_gpu) / 1e4}
        return {"cpu": self.threads, "gpu": 0}

    @property
    def threads(self) -> int:
        """Threads of a trial. Without GPUs, threads · trials <= CPUs."""
        return max(1, self.cpus // self.concurrent)


def decide_placement(
    nodes: Sequence[Machine],
    cpus: int | None,
    gpus: int | None,
    trials: int,
    max_concurrent: int | None = None,
    per_gpu: int = 1,
) -> Placement:
    """Decide the placement: a GPU per trial if there are GPUs, otherwise a CPU per trial.

    A trial runs on one node. It gets as many CPUs as it can without keeping other concurrent trials from fitting. No
    more trials share a GPU than necessary. Without `max_concurrent`, no more run at once than fit into the memory.

    Args:
        nodes: the nodes of the cluster.
        cpus: maximum number of CPUs, or None for all.
        gpus: maximum number of GPUs, or None for all.
        trials: number of trials of the search. No more run at once.
        max_concurrent: maximum number of trials at once, or None for as many as fit.
        per_gpu: number of trials that may share a GPU.

    Raises:
        InputError: if the options ask for more than there is, or for nothing.
    """
    _check("CPUs", "--cpus", cpus, 1, sum(node.cpus for node in nodes), "lower it")
    simulate = "lower it, or try placement out with --simulate-gpus"
    _check("GPUs", "--gpus", gpus, 0, sum(node.gpus for node in nodes), simulate)
    if max_concurrent is not None and max_concurrent < 1:
        raise InputError(f"--max-concurrent {max_concurrent} must be at least 1; raise it or leave it out")
    cpus = sum(node.cpus for node in nodes) if cpus is None else cpus
    gpus = sum(node.gpus for node in nodes) if gpus is None else gpus
    if not cpus and not gpus:
        raise InputError("the cluster has no CPU and no GPU; add a node that has one")
    if per_gpu > 1 and not gpus:
        raise InputError(
            f"--gpus-per-trial shares a GPU among {per_gpu} trials, but there is no GPU to use; leave it out, "
            "or try placement out with --simulate-gpus"
        )
    memory = _total_memory(nodes)
    concurrent = min(trials, gpus * per_gpu or cpus, max_concurrent or _trials_in_memory(memory) or trials)
    if gpus:
        per_gpu = ceil(concurrent / gpus)
    fitting = next(
        count
        for count in range(cpus, -1, -1)
        if _capacity(nodes, count, concurrent, per_gpu if gpus else 0) >= concurrent
    )
    return Placement(cpus=fitting, gpus=min(gpus, concurrent), concurrent=concurrent, per_gpu=per_gpu, memory=memory)


def _total_memory(nodes: Sequence[Machine]) -> int | None:
    known = [node.memory for node in nodes if node.memory is not None]
    return sum(known) if len(known) == len(nodes) else None


def _trials_in_memory(memory: int | None) -> int | None:
    """Number of trials for which the memory is enough, at least 1, or None if it is unknown."""
    return None if memory is None else max(1, memory // TRIAL_BYTES)


def _capacity(nodes: Sequence[Machine], cpus: int, concurrent: int, per_gpu: int) -> int:
    """How many trials fit on the nodes if `concurrent` trials share the CPUs. Without GPUs, `per_gpu` is 0."""
    if per_gpu:
        return sum(
            min(node.gpus * per_gpu, node.cpus * concurrent // cpus) if cpus else node.gpus * per_gpu for node in nodes
        )
    threads = cpus // concurrent
    return sum(node.cpus // threads for node in nodes) if threads else 0


def _check(kind: str, option: str, value: int | None, minimum: int, available: int, hint: str) -> None:
    if value is not None and value < minimum:
        raise InputError(f"{option} {value} must be at least {minimum}; raise it")
    if value is not None and value > available:
        raise InputError(f"{option} {value} is more than the {available} {kind} available; {hint}")


def upper_bound_seconds(trials: int, seconds_per_trial: float, concurrent: int) -> float:
    """How long a search takes if no trial is stopped early."""
    return ceil(trials / concurrent) * seconds_per_trial
