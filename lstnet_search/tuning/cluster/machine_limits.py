"""CPUs and memory that this process may use, which control groups may limit below what the machine has."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lstnet_search.results.formatting import size

_HIERARCHIES = ("", "unified", "cpu", "cpu,cpuacct", "memory")
"""Folders below `sys/fs/cgroup`: version 2 alone or beside version 1, and the controllers of version 1."""


@dataclass(frozen=True)
class MachineLimits:
    """What this process may use, and what the machine has.

    Attributes:
        cpus: whole CPUs that this process may use, at least 1. Of a quota of 2.5 CPUs, 2 count.
        memory: bytes that this process and its children may use together.
        all_cpus: CPUs of the machine.
        all_memory: bytes of memory of the machine.
    """

    cpus: int
    memory: int
    all_cpus: int
    all_memory: int

    def sentence(self) -> str | None:
        """What is limited, or None if this process may use the whole machine."""
        limited = []
        if self.cpus < self.all_cpus:
            limited.append(f"{self.cpus} of {self.all_cpus} CPUs")
        if self.memory < self.all_memory:
            limited.append(f"{size(self.memory)} of {size(self.all_memory)} of memory")
        return f"this process may use {' and '.join(limited)}" if limited else None


def read_limits(root: Path = Path("/")) -> MachineLimits:
    """Read what this process may use.

    Args:
        root: folder that has `proc` and `sys`.
    """
    all_cpus = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0))
    folders = list(_groups(root))
    quotas = [quota for quota in map(_cpu_quota, folders) if quota is not None]
    all_memory = _machine_memory(root)
    memories = [limit for limit in map(_memory_limit, folders) if limit is not None]
    return MachineLimits(
        cpus=max(1, min([allowed, *map(int, quotas)])),
        memory=min([all_memory, *memories]),
        all_cpus=max(all_cpus, allowed),
        all_memory=all_memory,
    )


def _groups(root: Path) -> Iterator[Path]:
    """Folders of this process's control groups and of all groups around them. Every one of them limits it."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return
    inside = {line.split(":", 2)[2].strip("/") for line in lines}
    for name in _HIERARCHIES:
        top = root / "sys/fs/cgroup" / name
        yield top  # in a container, which may not see the groups around it, these are its own limits
        for path in inside - {""}:
            parts = Path(path).parts
            yield from (top.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1) if ".." not in parts)


def _cpu_quota(group: Path) -> float | None:
    """CPUs that a group may use, or None without a quota. Version 2 has one file, version 1 has two."""
    with suppress(OSError, ValueError):  # "max" and a missing file: no quota
        quota, period = (group / "cpu.max").read_text().split()
        return int(quota) / int(period)
    with suppress(OSError, ValueError):
        quota_us = int((group / "cpu.cfs_quota_us").read_text())
        if quota_us > 0:  # -1: no quota
            return quota_us / int((group / "cpu.cfs_period_us").read_text())
    return None


def _memory_limit(group: Path) -> int | None:
    """Bytes that a group may use, or None without a limit. Version 1 writes a huge number if there is no limit."""
    for name in ("memory.max", "memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # as above
            return int((group / name).read_text())
    return None


def _machine_memory(root: Path) -> int:
    """Bytes of memory of the machine."""
    with suppress(OSError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
