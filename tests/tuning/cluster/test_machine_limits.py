import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lstnet_search.tuning.cluster import cluster
from lstnet_search.tuning.cluster.machine_limits import MachineLimits, read_limits
from lstnet_search.tuning.run import Resources

GIB = 2**30
NO_LIMIT = str(2**63 - 4096)
"""What version 1 says where memory is not limited."""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Mapping[str, str]], MachineLimits]:
    """Makes a machine of 64 CPUs and 256 GiB with control groups, and reads its limits."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)))

    def read(groups: str, files: Mapping[str, str]) -> MachineLimits:
        made = {"proc/self/cgroup": groups, "proc/meminfo": f"MemTotal: {256 * GIB // 1024} kB\nMemFree: 7 kB\n"}
        for name, text in (made | {f"sys/fs/cgroup/{name}": text for name, text in files.items()}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return read_limits(tmp_path)

    return read


@pytest.mark.parametrize(
    ("groups", "files", "cpus", "gib"),
    [
        ("0::/\n", {}, 64, 256),
        ("0::/\n", {"cpu.max": "max 100000\n", "memory.max": "max\n"}, 64, 256),
        ("0::/\n", {"cpu.max": "200000 100000\n", "memory.max": f"{4 * GIB}\n"}, 2, 4),
        ("0::/\n", {"cpu.max": "250000 100000\n"}, 2, 256),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 1, 256),
        # The group of a service or of a Slurm step, and a tighter one around it.
        ("0::/a/b\n", {"a/b/cpu.max": "800000 100000", "a/cpu.max": "300000 100000", "a/memory.max": f"{GIB}"}, 3, 1),
        # A container that sees its own group as the top, but the name that it has outside.
        ("0::/docker/8f3a\n", {"cpu.max": "400000 100000", "memory.max": f"{8 * GIB}"}, 4, 8),
        ("0::/../other\n", {"cpu.max": "400000 100000"}, 4, 256),
        (
            "4:memory:/\n3:cpu,cpuacct:/\n",
            {
                "cpu/cpu.cfs_quota_us": "-1\n",
                "cpu/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": NO_LIMIT,
            },
            *(64, 256),
        ),
        (
            "4:memory:/docker/8f3a\n3:cpu,cpuacct:/docker/8f3a\n",
            {
                "cpu,cpuacct/docker/8f3a/cpu.cfs_quota_us": "200000\n",
                "cpu,cpuacct/docker/8f3a/cpu.cfs_period_us": "100000\n",
                "memory/docker/8f3a/memory.limit_in_bytes": f"{4 * GIB}\n",
                "memory/memory.limit_in_bytes": NO_LIMIT,
            },
            *(2, 4),
        ),
    ],
)
def test_control_groups_of_both_versions_limit_cpus_and_memory(
    machine: Callable[[str, Mapping[str, str]], MachineLimits],
    groups: str,
    files: Mapping[str, str],
    cpus: int,
    gib: int,
) -> None:
    assert machine(groups, files) == MachineLimits(cpus, gib * GIB, all_cpus=64, all_memory=256 * GIB)


def test_the_affinity_of_the_process_counts_too(
    machine: Callable[[str, Mapping[str, str]], MachineLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 4, 5})
    assert machine("0::/\n", {"cpu.max": "800000 100000"}).cpus == 3


def test_what_is_limited_is_said() -> None:
    assert MachineLimits(8, GIB, 8, GIB).sentence() is None
    assert MachineLimits(2, GIB, 8, GIB).sentence() == "this process may use 2 of 8 CPUs"
    both = MachineLimits(2, 4 * 10**9, 64, 256 * 10**9).sentence()
    assert both == "this process may use 2 of 64 CPUs and 4 GB of 256 GB of memory"


@pytest.mark.parametrize(
    ("cpus", "gigabytes", "asked", "concurrent", "lines"),
    [
        (2, 256, None, 2, []),
        (64, 8, None, 6, ["memory allows 6 trials side by side, assuming 1 GB each; --max-concurrent"]),
        (64, 8, 20, 20, []),
        (2, 2.5, None, 1, ["2.5 GB of memory may be too little: a search takes about 2 GB, and a trial 1 GB; free or"]),
    ],
)
def test_no_more_trials_are_placed_than_cpus_and_memory_are_enough_for(
    monkeypatch: pytest.MonkeyPatch, cpus: int, gigabytes: float, asked: int | None, concurrent: int, lines: list[str]
) -> None:
    limits = MachineLimits(cpus, int(gigabytes * 10**9), all_cpus=64, all_memory=256 * 10**9)
    monkeypatch.setattr(cluster, "read_limits", lambda: limits)
    placement = cluster.place_here(Resources(gpus=0, max_concurrent=asked), trials=64)
    assert (placement.concurrent, placement.cpus <= cpus) == (concurrent, True)
    said = list(placement.memory_lines)
    assert len(said) == len(lines)
    assert all(line.startswith(start) for line, start in zip(said, lines, strict=True))
