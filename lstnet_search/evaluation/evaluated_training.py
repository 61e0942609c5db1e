"""One training whose reports carry what evaluation measures: what search and `train` both run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import torch
from torch import Tensor

from lstnet_search.config import TrialConfig
from lstnet_search.domains import DomainPair, to_unit_range
from lstnet_search.evaluation.evaluator import Evaluator, searched_means
from lstnet_search.evaluation.latent_probe import latent_probe
from lstnet_search.evaluation.prepare import Prepared
from lstnet_search.evaluation.samples import SAMPLES_FILE, Samples, collect_samples, confusions_alone, write_samples
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.registry import build_method
from lstnet_search.models import Translator
from lstnet_search.training import Report, Start, autocast, train, write_state

PROBED = 500
"""Images of a domain at most whose latents are told apart."""


class EvaluatedTraining(Iterator[Report]):
    """An iterator over the reports of a training, which keeps the last one at hand."""

    def __init__(
        self,
        config: TrialConfig,
        prepared: Prepared,
        direction: str,
        device: torch.device,
        start: Start | None = None,
    ) -> None:
        """Build networks; the first step is taken when the first report is asked for.

        Args:
            config: of the training.
            prepared: what all trainings share, on the device.
            direction: which one is searched: a direction's name, or "both" for means.
            device: where to train.
            start: an earlier report to go on from.
        """
        self.last: Report | None = None
        self._prepared = prepared
        self._directions = prepared.searched(direction)
        self._evaluator = Evaluator(prepared.validation, prepared.classifiers, resized_labels=prepared.resized_labels)
        self._probed = _probed(prepared.validation)
        self._context = autocast(config.precision, device)
        method = build_method(config, prepared.problem(direction), device, self._context)
        self._reports = train(config, prepared.train, method, self._evaluate, start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Report:
        """Train up to the next report."""
        self.last = next(self._reports)
        return self.last

    @property
    def alarms(self) -> list[str]:
        """Sentences on permutations of classes in the last report that are too large to be chance."""
        found = self._evaluator.permutations
        return [f"classes swapped in {name}: {each}" for name, each in found.items() if each.alarming]

    @torch.inference_mode()
    def _evaluate(self, network: torch.nn.Module) -> dict[str, float]:
        with self._context():
            metrics = self._evaluator(cast(Translator | Labeller, network))
            probe = {"latent_probe": self._probe(network)} if isinstance(network, Translator) else {}
        return metrics | searched_means(metrics, self._directions) | probe

    def _probe(self, translator: Translator) -> float:
        latents_a, latents_b = (
            translator.encode(to_unit_range(images), domain).flatten(1) for domain, images in enumerate(self._probed)
        )
        return latent_probe(latents_a, latents_b)

    def samples(self) -> Samples:
        """Samples of the last report's network; of one that makes no images, its confusions."""
        assert self.last is not None
        network = self.last.evaluated
        if not isinstance(network, Translator):
            return confusions_alone(self._evaluator.confusions)
        with self._context():
            return collect_samples(
                network,
                self._prepared.validation,
                self._prepared.classifiers,
                self._evaluator.confusions,
            )

    def save(self, folder: Path, **about: Any) -> None:
        """Write the last report's state and samples into an existing, empty folder, as a checkpoint.

        Args:
            folder: to write into.
            about: what its header is to say besides.
        """
        assert self.last is not None
        write_samples(folder / SAMPLES_FILE, self.samples())
        write_state(folder, self.last.state(), self.last.header | about)


def _probed(pair: DomainPair) -> tuple[Tensor, Tensor]:
    """Equally many images of both domains, in random order."""
    count = min(PROBED, len(pair.a), len(pair.b))
    generator = torch.Generator().manual_seed(0)
    first, second = (
        domain.images[torch.randperm(len(domain), generator=generator)[:count].to(domain.images.device)]
        for domain in pair
    )
    return first, second
