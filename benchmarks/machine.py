"""What a benchmark runs on: cores, a device, and the best that they can do."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import torch

MEBI = 2**20


def pin(threads: int) -> None:
    """Keep this process, and those that it starts, on some cores, with a thread on each."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < threads:
        raise SystemExit(f"--threads {threads} is more than the {len(cores)} cores there are")
    os.sched_setaffinity(0, cores[:threads])
    torch.set_num_threads(threads)


def the_device() -> torch.device:
    """CUDA where there is any, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Memory:
    """Of a process, MiB: what is resident, and what of it no other process shares."""

    resident: float
    unique: float


def memory(process: int | str = "self") -> Memory:
    """The memory of a process of this machine."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kib["Rss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024)


def resident() -> float:
    """What is resident of this process, MiB, asked for at next to no cost: see proc(5)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MEBI


def timed(take: Callable[[], object], times: int, device: torch.device) -> float:
    """Mean seconds of some calls, all work on the device included."""
    begun = time.perf_counter()
    for _ in range(times):
        take()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return (time.perf_counter() - begun) / times


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """Arithmetic operations a second of a large matrix product, the best of several."""
    size = 8192 if device.type == "cuda" else 2048
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = min(timed(lambda: left @ right, 3, device) for _ in range(5))
    return float(2 * size**3 / best)


class Apart:
    """Something that is done again and again in a process of its own, whose settings nothing else feels."""

    def __init__(self, build: Callable[[], Callable[[], object]]) -> None:
        """Start the process.

        Args:
            build: makes what is to be done; can be sent to another process.
        """
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(build, torch.get_num_threads(), theirs))
        self._process.start()
        theirs.close()

    def begin(self, times: int) -> None:
        """Do it some times, without waiting."""
        self._connection.send(times)

    def finish(self) -> float:
        """Wait for what was begun: mean seconds."""
        return float(self._connection.recv())

    def seconds(self, times: int) -> float:
        """Do it some times: mean seconds."""
        self.begin(times)
        return self.finish()

    def end(self) -> float:
        """Stop the process; its peak memory since it was built, MiB (of the device where that is a GPU)."""
        self._connection.send(0)
        peak = float(self._connection.recv())
        self._process.join()
        return peak

    def kill(self) -> None:
        """Stop the process, whatever it does."""
        self._process.kill()


def _serve(build: Callable[[], Callable[[], object]], threads: int, connection: Connection) -> None:
    torch.set_num_threads(threads)
    device = the_device()
    take = build()
    _forget_peak(device)
    while times := connection.recv():
        connection.send(timed(take, times, device))
    connection.send(_peak(device))


def _forget_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        Path("/proc/self/clear_refs").write_text("5")  # see proc(5)


def _peak(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / MEBI
    status = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


@contextmanager
def all_apart(builds: list[Callable[[], Callable[[], object]]]) -> Iterator[list[Apart]]:
    """A process for each; those still running at the end are killed."""
    apart = [Apart(build) for build in builds]
    try:
        yield apart
    finally:
        for each in apart:
            each.kill()
