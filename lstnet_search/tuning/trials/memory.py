"""Peak memory of a trial."""

import resource
from contextlib import suppress
from pathlib import Path

import torch

_MIB = 2**20


def reset_peak_memory(device: torch.device) -> None:
    """Reset the peak, so that a reused process does not report the peak of an earlier trial."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    with suppress(OSError):  # not Linux, or not allowed: then the peak counts from the process's start
        Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM: see proc(5)


def peak_memory_mb(device: torch.device) -> float:
    """Peak of the device's memory in MiB. On a CPU it is the process's peak, with Ray and libraries."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / _MIB
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
