"""Trains classifiers on the cluster: those of domains, and those adapted to the translations of networks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import ray
import torch
from torch import nn

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import ClassifierSettings, TranslatesImages, adapted_classifier, cached_classifier
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.models.classifier import Classifier, Classifiers
from lstnet_search.training import autocast
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.trials.device import device_for

CHECK_EVERY_SECONDS = 1.0

Name = TypeVar("Name")


class ClassifierTrainings:
    """Trains classifiers side by side, each with the resources of a trial. Cached ones are not trained again."""

    def __init__(self, config: TrialConfig, pair: DomainPair, placement: Placement, stop_request: StopRequest) -> None:
        """Share the images with the cluster.

        Args:
            config: settings of the trials.
            pair: training images of both domains.
            placement: the resources of a trial.
            stop_request: ends the wait for classifiers when it is due.
        """
        self._config = config
        self._placement = placement
        self._stop_request = stop_request
        self._pair = ray.put(pair)
        self._labelled = [index for index, domain in enumerate(pair) if domain.labels is not None]
        self._cache = default_cache_dir("classifiers")

    def of_domains(self, seeds: Sequence[int], say: Callable[[str], None]) -> dict[int, Classifiers] | None:
        """Classifiers of both domains for each seed, on the CPU; None after a stop request."""
        keys = [(seed, index) for seed in seeds for index in self._labelled]
        say(f"{len(keys)} classifiers of domains, one per domain and seed: cached, or trained once")
        trained = self._run(_classifier, keys, keys)
        if trained is None:
            return None
        return {seed: (trained.get((seed, 0)), trained.get((seed, 1))) for seed in seeds}

    def adapted(
        self,
        networks: Mapping[Name, tuple[nn.Module, int]],
        sources: Collection[int],
        say: Callable[[str], None],
    ) -> dict[Name, Classifiers] | None:
        """Adapted classifiers of networks that do not label images themselves.

        Args:
            networks: each network, on the CPU, and the seed of its classifiers, by name.
            sources: indices of the domains whose images are read: 0, 1 or both.
            say: prints a line.

        Returns:
            Classifiers by name, on the CPU; None after a stop request.
        """
        wanted = [(name, source) for name in networks for source in sources if 1 - source in self._labelled]
        say(f"{len(wanted)} adapted classifiers, one per network and direction: cached, or trained once")
        shared = {name: (ray.put(network), seed) for name, (network, seed) in networks.items()}
        found = self._run(_adapted, wanted, [(*shared[name], source) for name, source in wanted])
        if found is None:
            return None
        return {name: (found.get((name, 0)), found.get((name, 1))) for name in networks}

    def _run(
        self, task: Callable[..., Any], names: Sequence[Any], arguments: Sequence[tuple[Any, ...]]
    ) -> dict[Any, Any] | None:
        if self._stop_request.due:
            return None
        resources = self._placement.resources
        # A process with a GPU ends, because it would keep memory there. Others stay: imports take a new one seconds.
        calls = 1 if resources["gpu"] else 0  # 0: any number
        remote = ray.remote(max_calls=calls)(task).options(num_cpus=resources["cpu"], num_gpus=resources["gpu"])
        shared = self._pair, self._config, self._placement.threads, resources["gpu"], self._cache
        tasks = [remote.remote(*each, *shared) for each in arguments]
        pending = list(tasks)
        while pending:
            if self._stop_request.due:
                for each in pending:
                    ray.cancel(each, force=True)
                return None
            _, pending = ray.wait(pending, num_returns=len(pending), timeout=CHECK_EVERY_SECONDS)
        return dict(zip(names, ray.get(tasks), strict=True))


def _classifier(
    seed: int, index: int, pair: DomainPair, config: TrialConfig, threads: int, gpus: float, cache: Path
) -> Classifier:
    torch.set_num_threads(threads)
    domain: Domain = (pair.a, pair.b)[index]
    return cached_classifier(domain, ClassifierSettings.of(config), seed, device_for(gpus), cache).cpu()


def _adapted(
    network: nn.Module,
    seed: int,
    source: int,
    pair: DomainPair,
    config: TrialConfig,
    threads: int,
    gpus: float,
    cache: Path,
) -> Classifier:
    torch.set_num_threads(threads)
    device = device_for(gpus)
    translator, settings = cast(TranslatesImages, network.to(device)), ClassifierSettings.of(config)
    context = autocast(config.precision, device)
    adapted = adapted_classifier(translator, pair.to(device), source, settings, seed, cache, context)
    assert adapted is not None
    return adapted.cpu()
