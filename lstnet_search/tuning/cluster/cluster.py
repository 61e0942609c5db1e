"""Starting Ray, or joining a cluster that runs, quietly, and asking it what there is."""

import json
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
import torch
from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._private.services import canonicalize_bootstrap_address
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled

import lstnet_search
from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, sentence
from lstnet_search.tuning.cluster.auth_token import keep_token_private
from lstnet_search.tuning.cluster.node_check import check_reach, living_nodes
from lstnet_search.tuning.cluster.placement import Machine, Placement, place
from lstnet_search.tuning.failures.trial_failure import hush_failures

_QUIET = {
    "RAY_AIR_NEW_OUTPUT": "0",  # which prints boxes even when it is to print nothing
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # the results folder has what they would write
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a failed trial's last result has no metric
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # signals are ours, see stopping.py
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

_TOLD_TO_WORKERS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION")
"""Where an object store is. Not its keys: a runtime environment can be read on the dashboard."""

_ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Wanted:
    """What is asked of a cluster; None for all that there is.

    Attributes:
        trials: more places than that are not needed.
        simulated_gpus: in place of this machine's.
        per_gpu: trials that may share a GPU.
    """

    cpus: int | None
    gpus: int | None
    trials: int
    max_concurrent: int | None = None
    simulated_gpus: int | None = None
    per_gpu: int = 1

    def placed(self, nodes: list[Machine]) -> Placement:
        """The placement on nodes.

        Raises:
            InputError: as `place`.
        """
        return place(nodes, self.cpus, self.gpus, self.trials, self.max_concurrent, self.per_gpu)

    def placed_here(self) -> Placement:
        """The placement on this machine, with simulated GPUs in place of real ones where they are asked for.

        Raises:
            InputError: as `place`.
        """
        gpus = torch.cuda.device_count() if self.simulated_gpus is None else self.simulated_gpus
        return self.placed([Machine(cpus=len(os.sched_getaffinity(0)), gpus=gpus)])


def address_of(asked: str | None) -> str | None:
    """The address of a cluster to join, from an option or, as Ray does, from RAY_ADDRESS; None to start one.

    Ray sets RAY_ADDRESS where it runs a job that was submitted to it.

    Raises:
        InputError: if it is neither `auto` nor HOST:PORT.
    """
    address = asked or os.environ.get("RAY_ADDRESS") or "local"
    if address == "local":
        return None
    if address != "auto" and not re.fullmatch(r"[^/\s:]+:\d{1,5}", address):
        name = "--address" if asked else "RAY_ADDRESS"
        raise InputError(f"{name} {address} must be auto or HOST:PORT; from outside a cluster, use `ray job submit`")
    return address


@contextmanager
def cluster(address: str | None, wanted: Wanted, storage: Storage | None) -> Iterator[tuple[Placement, str | None]]:
    """Run Ray on this machine, or join a cluster that runs, and see that a search can use it.

    Args:
        address: of the cluster to join, as `address_of` gives it; None to start one.
        wanted: what the search asks for.
        storage: that every node is to reach; None for a folder of this machine.

    Yields:
        The placement; the dashboard's host and port, nothing where there is none.

    Raises:
        InputError: if there is less than is asked for, or the cluster or its way to the storage is not usable.
    """
    if address is None:
        placement = wanted.placed_here()
        with local_cluster(placement) as dashboard:
            if storage is not None:
                check_reach(storage, [])
            yield placement, dashboard
        return
    if wanted.simulated_gpus is not None:
        raise InputError("--simulate-gpus is for a cluster of this machine; leave it or --address out")
    with _joined(address, _environment(storage)) as dashboard:
        nodes = living_nodes()
        if len(nodes) > 1 and storage is None:
            raise InputError(
                f"the cluster has {len(nodes)} nodes, which need a place for checkpoints that all reach; "
                "give --storage a folder that all of them mount, or s3://BUCKET/FOLDER"
            )
        placement = wanted.placed(machines())
        if storage is not None:
            check_reach(storage, nodes)
            placement = wanted.placed(machines())  # a node that had died is known to have only now
        yield placement, dashboard


@contextmanager
def local_cluster(placement: Placement) -> Iterator[str | None]:
    """Run Ray on this machine, its dashboard on the loopback interface, its token for this user alone.

    Args:
        placement: whose CPUs and GPUs Ray offers.

    Yields:
        The dashboard's host and port; nothing where it could not be started.
    """
    _hush()
    keep_token_private(os.environ)
    context = ray.init(
        address="local",
        num_cpus=placement.cpus,
        num_gpus=placement.gpus,
        include_dashboard=None,  # if it can be: True raises where a package is missing
        dashboard_host="127.0.0.1",
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    try:
        yield context.dashboard_url
    finally:
        ray.shutdown()


def machines() -> list[Machine]:
    """The nodes of the cluster that is joined, or was started."""
    return [_machine(node) for node in living_nodes()]


def gpus_of(address: str) -> int:
    """GPUs of a cluster that runs.

    Raises:
        InputError: if it cannot be joined.
    """
    with _joined(address, {}):
        return sum(machine.gpus for machine in machines())


def refuse_lost(folder: Path) -> None:
    """Refuse a folder that Ray deletes when the job that we run in has ended.

    Raises:
        InputError: if it lies in the job's copy of the working directory.
    """
    if "working_dir_files" in folder.resolve().parts:
        raise InputError(
            "results would be deleted with the job's copy of the working directory; "
            "give --results-dir a folder outside of it, such as /shared/results, or --storage"
        )


def _hush() -> None:
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    hush_failures()


def _machine(node: dict[str, Any]) -> Machine:
    resources = node["Resources"]
    return Machine(cpus=int(resources.get("CPU", 0)), gpus=int(resources.get("GPU", 0)))


def _environment(storage: Storage | None) -> dict[str, Any]:
    """The runtime environment of the workers: this code, and where the object store is.

    What the job that we run in gives them already is left to it: Ray refuses to be told twice.
    """
    given = json.loads(os.environ.get("RAY_JOB_CONFIG_JSON_ENV_VAR", "{}")).get("runtime_env") or {}
    environment: dict[str, Any] = {"py_modules": [str(Path(lstnet_search.__file__).parent)]}
    names = set() if storage is None else {name for name in _TOLD_TO_WORKERS if name in os.environ}
    told = {name: os.environ[name] for name in names - set(given.get("env_vars") or {})}
    if told:
        environment["env_vars"] = told
    return {name: value for name, value in environment.items() if name == "env_vars" or name not in given}


@contextmanager
def _joined(address: str, environment: dict[str, Any]) -> Iterator[str | None]:
    _hush()
    _knock(address)
    try:
        context = ray.init(
            address=address, runtime_env=environment, log_to_driver=False, logging_level=logging.CRITICAL
        )
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:  # such as another version
        raise InputError(f"the cluster at {address} cannot be joined: {sentence(error)}") from None
    try:
        yield context.dashboard_url
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """See that a cluster is there and lets us in, which Ray itself would try for minutes, a line a second.

    Raises:
        InputError: if it does not.
    """
    logging.getLogger("ray._private.authentication").setLevel(logging.ERROR)
    maybe_enable_token_auth_if_token_available(warn_if_disabled=False)  # which Ray does for `auto` alone
    found = canonicalize_bootstrap_address(address)
    if found is None:
        raise InputError("no cluster runs on this machine; give its HOST:PORT as --address, or start it: `ray start`")
    host, port = found.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no cluster answers at {found}: {sentence(error)}; see `ray status` there") from None
    try:
        with _without_stderr():
            GcsClient(address=found)
    except ray.exceptions.AuthenticationError:
        raise InputError(
            f"the cluster at {found} refuses the token; give that of its head node as RAY_AUTH_TOKEN, or its file as "
            "RAY_AUTH_TOKEN_PATH (default: ~/.ray/auth_token), and leave RAY_AUTH_MODE as it is there"
        ) from None
    except ray.exceptions.RpcError as error:
        raise InputError(f"what answers at {found} is no Ray cluster: {sentence(error)}") from None


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Keep what libraries in C++ write to stderr from the terminal."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
