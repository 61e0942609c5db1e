"""How many trials run side by side, and what each gets."""

from dataclasses import dataclass
from math import ceil

from lstnet_search.config import InputError


@dataclass(frozen=True)
class Machine:
    """CPUs and GPUs that Ray offers, simulated GPUs included."""

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
            return {"cpu": self.cpus / self.concurrent, "gpu": self.gpus / self.concurrent}
        return {"cpu": self.threads, "gpu": 0}

    @property
    def threads(self) -> int:
        """Threads of a trial; without GPUs threads · trials <= CPUs."""
        return max(1, self.cpus // self.concurrent)


def place(machine: Machine, cpus: int | None, gpus: int | None, trials: int) -> Placement:
    """Decide the placement: a GPU a trial where there are any, else a CPU a trial.

    Args:
        machine: what there is.
        cpus: to use at most; None for all.
        gpus: to use at most; None for all.
        trials: of the search: no more places than that are needed.

    Raises:
        InputError: if more is asked for than there is, or nothing.
    """
    _check("CPUs", "--cpus", cpus, 1, machine.cpus, "lower it")
    _check("GPUs", "--gpus", gpus, 0, machine.gpus, "lower it, or try placement out with --simulate-gpus")
    cpus = machine.cpus if cpus is None else cpus
    gpus = machine.gpus if gpus is None else gpus
    concurrent = min(trials, gpus or cpus)
    return Placement(cpus=cpus, gpus=min(gpus, concurrent), concurrent=concurrent)


def _check(kind: str, option: str, asked: int | None, least: int, there: int, hint: str) -> None:
    if asked is not None and asked < least:
        raise InputError(f"{option} {asked} must be at least {least}; raise it")
    if asked is not None and asked > there:
        raise InputError(f"{option} {asked} is more than the {there} {kind} that there are; {hint}")


def upper_bound_seconds(trials: int, seconds_per_trial: float, concurrent: int) -> float:
    """Time that a search takes if no trial is stopped early."""
    return ceil(trials / concurrent) * seconds_per_trial
