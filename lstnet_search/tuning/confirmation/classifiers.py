"""Classifiers of the whole training sets, one a seed, trained on the cluster."""

from collections.abc import Callable, Sequence
from pathlib import Path

import ray
import torch

from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import cached_classifier, default_cache_dir
from lstnet_search.evaluation.prepare import DEFAULT_SETTINGS
from lstnet_search.models.classifier import Classifier, Classifiers
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.trials.device import device_for

LOOK_EVERY_SECONDS = 1.0


def train_classifiers(
    pair: DomainPair, seeds: Sequence[int], placement: Placement, stopping: Stopping, say: Callable[[str], None]
) -> dict[int, Classifiers] | None:
    """Classifiers of both domains for each seed, on the CPU: from the cache, or trained side by side.

    Args:
        pair: whole training sets.
        seeds: of the classifiers.
        placement: each training gets what a trial gets.
        stopping: is obeyed.
        say: told how far it is.

    Returns:
        By seed; None if asked to stop.
    """
    resources = placement.resources
    train = ray.remote(max_calls=1)(_classifier).options(num_cpus=resources["cpu"], num_gpus=resources["gpu"])
    domains = [None if domain.labels is None else ray.put(domain) for domain in pair]
    cache = default_cache_dir()
    tasks = {
        (seed, place): train.remote(domain, seed, placement.threads, resources["gpu"], cache)
        for seed in seeds
        for place, domain in enumerate(domains)
        if domain is not None
    }
    say(f"{len(tasks)} classifiers of the whole training sets, one a domain and seed: from the cache, or trained once")
    pending = list(tasks.values())
    while pending:
        if stopping.due:
            return None
        _, pending = ray.wait(pending, num_returns=len(pending), timeout=LOOK_EVERY_SECONDS)
    found: dict[tuple[int, int], Classifier] = {key: ray.get(task) for key, task in tasks.items()}
    return {seed: (found.get((seed, 0)), found.get((seed, 1))) for seed in seeds}


def _classifier(domain: Domain, seed: int, threads: int, gpus: float, cache: Path) -> Classifier:
    torch.set_num_threads(threads)
    device = device_for(gpus)
    return cached_classifier(domain, DEFAULT_SETTINGS, seed, device, cache).cpu()
