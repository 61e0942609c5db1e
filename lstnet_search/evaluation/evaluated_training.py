"""One training whose reports carry validation accuracies: what search and `train` both run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self, cast

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.evaluation.accuracy import TARGET, Evaluator, target_accuracy
from lstnet_search.evaluation.prepare import Prepared
from lstnet_search.evaluation.samples import Samples, collect_samples, write_samples
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import Translator
from lstnet_search.training import Report, Start, autocast, train

SAMPLES_FILE = "samples.npz"


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
            direction: whose accuracy is the target: a direction's name, or "both" for the mean.
            device: where to train.
            start: an earlier report to go on from.
        """
        self.last: Report | None = None
        self._prepared = prepared
        self._direction = direction
        self._evaluator = Evaluator(prepared.validation, *prepared.classifiers)
        self._context = autocast(config.precision, device)
        method = LSTNet(config, prepared.shapes, device, self._context, prepared.image_means)
        self._reports = train(config, prepared.train, method, self._evaluate, start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Report:
        """Train up to the next report."""
        self.last = next(self._reports)
        return self.last

    def _evaluate(self, translator: torch.nn.Module) -> dict[str, float]:
        with self._context():
            metrics = self._evaluator(cast(Translator, translator))
        return metrics | {TARGET: target_accuracy(metrics, self._direction, self._prepared.directions)}

    def samples(self) -> Samples:
        """Samples of the last report's network."""
        assert self.last is not None
        with self._context():
            return collect_samples(
                cast(Translator, self.last.evaluated),
                self._prepared.validation,
                self._prepared.classifiers,
                self._evaluator.confusions,
            )

    def write_samples(self, folder: Path) -> None:
        """Write the samples of the last report into a folder."""
        write_samples(folder / SAMPLES_FILE, self.samples())
