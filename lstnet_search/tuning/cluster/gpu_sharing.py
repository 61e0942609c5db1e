"""How many trials share a GPU, decided from what a training uses when it has a GPU to itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

HEAD_ROOM = 1.25
"""Factor on the memory that the probe needed. Other settings may need more, and the allocator leaves gaps."""

PROCESS_BYTES = 2**30
"""Allowance for the memory that a process uses outside PyTorch's allocator: context, kernels and recorded steps."""

MAX_TRIALS = 8
"""Maximum number of trials that `auto` puts on a GPU."""

IGNORED_PAUSE_SECONDS = 5e-6
"""Longest pause of the GPU that counts as busy: kernels of a recorded step are about this far apart."""


@dataclass(frozen=True)
class GpuUse:
    """What a training uses when it has a GPU to itself.

    Attributes:
        peak_bytes: peak of its allocator over steps, evaluation and saving.
        beside_bytes: bytes in use outside the allocator, by the process's context and by other processes.
        gpu_bytes: memory of the GPU.
        busy: share of a step's time in which the GPU worked, in [0, 1].
    """

    peak_bytes: int
    beside_bytes: int
    gpu_bytes: int
    busy: float


def trials_per_gpu(use: GpuUse, cores: float) -> int:
    """How many trials share a GPU: as many as its time, its memory and the host's cores allow, at least one.

    Time: processes take turns on a GPU, so their busy times add up. n trials lose nothing while `n · busy <= 1`; one
    more would only slow all of them down (docs/speed.md). Memory: n times the probe's peak with head room, and n times
    what a process uses outside the allocator. Cores: an idle GPU waits for a host thread, so each trial needs a core of
    its own.

    Args:
        use: what a training uses when it has a GPU to itself.
        cores: number of the host's cores per GPU.
    """
    by_time = floor(1 / max(use.busy, 1 / MAX_TRIALS))
    by_memory = floor(use.gpu_bytes / (HEAD_ROOM * use.peak_bytes + max(use.beside_bytes, PROCESS_BYTES)))
    return max(1, min(MAX_TRIALS, by_time, by_memory, floor(cores)))


def memory_fraction(share: float, gpu_bytes: int) -> float:
    """The fraction of a GPU's memory that a trial's allocator may use, so that all trials that share the GPU fit.

    What the process uses outside the allocator is subtracted from the share, but at most half of the share.

    Args:
        share: the trial's share of the GPU, in (0, 1].
        gpu_bytes: memory of the GPU.
    """
    return max(share - PROCESS_BYTES / gpu_bytes, share / 2)


def busy_seconds(spans: Iterable[tuple[float, float]]) -> float:
    """The time in which a GPU was busy, from the starts and ends of its work in seconds.

    Overlapping work counts once. Pauses of at most `IGNORED_PAUSE_SECONDS` count as busy.
    """
    busy, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        if begin > until + IGNORED_PAUSE_SECONDS:
            busy += end - begin
            until = end
        elif end > until:
            busy += end - until
            until = end
    return busy
