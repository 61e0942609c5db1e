"""Estimates a search's time, memory and disk space from a few steps or from earlier trials."""

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import ray
import torch
from ray.exceptions import RayError

from lstnet_search.config import TrialConfig
from lstnet_search.config.search import POPULATION_SCHEDULERS, SearchConfig
from lstnet_search.errors import one_line
from lstnet_search.evaluation import EvaluatedTraining, Prepared
from lstnet_search.evaluation.samples import SAMPLES_FILE
from lstnet_search.methods.registry import build_method
from lstnet_search.results.formatting import duration, size
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import autocast, train
from lstnet_search.tuning.cluster.placement import Placement, upper_bound_seconds
from lstnet_search.tuning.trials.device import device_for
from lstnet_search.tuning.trials.retention import KEPT_TRIALS

WARM_UP_STEPS, TIMED_STEPS = 2, 5

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes per unit of the system's count of resident memory."""

CHECKPOINTS_PER_TRIAL = 3
"""The best checkpoint of a trial and the last two."""


@dataclass(frozen=True)
class Cost:
    """The cost of a trial, as measured.

    Attributes:
        step_seconds: median time of a step.
        report_seconds: time to evaluate and save.
        checkpoint_bytes: size of a checkpoint with its samples.
        samples_bytes: size of the samples alone.
        memory_bytes: the most memory that a trial takes, of its GPU if it has one; 0 if unknown.
    """

    step_seconds: float
    report_seconds: float
    checkpoint_bytes: int
    samples_bytes: int
    memory_bytes: int = 0


def estimate(
    search: SearchConfig, prepared: Prepared, placement: Placement, left: int, earlier: Sequence[TrialRecord] = ()
) -> str:
    """A sentence on how long the remaining trials of a search take, how much memory, and how much they write.

    It uses the pace of earlier trials if they have reports, and then says nothing about memory and disk. Otherwise a
    worker trains a few steps.
    """
    trial_seconds = _seconds_so_far(earlier, search.trial.steps)
    if trial_seconds is not None:
        return _time_sentence(search, placement, left, trial_seconds, " at the pace so far")
    trial = search.trial
    try:
        cost = measure_cost(search, prepared, placement)
    except RayError as error:  # what is wrong with a training, the trials say
        return (
            f"{left} trials of up to {trial.steps} steps; how long they take could not be measured: {one_line(error)}"
        )
    training_seconds = trial.steps * cost.step_seconds + len(trial.report_steps) * cost.report_seconds
    with_checkpoints = min(search.trials, placement.concurrent + KEPT_TRIALS * (1 if search.seeds == 1 else 2))
    disk = CHECKPOINTS_PER_TRIAL * with_checkpoints * cost.checkpoint_bytes + search.trials * cost.samples_bytes
    memory = "" if not cost.memory_bytes else f"; {size(cost.memory_bytes)} of {_kind(placement)} a trial"
    warning = None if placement.gpus else placement.memory_warning(cost.memory_bytes)
    little = "" if warning is None else f"\n{warning}"
    return f"{_time_sentence(search, placement, left, training_seconds)}{memory}; up to {size(disk)} of disk{little}"


def _kind(placement: Placement) -> str:
    return "GPU memory" if placement.gpus else "memory"


def _time_sentence(search: SearchConfig, placement: Placement, left: int, trial_seconds: float, pace: str = "") -> str:
    seconds = upper_bound_seconds(left, trial_seconds, placement.concurrent)
    sooner = "" if search.scheduler in ("none", *POPULATION_SCHEDULERS) else ", less where poor trials are stopped"
    alone = "" if pace else ", measured with the GPU to itself"
    sharing = "" if placement.per_gpu == 1 else f" ({placement.per_gpu} per GPU{alone})"
    return (
        f"{left} trials of up to {search.trial.steps} steps, {placement.concurrent} side by side{sharing}: "
        f"at most {duration(seconds)}{pace}{sooner}"
    )


def _seconds_so_far(records: Sequence[TrialRecord], steps: int) -> float | None:
    """Time of a whole trial at the median pace of the trials that have reported, or None."""
    last = [record.reports[-1] for record in records if record.reports]
    return median(report.seconds / report.step * steps for report in last) if last else None


def measure_cost(search: SearchConfig, prepared: Prepared, placement: Placement) -> Cost:
    """Measure on a worker with a trial's resources."""
    measure_once = ray.remote(max_calls=1)(_measure)  # a worker that stays alive would keep its memory on the GPU
    cpus, gpus = placement.resources["cpu"], placement.resources["gpu"]
    measure = measure_once.options(num_cpus=cpus, num_gpus=gpus)
    cost: Cost = ray.get(measure.remote(search.trial, prepared, search.direction, placement.threads, gpus))
    return cost


def _measure(config: TrialConfig, prepared: Prepared, direction: str, threads: int, gpus: float) -> Cost:
    torch.set_num_threads(threads)
    device = device_for(gpus)
    prepared = prepared.to(device)
    steps = WARM_UP_STEPS + TIMED_STEPS
    short = config.model_copy(update={"steps": steps, "reports": steps})  # not validated: some trials take one step
    method = build_method(short, prepared.problem(direction), device, autocast(config.precision, device))
    seconds = [report.seconds for report in train(short, prepared.train, method, evaluate=lambda translator: {})]
    training = EvaluatedTraining(config.model_copy(update={"steps": 1, "reports": 1}), prepared, direction, device)
    with TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        next(training)
        training.save(folder)
        return Cost(
            step_seconds=median(later - earlier for earlier, later in pairwise(seconds[WARM_UP_STEPS - 1 :])),
            report_seconds=time.perf_counter() - begun,
            checkpoint_bytes=sum(file.stat().st_size for file in folder.iterdir()),
            samples_bytes=(folder / SAMPLES_FILE).stat().st_size,
            memory_bytes=_peak_memory(device),
        )


def _peak_memory(device: torch.device) -> int:
    """The most memory, in bytes, that this process has had: of the GPU if it uses one."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
