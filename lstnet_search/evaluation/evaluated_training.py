"""A training whose reports contain validation metrics, as used by searches and by `train`."""

from typing import cast

import torch
from torch import Tensor

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import searched_means, swapped_name
from lstnet_search.domains import DomainPair, to_unit_range
from lstnet_search.evaluation.evaluator import Evaluator
from lstnet_search.evaluation.latent_probe import latent_probe
from lstnet_search.evaluation.prepare import Prepared
from lstnet_search.evaluation.samples import Samples, collect_samples, confusion_arrays
from lstnet_search.evaluation.trainings import Training
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.registry import build_method
from lstnet_search.models import Translator
from lstnet_search.training import Start, autocast, train

PROBED = 500
"""Maximum number of images per domain for the latent probe."""


class EvaluatedTraining(Training):
    """An iterator over the reports of one training."""

    def __init__(
        self,
        config: TrialConfig,
        prepared: Prepared,
        direction: str,
        device: torch.device,
        start: Start | None = None,
    ) -> None:
        """Build the networks. Training starts when the first report is requested.

        Args:
            config: settings of the training.
            prepared: data and classifiers, on the device.
            direction: the direction that is searched, or "both" for means over both.
            device: where to train.
            start: an earlier report to resume from.
        """
        self._prepared = prepared
        self._directions = prepared.searched(direction)
        self._evaluator = Evaluator(prepared.validation, prepared.classifiers, resized_labels=prepared.resized_labels)
        self._probe_images = _probe_images(prepared.validation)
        self._context = autocast(config.precision, device)
        method = build_method(config, prepared.problem(direction), device, self._context)
        self._reports = train(config, prepared.train, method, self._evaluate, start)

    @property
    def alarms(self) -> list[str]:
        """One sentence per direction in which the last report swaps classes on more images than chance explains."""
        return [
            f"classes swapped in {name}: {each}"
            + ("" if name in self._evaluator.confusions else ", relative to plain resizing")
            for name, each in self._evaluator.swaps(self._prepared.alike).items()
            if each.alarming
        ]

    def samples(self) -> Samples:
        """Samples of the last report's network. A network that does not translate has confusion matrices only."""
        assert self.last is not None
        network = self.last.evaluated
        if not isinstance(network, Translator):
            return confusion_arrays(self._evaluator.confusions)
        with self._context():
            return collect_samples(
                network, self._prepared.validation, self._prepared.classifiers, self._evaluator.confusions
            )

    @torch.inference_mode()
    def _evaluate(self, network: torch.nn.Module) -> dict[str, float]:
        with self._context():
            metrics = self._evaluator(cast(Translator | Labeller, network))
            probe = {"latent_probe": self._probe(network)} if isinstance(network, Translator) else {}
        swaps = self._evaluator.swaps(self._prepared.alike)
        swapped = {swapped_name(name): float(len(each.swapped) * each.alarming) for name, each in swaps.items()}
        return metrics | searched_means(metrics, self._directions) | probe | swapped

    def _probe(self, translator: Translator) -> float:
        latents_a, latents_b = (
            translator.encode(to_unit_range(images), domain).flatten(1)
            for domain, images in enumerate(self._probe_images)
        )
        return latent_probe(latents_a, latents_b)


def _probe_images(pair: DomainPair) -> tuple[Tensor, Tensor]:
    """Equally many images of both domains, in random order."""
    count = min(PROBED, len(pair.a), len(pair.b))
    generator = torch.Generator().manual_seed(0)
    first, second = (
        domain.images[torch.randperm(len(domain), generator=generator)[:count].to(domain.images.device)]
        for domain in pair
    )
    return first, second
