"""Whether the nodes of a cluster have what a trial needs: the code, the packages, the way to the storage.

A process of Ray's that has run a task runs no trial later, and to import torch takes seconds: so this module, which the
nodes import, does without it.
"""

from importlib.util import find_spec
from typing import Any

import ray
from pyarrow import ArrowException, fs
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, sentence

PACKAGES = ("torch", "safetensors", "sklearn")
"""That trials import and this module does not."""

_NODE_SECONDS = 300  # a first import from a shared folder is slow


def living_nodes() -> list[dict[str, Any]]:
    """What Ray says of each node that is alive."""
    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def check_reach(storage: Storage, nodes: list[dict[str, Any]]) -> None:
    """Look from all nodes at once for a file written here: whether the code, the folder and the keys are there.

    Args:
        storage: that trials write to.
        nodes: as `living_nodes` gives them; one that dies meanwhile is passed over.

    Raises:
        InputError: if one of them cannot run the search, or does not see the file.
    """
    mark = storage.write_mark()
    try:
        answers = [_from(node).remote(storage.filesystem, mark) for node in nodes]
        for node, answer in zip(nodes, answers, strict=True):
            where = f"node {node['NodeManagerAddress']} ({node['NodeManagerHostname']})"
            try:
                lacking, trouble = ray.get(answer, timeout=_NODE_SECONDS)
            except ray.exceptions.RayError as error:
                if node["NodeID"] not in {other["NodeID"] for other in living_nodes()}:  # it has died meanwhile
                    continue
                raise InputError(f"{where} cannot run the search: {sentence(error)}") from None
            if lacking:
                raise InputError(f"{where} cannot run the search: it has no package {' and no '.join(lacking)}")
            if trouble:
                raise InputError(
                    f"{where} does not reach --storage: {trouble}; give a folder that every node mounts, or an "
                    "object store whose credentials every node has"
                )
    finally:
        storage.filesystem.delete_file(mark)


def _from(node: dict[str, Any]) -> Any:
    """`look` on a node, as Ray calls it."""
    there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
    return ray.remote(look).options(num_cpus=0, scheduling_strategy=there)


def look(filesystem: fs.FileSystem, path: str) -> tuple[list[str], str]:
    """What a node has to say.

    Returns:
        Packages that are missing here; why a file cannot be seen from here, empty where it can.
    """
    lacking = [name for name in PACKAGES if find_spec(name) is None]
    try:
        if filesystem.get_file_info(path).type == fs.FileType.NotFound:
            return lacking, "it shows other content there than here"
    except (OSError, ArrowException) as error:
        return lacking, sentence(error)
    return lacking, ""
