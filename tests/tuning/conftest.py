"""One running cluster for all tests of a process that need a cluster, but not its start."""

import os
from collections.abc import Iterator

import pytest
from nodes import FREQUENT_METRICS, Nodes, running_nodes

from lstnet_search.tuning.cluster.auth_token import ensure_private_token
from lstnet_search.tuning.cluster.cluster import running_cluster
from lstnet_search.tuning.run import Resources


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[Nodes]:
    """A cluster of one node with two CPUs."""
    ensure_private_token(os.environ)
    # W&B writes in a process of the cluster, which does not have the variables of a search that joins it.
    variables = FREQUENT_METRICS | {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    with running_nodes(1, cpus=2, variables=variables, own_token=False) as nodes:
        yield nodes


@pytest.fixture(scope="session")
def address(shared_cluster: Nodes) -> str:
    """Address of the shared cluster."""
    return shared_cluster.address


@pytest.fixture(scope="module")
def driver(address: str) -> Iterator[None]:
    """This process as a driver of the shared cluster."""
    with running_cluster(Resources(address=address), 1, None):
        yield
