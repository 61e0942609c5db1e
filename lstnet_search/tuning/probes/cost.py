"""How long a search takes and how much it writes, by a few steps of a training or by what it has trained already."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import ray
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.config.search import POPULATION_SCHEDULERS, SearchConfig
from lstnet_search.evaluation import EvaluatedTraining, Prepared
from lstnet_search.evaluation.samples import SAMPLES_FILE
from lstnet_search.methods.registry import build_method
from lstnet_search.results.formatting import duration, size
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import autocast, train
from lstnet_search.tuning.cluster.placement import Placement, upper_bound_seconds
from lstnet_search.tuning.trials.device import device_for
from lstnet_search.tuning.trials.retention import KEPT_TRIALS

WARM_UP, COUNTED = 2, 5


@dataclass(frozen=True)
class Probe:
    """What was measured.

    Attributes:
        step_seconds: of a step, median of a few.
        report_seconds: of evaluating and saving.
        checkpoint_bytes: size of a checkpoint, samples included.
        samples_bytes: size of the samples alone.
    """

    step_seconds: float
    report_seconds: float
    checkpoint_bytes: int
    samples_bytes: int


def estimate(
    search: SearchConfig, prepared: Prepared, placement: Placement, left: int, earlier: Sequence[TrialRecord] = ()
) -> str:
    """A sentence on the time and disk that the trials left of a search take.

    By what earlier trials took, and of the disk nothing, where there are reports; else by a few steps on a worker.
    """
    a_trial = _seconds_so_far(earlier, search.trial.steps)
    if a_trial is not None:
        return _sentence(search, placement, left, a_trial, " at the pace so far")
    trial = search.trial
    measured = probe(search, prepared, placement)
    a_training = trial.steps * measured.step_seconds + len(trial.report_steps) * measured.report_seconds
    # A checkpoint has the states of all repeats, and samples of the first.
    state_bytes = measured.checkpoint_bytes - measured.samples_bytes
    a_checkpoint = search.repeats * state_bytes + measured.samples_bytes
    # The best checkpoint of a trial that runs or is among the best, and its last two; samples of all.
    with_checkpoints = min(search.trials, placement.concurrent + KEPT_TRIALS)
    disk = 3 * with_checkpoints * a_checkpoint + search.trials * measured.samples_bytes
    return f"{_sentence(search, placement, left, search.repeats * a_training)}; up to {size(disk)} of disk"


def _sentence(search: SearchConfig, placement: Placement, left: int, a_trial: float, pace: str = "") -> str:
    seconds = upper_bound_seconds(left, a_trial, placement.concurrent)
    seeds = "" if search.repeats == 1 else f" of {search.repeats} seeds"
    sooner = "" if search.scheduler in ("none", *POPULATION_SCHEDULERS) else ", less where poor trials are stopped"
    alone = "" if pace else ", as if each had it alone"
    sharing = "" if placement.per_gpu == 1 else f" ({placement.per_gpu} to a GPU{alone})"
    return (
        f"{left} trials{seeds} of up to {search.trial.steps} steps, {placement.concurrent} side by side{sharing}: "
        f"at most {duration(seconds)}{pace}{sooner}"
    )


def _seconds_so_far(records: Sequence[TrialRecord], steps: int) -> float | None:
    """Of a whole trial, by the median pace of trials that have reported; None if none has."""
    last = [record.reports[-1] for record in records if record.reports]
    return median(report.seconds / report.step * steps for report in last) if last else None


def probe(search: SearchConfig, prepared: Prepared, placement: Placement) -> Probe:
    """Measure on a worker, with the resources that a trial gets."""
    once = ray.remote(max_calls=1)(_measure)  # a worker that stays would keep its memory on the GPU
    cpus, gpus = placement.resources["cpu"], placement.resources["gpu"]
    measure = once.options(num_cpus=cpus, num_gpus=gpus)
    result: Probe = ray.get(measure.remote(search.trial, prepared, search.direction, placement.threads, gpus))
    return result


def _measure(config: TrialConfig, prepared: Prepared, direction: str, threads: int, gpus: float) -> Probe:
    torch.set_num_threads(threads)
    device = device_for(gpus)
    prepared = prepared.to(device)
    steps = WARM_UP + COUNTED
    short = config.model_copy(update={"steps": steps, "reports": steps})  # unchecked: some take one step only
    method = build_method(short, prepared.problem(direction), device, autocast(config.precision, device))
    seconds = [report.seconds for report in train(short, prepared.train, method, evaluate=lambda translator: {})]
    training = EvaluatedTraining(config.model_copy(update={"steps": 1, "reports": 1}), prepared, direction, device)
    with TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        next(training)
        training.save(folder)
        return Probe(
            step_seconds=median(later - earlier for earlier, later in pairwise(seconds[WARM_UP - 1 :])),
            report_seconds=time.perf_counter() - begun,
            checkpoint_bytes=sum(file.stat().st_size for file in folder.iterdir()),
            samples_bytes=(folder / SAMPLES_FILE).stat().st_size,
        )
