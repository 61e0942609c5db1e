"""What a benchmark runs on: cores, device, memory, peak speed, and worker processes."""

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
    """Pin this process and those that it starts to a number of cores, one torch thread per core."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < threads:
        raise SystemExit(f"--threads {threads} must be at most {len(cores)}, the number of cores")
    os.sched_setaffinity(0, cores[:threads])
    torch.set_num_threads(threads)


def the_device() -> torch.device:
    """CUDA if there is any, otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def synchronize(device: torch.device) -> None:
    """Wait until all work on the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@dataclass(frozen=True)
class Memory:
    """Memory of a process in MiB: resident, and the part of it that no other process shares."""

    resident: float
    unique: float


def memory(process: int | str = "self") -> Memory:
    """The memory of a process on this machine."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kib["Rss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024)


def resident() -> float:
    """Resident memory of this process in MiB. The call costs next to nothing; see proc(5)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MEBI


Clock = Callable[[], float]
"""`time.perf_counter`, or `time.process_time`, which depends less on other load on the machine."""


def mean_seconds(
    call: Callable[[], object], times: int, device: torch.device, clock: Clock = time.perf_counter
) -> float:
    """Mean seconds of a number of calls, including all work on the device."""
    start = clock()
    for _ in range(times):
        call()
    synchronize(device)
    return (clock() - start) / times


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """Arithmetic operations per second of a large matrix product, the best of five measurements."""
    size = 8192 if device.type == "cuda" else 2048
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = min(mean_seconds(lambda: left @ right, 3, device) for _ in range(5))
    return float(2 * size**3 / best)


class Worker:
    """A process that repeats a call. Its settings affect nothing else."""

    def __init__(self, build: Callable[[], Callable[[], object]], clock: Clock) -> None:
        """Start the process.

        Args:
            build: returns the call; must be picklable.
            clock: measures the seconds.
        """
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(build, torch.get_num_threads(), theirs, clock))
        self._process.start()
        theirs.close()

    def begin(self, times: int) -> None:
        """Start a number of calls, without waiting."""
        self._connection.send(times)

    def finish(self) -> float:
        """Wait for the calls that `begin` started, and return their mean seconds."""
        return float(self._connection.recv())

    def seconds(self, times: int) -> float:
        """Do a number of calls, and return their mean seconds."""
        self.begin(times)
        return self.finish()

    def end(self) -> float:
        """Stop the process, and return its peak memory since the build in MiB (GPU memory if it uses a GPU)."""
        self._connection.send(0)
        peak = float(self._connection.recv())
        self._process.join()
        return peak

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()


def _serve(build: Callable[[], Callable[[], object]], threads: int, connection: Connection, clock: Clock) -> None:
    torch.set_num_threads(threads)
    device = the_device()
    call = build()
    _reset_peak_memory(device)
    while times := connection.recv():
        connection.send(mean_seconds(call, times, device, clock))
    connection.send(_peak_memory(device))


def _reset_peak_memory(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        Path("/proc/self/clear_refs").write_text("5")  # see proc(5)


def _peak_memory(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / MEBI
    status = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


@contextmanager
def workers(
    builds: list[Callable[[], Callable[[], object]]], clock: Clock = time.perf_counter
) -> Iterator[list[Worker]]:
    """One worker per call. Those that still run at the end are killed."""
    started = [Worker(build, clock) for build in builds]
    try:
        yield started
    finally:
        for worker in started:
            worker.kill()
