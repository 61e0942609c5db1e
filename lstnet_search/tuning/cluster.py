"""Starting Ray, quietly, and asking it what there is."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray
import torch

from lstnet_search.tuning.resources import Machine, Placement

_QUIET = {
    "RAY_AIR_NEW_OUTPUT": "0",  # which prints boxes even when it is to print nothing
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # the results folder has what they would write
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a failed trial's last result has no metric
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # signals are ours, see stopping.py
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def local_machine(simulated_gpus: int | None) -> Machine:
    """What this machine has, with simulated GPUs in place of real ones where they are asked for."""
    gpus = torch.cuda.device_count() if simulated_gpus is None else simulated_gpus
    return Machine(cpus=len(os.sched_getaffinity(0)), gpus=gpus)


@contextmanager
def local_cluster(placement: Placement) -> Iterator[str | None]:
    """Run Ray on this machine, its dashboard on the loopback interface.

    Args:
        placement: whose CPUs and GPUs Ray offers.

    Yields:
        The dashboard's host and port; nothing where it could not be started.
    """
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    context = ray.init(
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
