"""Whether the nodes of a cluster have what a trial needs: the code, the packages, access to the storage, the time.

The nodes import this module, so it does not import torch: that takes seconds, and Ray never gives a trial a process
that has run a task.
"""

import shutil
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import ray
from pyarrow import ArrowException, fs
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, masked_error

PACKAGES = ("torch", "torchvision", "safetensors", "numpy", "scikit-learn")
"""Packages on which a trial's results depend. Ray itself refuses nodes with another version of it."""

CLOCK_SECONDS = 60
"""Difference of clocks that is no reason to stop. Object stores refuse requests that are a quarter of an hour off."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108  # where Ray keeps its objects, not a temporary file of ours
SHARED_BYTES = 32 * 2**20
"""Space that a node must have left there. Ray's processes are killed when it is used up."""

_NODE_SECONDS = 300  # the first import from a shared folder is slow


def alive_nodes() -> list[dict[str, Any]]:
    """What Ray reports about each node that is alive."""
    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class NodeReport:
    """What a node says about itself.

    Attributes:
        versions: version of each of `PACKAGES`, or None without it.
        clock: its time, in seconds since 1970.
        shared_free: bytes left in its shared memory, or None if it has none.
        storage_problem: why a file in the storage cannot be seen from there, or "".
    """

    versions: dict[str, str | None]
    clock: float
    shared_free: int | None
    storage_problem: str

    def problem(self, versions: dict[str, str | None], begun: float, ended: float) -> str | None:
        """What is wrong with the node, and what to change; None if nothing is.

        Args:
            versions: versions of the packages of the search's own process.
            begun: time before the node was asked, in seconds since 1970.
            ended: time when its report had come.
        """
        missing = [name for name, found in self.versions.items() if found is None]
        if missing:
            return f"cannot run the search: it has no package {' and no '.join(missing)}"
        differing = {name: found for name, found in self.versions.items() if found != versions[name]}
        others = [f"{name} {found} (here: {versions[name]})" for name, found in differing.items()]
        if others:
            return f"has other packages: {', '.join(others)}; install the same requirements.lock on every node"
        behind, ahead = begun - self.clock, self.clock - ended
        if max(behind, ahead) > CLOCK_SECONDS:
            off = f"{behind:.0f} s behind" if behind > ahead else f"{ahead:.0f} s ahead of"
            return f"has a clock that is {off} this machine's; set both, for example with NTP"
        if self.shared_free is not None and self.shared_free < SHARED_BYTES:
            left = f"{self.shared_free // 2**20} MiB"
            return f"has {left} left in {SHARED_MEMORY}, where Ray keeps objects; free it, or give a container more"
        if self.storage_problem:
            return (
                f"does not reach --storage: {self.storage_problem}; give a folder that every node mounts, or an "
                "object store whose credentials every node has"
            )
        return None


def check_nodes(storage: Storage, nodes: list[dict[str, Any]]) -> None:
    """Write a file here and look for it from all nodes at once. This checks the code, the folder and the credentials.

    Args:
        storage: where trials write.
        nodes: nodes from `alive_nodes`. A node that dies during the check is skipped.

    Raises:
        InputError: if a node cannot run the search, or does not see the file.
    """
    mark, begun = storage.write_mark(), time.time()
    try:
        answers = [_look_from(node).remote(storage.filesystem, mark) for node in nodes]
        for node, answer in zip(nodes, answers, strict=True):
            where = f"node {node['NodeManagerAddress']} ({node['NodeManagerHostname']})"
            try:
                report: NodeReport = ray.get(answer, timeout=_NODE_SECONDS)
            except ray.exceptions.RayError as error:
                if node["NodeID"] not in {other["NodeID"] for other in alive_nodes()}:
                    continue
                raise InputError(f"{where} cannot run the search: {masked_error(error)}") from None
            problem = report.problem(_versions(), begun, time.time())
            if problem is not None:
                raise InputError(f"{where} {problem}")
    finally:
        storage.filesystem.delete_file(mark)


def _look_from(node: dict[str, Any]) -> Any:
    """`look` as a task for one node."""
    strategy = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
    return ray.remote(look).options(num_cpus=0, scheduling_strategy=strategy)


def look(filesystem: fs.FileSystem, path: str) -> NodeReport:
    """Check the node that this runs on. `path` is the file to look for."""
    return NodeReport(
        versions=_versions(),
        clock=time.time(),
        shared_free=shutil.disk_usage(SHARED_MEMORY).free if SHARED_MEMORY.is_dir() else None,
        storage_problem=_storage_problem(filesystem, path),
    )


def _versions() -> dict[str, str | None]:
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _storage_problem(filesystem: fs.FileSystem, path: str) -> str:
    try:
        found = filesystem.get_file_info(path).type != fs.FileType.NotFound
    except (OSError, ArrowException) as error:
        return masked_error(error)
    return "" if found else "a file that was written here is not there"
