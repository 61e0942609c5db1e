"""How much of a GPU one training uses, measured on a worker that has the GPU to itself."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import ray
import torch
from torch.autograd import DeviceType  # type: ignore[attr-defined]  # compiled
from torch.profiler import ProfilerActivity, profile

from lstnet_search.config import TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation import Prepared, WholeSets
from lstnet_search.methods.registry import build_method
from lstnet_search.results.formatting import size
from lstnet_search.training import autocast, train
from lstnet_search.tuning.cluster.cluster import machines, place_on
from lstnet_search.tuning.cluster.gpu_sharing import GpuUse, busy_seconds, trials_per_gpu
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.run import Resources
from lstnet_search.tuning.trials.device import device_for
from lstnet_search.tuning.trials.trainable import make_training

SEGMENT = 20
"""Number of steps before the measurement, of timed steps, and of profiled steps: enough to record and replay a step."""


def share_gpus(
    search: SearchConfig,
    prepared: Prepared | WholeSets,
    placement: Placement,
    resources: Resources,
    trials: int,
    say: Callable[[str], None],
) -> Placement:
    """The placement with as many trials per GPU as a probe finds.

    Args:
        search: search whose trials are placed.
        prepared: data that they train on.
        placement: placement with one trial per GPU.
        resources: what the search may use.
        trials: trials of the search.
        say: called with the lines to print.
    """
    say("a probe of a training decides how many trials share a GPU")
    use = probe_gpu(search, prepared, placement)
    if use is None:
        say("the probe found no real GPU: one trial per GPU")
        return placement
    per_gpu = trials_per_gpu(use, placement.cpus / placement.gpus)
    say(
        f"alone on a GPU, a training keeps it busy for {use.busy:.0%} of each step "
        f"and holds {size(use.peak_bytes)} of {size(use.gpu_bytes)}: at most {per_gpu} per GPU"
    )
    nodes = [replace(node, memory=placement.memory) for node in machines()]  # known on this machine alone
    cpus, gpus = sum(node.cpus for node in nodes), sum(node.gpus for node in nodes)
    shared = replace(  # a cluster of this machine was started with no more than the trials needed
        resources,
        cpus=None if resources.cpus is None else min(resources.cpus, cpus),
        gpus=None if resources.gpus is None else min(resources.gpus, gpus),
        per_gpu=per_gpu,
    )
    return place_on(nodes, shared, trials)


def probe_gpu(search: SearchConfig, prepared: Prepared | WholeSets, placement: Placement) -> GpuUse | None:
    """Measure on a worker with a GPU of its own, which ends afterwards. None if the GPU is only simulated."""
    resources = replace(placement, per_gpu=1).resources
    measure_once = ray.remote(max_calls=1)(_measure)  # a worker that stays alive would keep its memory on the GPU
    measure = measure_once.options(num_cpus=resources["cpu"], num_gpus=resources["gpu"])
    use: GpuUse | None = ray.get(measure.remote(search.trial, prepared, search.direction, placement.threads))
    return use


def _measure(config: TrialConfig, prepared: Prepared | WholeSets, direction: str, threads: int) -> GpuUse | None:
    torch.set_num_threads(threads)
    device = device_for(1)
    if device.type != "cuda":
        return None
    prepared = prepared.to(device)
    busy = _busy(config, prepared, direction, device)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    short = config.model_copy(update={"steps": SEGMENT, "reports": 1})
    training = make_training(short, prepared, direction, device)
    next(training)
    with TemporaryDirectory() as folder:
        training.save(Path(folder))
    free, total = torch.cuda.mem_get_info(device)
    return GpuUse(
        peak_bytes=torch.cuda.max_memory_reserved(device),
        beside_bytes=total - free - torch.cuda.memory_reserved(device),
        gpu_bytes=total,
        busy=busy,
    )


def _busy(config: TrialConfig, prepared: Prepared | WholeSets, direction: str, device: torch.device) -> float:
    """Share of a step's time during which the GPU works. The steps are those of a trial."""
    short = config.model_copy(update={"steps": 3 * SEGMENT, "reports": 3})
    problem = prepared.problem if isinstance(prepared, WholeSets) else prepared.problem(direction)
    method = build_method(short, problem, device, autocast(short.precision, device))
    reports = train(short, prepared.train, method, evaluate=lambda network: {})
    next(reports)
    begun = time.perf_counter()
    next(reports)  # it reads sums of losses, so all work is done when it returns
    seconds = time.perf_counter() - begun
    with profile(activities=[ProfilerActivity.CUDA]) as profiled:  # not the timed steps: profiling slows the host
        next(reports)
    work = (
        event.time_range
        for event in profiled.events() or ()
        if event.device_type == DeviceType.CUDA and not event.is_user_annotation  # annotations span pauses
    )
    return min(1.0, busy_seconds((1e-6 * span.start, 1e-6 * span.end) for span in work) / seconds)
