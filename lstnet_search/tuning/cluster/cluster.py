"""Starting Ray or joining a running cluster, quietly, and reading which resources it has."""

import json
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
import torch

import lstnet_search
from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, masked_error
from lstnet_search.tuning.cluster.auth_token import ensure_private_token
from lstnet_search.tuning.cluster.machine_limits import read_limits
from lstnet_search.tuning.cluster.node_check import alive_nodes, check_nodes
from lstnet_search.tuning.cluster.placement import SEARCH_BYTES, Machine, Placement, decide_placement
from lstnet_search.tuning.failures.trial_failure import silence_known_failures
from lstnet_search.tuning.ray_patches.join_cluster import ask_head_node, load_token, resolve_address
from lstnet_search.tuning.run import Resources

_QUIET = {
    "RAY_AIR_NEW_OUTPUT": "0",  # the new output prints boxes even with verbose=0
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # the results folder has what they would write
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a failed trial's last result has no metric
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # tuning.stop_request handles signals
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

_FORWARDED_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION")
"""Variables that say where an object store is. Its keys are left out: the dashboard shows the runtime environment."""

_ANSWER_SECONDS = 5


def address_of(given: str | None) -> str | None:
    """The address of a cluster to join, from an option or, as Ray does, from RAY_ADDRESS; None to start a cluster.

    Ray sets RAY_ADDRESS in jobs that are submitted to it.

    Raises:
        InputError: if it is neither `auto` nor HOST:PORT.
    """
    address = given or os.environ.get("RAY_ADDRESS") or "local"
    if address == "local":
        return None
    if address != "auto" and not re.fullmatch(r"[^/\s:]+:\d{1,5}", address):
        name = "--address" if given else "RAY_ADDRESS"
        raise InputError(f"{name} {address} must be auto or HOST:PORT; from outside a cluster, use `ray job submit`")
    return address


def place_on(nodes: list[Machine], resources: Resources, trials: int) -> Placement:
    """The placement of a search on nodes.

    Args:
        nodes: nodes of the cluster.
        resources: what the search may use. Until a probe has decided, one trial uses a GPU.
        trials: trials of the search.

    Raises:
        InputError: as `decide_placement`.
    """
    return decide_placement(
        nodes, resources.cpus, resources.gpus, trials, resources.max_concurrent, resources.per_gpu or 1
    )


def place_here(resources: Resources, trials: int) -> Placement:
    """The placement of a search on this machine, with simulated GPUs instead of real ones if the options say so.

    Raises:
        InputError: as `decide_placement`.
    """
    gpus = torch.cuda.device_count() if resources.simulated_gpus is None else resources.simulated_gpus
    limits = read_limits()
    memory = max(0, limits.memory - SEARCH_BYTES)
    return place_on([Machine(cpus=limits.cpus, gpus=gpus, memory=memory)], resources, trials)


@contextmanager
def running_cluster(
    resources: Resources, trials: int, storage: Storage | None
) -> Iterator[tuple[Placement, str | None]]:
    """Start Ray on this machine or join a running cluster, and check that a search can use it.

    Args:
        resources: what the search may use, and the cluster's address.
        trials: trials of the search.
        storage: storage that every node must reach, or None for a folder of this machine.

    Yields:
        The placement, and the dashboard's host and port, or None without a dashboard.

    Raises:
        InputError: if the cluster has less than the options ask for, or it or its access to the storage does not work.
    """
    address = address_of(resources.address)
    if address is None:
        placement = place_here(resources, trials)
        with local_cluster(placement) as dashboard:
            if storage is not None:
                check_nodes(storage, [])
            yield placement, dashboard
        return
    if resources.simulated_gpus is not None:
        raise InputError("--simulate-gpus is for a cluster of this machine; leave it or --address out")
    with _join(address, _runtime_environment(storage)) as dashboard:
        nodes = alive_nodes()
        if len(nodes) > 1 and storage is None:
            raise InputError(
                f"the cluster has {len(nodes)} nodes, which need a place for checkpoints that all reach; "
                "give --storage a folder that all of them mount, or s3://BUCKET/FOLDER"
            )
        placement = place_on(machines(), resources, trials)
        if storage is not None:
            check_nodes(storage, nodes)
            placement = place_on(machines(), resources, trials)  # the check may have shown that a node has died
        yield placement, dashboard


@contextmanager
def local_cluster(placement: Placement) -> Iterator[str | None]:
    """Run Ray on this machine, with its dashboard on the loopback interface and its token for this user only.

    Args:
        placement: its CPUs and GPUs are what Ray offers.

    Yields:
        The dashboard's host and port, or None if it could not be started.

    Raises:
        InputError: if Ray does not start.
    """
    _make_quiet()
    ensure_private_token(os.environ)
    try:
        context = ray.init(
            address="local",
            num_cpus=placement.cpus,
            num_gpus=placement.gpus,
            include_dashboard=None,  # where possible; True raises if a package is missing
            dashboard_host="127.0.0.1",
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except Exception as error:  # Ray raises a plain Exception when its own processes do not answer for 30 seconds
        raise InputError(
            f"Ray did not start on this machine: {masked_error(error)}; try again when the machine is less busy, "
            "or free memory and space in /tmp"
        ) from None
    try:
        yield context.dashboard_url
    finally:
        ray.shutdown()


def machines() -> list[Machine]:
    """The nodes of the cluster that was joined or started."""
    return [_machine(node) for node in alive_nodes()]


def gpus_of(address: str) -> int:
    """Number of GPUs of a running cluster.

    Raises:
        InputError: if it cannot be joined.
    """
    with _join(address, {}):
        return sum(machine.gpus for machine in machines())


def refuse_job_folder(folder: Path) -> None:
    """Refuse a folder that Ray deletes when the job in which this process runs has ended.

    Raises:
        InputError: if the folder is inside the job's copy of the working directory.
    """
    if "working_dir_files" in folder.resolve().parts:
        raise InputError(
            "results would be deleted with the job's copy of the working directory; "
            "give --results-dir a folder outside of it, such as /shared/results, or --storage"
        )


def _make_quiet() -> None:
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    silence_known_failures()


def _machine(node: dict[str, Any]) -> Machine:
    resources = node["Resources"]
    return Machine(cpus=int(resources.get("CPU", 0)), gpus=int(resources.get("GPU", 0)))


def _runtime_environment(storage: Storage | None) -> dict[str, Any]:
    """The runtime environment of the workers: this code, and where the object store is.

    If this process runs in a Ray job, what the job has set is left out, because Ray refuses to set it twice.
    """
    given = json.loads(os.environ.get("RAY_JOB_CONFIG_JSON_ENV_VAR", "{}")).get("runtime_env") or {}
    environment: dict[str, Any] = {"py_modules": [str(Path(lstnet_search.__file__).parent)]}
    names = set() if storage is None else {name for name in _FORWARDED_VARIABLES if name in os.environ}
    forwarded = {name: os.environ[name] for name in names - set(given.get("env_vars") or {})}
    if forwarded:
        environment["env_vars"] = forwarded
    return {name: value for name, value in environment.items() if name == "env_vars" or name not in given}


@contextmanager
def _join(address: str, environment: dict[str, Any]) -> Iterator[str | None]:
    _make_quiet()
    _check_head_node(address)
    try:
        context = ray.init(
            address=address, runtime_env=environment, log_to_driver=False, logging_level=logging.CRITICAL
        )
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:  # such as another version
        raise InputError(f"the cluster at {address} cannot be joined: {masked_error(error)}") from None
    try:
        yield context.dashboard_url
    finally:
        ray.shutdown()


def _check_head_node(address: str) -> None:
    """Check that a cluster answers and accepts this process. Ray would try for minutes, and print a line per second.

    Raises:
        InputError: if it does not.
    """
    load_token()
    found = resolve_address(address)
    if found is None:
        raise InputError("no cluster runs on this machine; give its HOST:PORT as --address, or start it: `ray start`")
    host, port = found.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no cluster answers at {found}: {masked_error(error)}; see `ray status` there") from None
    try:
        with _without_stderr():
            ask_head_node(found)
    except ray.exceptions.AuthenticationError:
        raise InputError(
            f"the cluster at {found} refuses the token; set RAY_AUTH_TOKEN to the head node's token, or "
            "RAY_AUTH_TOKEN_PATH to a file with it (default: ~/.ray/auth_token), and RAY_AUTH_MODE to the value that "
            "the head node has"
        ) from None
    except ray.exceptions.RpcError as error:
        raise InputError(f"the server at {found} is not a Ray cluster: {masked_error(error)}") from None


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Keep what C++ libraries write to stderr from the terminal."""
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
