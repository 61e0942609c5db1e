"""Classifiers of the whole training sets, one per domain and seed, trained on the cluster."""

from collections.abc import Callable, Sequence
from pathlib import Path

import ray
import torch

from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import cached_classifier
from lstnet_search.evaluation.prepare import DEFAULT_SETTINGS
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.models.classifier import Classifier, Classifiers
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.trials.device import device_for

CHECK_EVERY_SECONDS = 1.0


def train_classifiers(
    pair: DomainPair, seeds: Sequence[int], placement: Placement, stop_request: StopRequest, say: Callable[[str], None]
) -> dict[int, Classifiers] | None:
    """Classifiers of both domains for each seed, on the CPU: from the cache, or trained side by side.

    Args:
        pair: whole training sets.
        seeds: seeds of the classifiers.
        placement: each training gets the resources of a trial.
        stop_request: ends the wait for classifiers when it is due.
        say: prints a line.

    Returns:
        Classifiers by seed, or None after a stop request.
    """
    resources = placement.resources
    train = ray.remote(max_calls=1)(_classifier).options(num_cpus=resources["cpu"], num_gpus=resources["gpu"])
    domains = [None if domain.labels is None else ray.put(domain) for domain in pair]
    cache = default_cache_dir("classifiers")
    tasks = {
        (seed, index): train.remote(domain, seed, placement.threads, resources["gpu"], cache)
        for seed in seeds
        for index, domain in enumerate(domains)
        if domain is not None
    }
    say(f"{len(tasks)} classifiers of the whole training sets, one per domain and seed: cached, or trained once")
    pending = list(tasks.values())
    while pending:
        if stop_request.due:
            return None
        _, pending = ray.wait(pending, num_returns=len(pending), timeout=CHECK_EVERY_SECONDS)
    trained: dict[tuple[int, int], Classifier] = {key: ray.get(task) for key, task in tasks.items()}
    return {seed: (trained.get((seed, 0)), trained.get((seed, 1))) for seed in seeds}


def _classifier(domain: Domain, seed: int, threads: int, gpus: float, cache: Path) -> Classifier:
    torch.set_num_threads(threads)
    device = device_for(gpus)
    return cached_classifier(domain, DEFAULT_SETTINGS, seed, device, cache).cpu()
