"""How many trials share a GPU, decided from what one training does on it alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

HEAD_ROOM = 1.25
"""Memory of a trial over what the probe needed: other settings, and what allocators lose between their blocks."""

BESIDE = 2**30
"""Bytes that a process takes beside PyTorch's allocator at least: context, kernels and recorded steps. An allowance."""

MOST = 8
"""Trials that `auto` puts on a GPU at most."""

BRIDGED_SECONDS = 5e-6
"""A pause of the GPU that nobody else could use: kernels of a recorded step follow each other so."""


@dataclass(frozen=True)
class GpuUse:
    """What a training alone on a GPU takes of it.

    Attributes:
        peak_bytes: that its allocator held at most, steps, evaluation and saving included.
        beside_bytes: in use beside: the process's context, and whatever other processes hold.
        gpu_bytes: of the GPU.
        busy: share of a step's time in which the GPU worked, in [0, 1].
    """

    peak_bytes: int
    beside_bytes: int
    gpu_bytes: int
    busy: float


def trials_per_gpu(use: GpuUse, cores: float) -> int:
    """How many trials share a GPU: as many as its time, its memory and the host's cores carry, at least one.

    Time: processes take turns on a GPU, their kernels do not run at once, so the times for which each
    keeps it busy add up. Side by side they lose nothing while `n · busy <= 1`; a trial more would
    only make all of them slower, as two that keep it busy throughout did (docs/speed.md). Memory: what the
    probe held, with head room, and what a process takes beside, n times. Cores: while the GPU is idle it
    waits for a host thread, and a trial without a core of its own has none to wait for.

    Args:
        use: of one training on a GPU of its own.
        cores: of the host, for each GPU.
    """
    by_time = floor(1 / max(use.busy, 1 / MOST))
    by_memory = floor(use.gpu_bytes / (HEAD_ROOM * use.peak_bytes + max(use.beside_bytes, BESIDE)))
    return max(1, min(MOST, by_time, by_memory, floor(cores)))


def memory_fraction(share: float, gpu_bytes: int) -> float:
    """The fraction of a GPU's memory that a trial's allocator may hold, so that all that share it fit.

    What the process takes beside the allocator comes out of the share; on a small GPU at most half of it.

    Args:
        share: of the GPU that the trial has, in (0, 1].
        gpu_bytes: of the GPU.
    """
    return max(share - BESIDE / gpu_bytes, share / 2)


def busy_seconds(spans: Iterable[tuple[float, float]]) -> float:
    """The time in which a GPU was of no use to others, from the beginnings and ends of its work in seconds.

    Work that overlaps counts once, and so do pauses of at most `BRIDGED_SECONDS`.
    """
    busy, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        if begin > until + BRIDGED_SECONDS:
            busy += end - begin
            until = end
        elif end > until:
            busy += end - until
            until = end
    return busy
