"""Whether the nodes of a cluster have what a trial needs: the code, the packages, access to the storage.

The nodes import this module, so it does not import torch: that takes seconds, and Ray never gives a trial a process
that has run a task.
"""

from importlib.util import find_spec
from typing import Any

import ray
from pyarrow import ArrowException, fs
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, masked_error

PACKAGES = ("torch", "safetensors", "sklearn")
"""Packages that trials import and this module does not."""

_NODE_SECONDS = 300  # the first import from a shared folder is slow


def alive_nodes() -> list[dict[str, Any]]:
    """What Ray reports about each node that is alive."""
    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def check_nodes(storage: Storage, nodes: list[dict[str, Any]]) -> None:
    """Write a file here and look for it from all nodes at once. This checks the code, the folder and the credentials.

    Args:
        storage: where trials write.
        nodes: nodes from `alive_nodes`. A node that dies during the check is skipped.

    Raises:
        InputError: if a node cannot run the search, or does not see the file.
    """
    mark = storage.write_mark()
    try:
        answers = [_look_from(node).remote(storage.filesystem, mark) for node in nodes]
        for node, answer in zip(nodes, answers, strict=True):
            where = f"node {node['NodeManagerAddress']} ({node['NodeManagerHostname']})"
            try:
                missing, problem = ray.get(answer, timeout=_NODE_SECONDS)
            except ray.exceptions.RayError as error:
                if node["NodeID"] not in {other["NodeID"] for other in alive_nodes()}:
                    continue
                raise InputError(f"{where} cannot run the search: {masked_error(error)}") from None
            if missing:
                raise InputError(f"{where} cannot run the search: it has no package {' and no '.join(missing)}")
            if problem:
                raise InputError(
                    f"{where} does not reach --storage: {problem}; give a folder that every node mounts, or an "
                    "object store whose credentials every node has"
                )
    finally:
        storage.filesystem.delete_file(mark)


def _look_from(node: dict[str, Any]) -> Any:
    """`look` as a task for one node."""
    strategy = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
    return ray.remote(look).options(num_cpus=0, scheduling_strategy=strategy)


def look(filesystem: fs.FileSystem, path: str) -> tuple[list[str], str]:
    """Check the node that this runs on.

    Returns:
        Packages that are missing, and why a file cannot be seen from here, or "".
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    try:
        if filesystem.get_file_info(path).type == fs.FileType.NotFound:
            return missing, "a file that was written here is not there"
    except (OSError, ArrowException) as error:
        return missing, masked_error(error)
    return missing, ""
