"""A few steps of a training, to say how long a search takes and how much it writes."""

import time
from dataclasses import dataclass
from statistics import median

import ray
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation import Prepared
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.results.text import duration, size
from lstnet_search.training import autocast, train
from lstnet_search.tuning.resources import Placement, upper_bound_seconds

WARM_UP, COUNTED = 2, 5


@dataclass(frozen=True)
class Probe:
    """What was measured.

    Attributes:
        seconds_per_step: median of a few steps.
        checkpoint_bytes: size of a checkpoint.
    """

    seconds_per_step: float
    checkpoint_bytes: int


def estimate(search: SearchConfig, prepared: Prepared, placement: Placement, left: int) -> str:
    """A sentence on the time and disk that the trials left of a search take, from a few steps on a worker."""
    steps = search.trial.steps
    measured = probe(search.trial, prepared, placement)
    seconds = upper_bound_seconds(left, steps * measured.seconds_per_step, placement.concurrent)
    disk = 2 * search.trials * measured.checkpoint_bytes  # the best checkpoint of a trial and its last one
    sooner = "" if search.scheduler == "none" else ", less where poor trials are stopped"
    return (
        f"{left} trials of up to {steps} steps, {placement.concurrent} side by side: "
        f"at most {duration(seconds)}{sooner}; up to {size(disk)} of disk"
    )


def probe(config: TrialConfig, prepared: Prepared, placement: Placement) -> Probe:
    """Measure on a worker, with the resources that a trial gets."""
    measure = ray.remote(_measure).options(num_cpus=placement.resources["cpu"], num_gpus=placement.resources["gpu"])
    result: Probe = ray.get(measure.remote(config, prepared, placement.threads))
    return result


def _measure(config: TrialConfig, prepared: Prepared, threads: int) -> Probe:
    torch.set_num_threads(threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    steps = WARM_UP + COUNTED
    short = config.model_copy(update={"steps": steps, "reports": steps})
    method = LSTNet(short, prepared.shapes, device, autocast(config.precision, device))
    seconds = []
    size = 0
    begun = time.perf_counter()
    for report in train(short, prepared.train.to(device), method, evaluate=lambda translator: {}):
        seconds.append(time.perf_counter() - begun)
        size = sum(tensor.numel() * tensor.element_size() for tensor in report.state().values())
        begun = time.perf_counter()
    return Probe(median(seconds[WARM_UP:]), size)
