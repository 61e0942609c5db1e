"""Training on whole training sets without evaluation, for confirmations."""

from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.domains import DomainPair, load_pair
from lstnet_search.evaluation.trainings import Training
from lstnet_search.methods.anchor import alike
from lstnet_search.methods.base import Problem
from lstnet_search.methods.registry import build_method
from lstnet_search.models import ImageShape
from lstnet_search.training import Start, autocast, train

PROGRESS = "progress"
"""The metric of a report: the share of the steps that have been taken. It makes the last state the best one."""


@dataclass(frozen=True)
class WholeSets:
    """Both whole training sets, without a validation split.

    Attributes:
        train: the images, on one device.
        image_means: mean image value per channel of `a` and `b`, (C,) in [-1, 1] on the CPU.
        fingerprint: fingerprint of both sets, as in `Prepared`.
        alike: as in `Prepared`.
    """

    train: DomainPair
    image_means: tuple[Tensor, Tensor]
    fingerprint: str
    alike: bool

    @classmethod
    def read(cls, config: TrialConfig, data_dir: Path) -> Self:
        """Read the sets that `config.domains` and `config.data` name, to the CPU.

        Args:
            config: settings of the trainings.
            data_dir: folder of the full data.

        Raises:
            InputError: if the data are missing or damaged.
        """
        pair = load_pair(config.domains, config.data, data_dir, "train", config.reading)
        return cls(pair, (pair.a.channel_means(), pair.b.channel_means()), pair.fingerprint, alike(pair))

    @property
    def shapes(self) -> tuple[ImageShape, ImageShape]:
        """Image shapes of `a` and `b`."""
        a, b = self.train
        return ImageShape(a.channels, a.side), ImageShape(b.channels, b.side)

    @property
    def problem(self) -> Problem:
        """What a method knows about the data. Every direction with labels is trained."""
        a, b = self.train
        sources = tuple(source for source, other in enumerate((b, a)) if other.labels is not None)
        return Problem(self.shapes, self.train.a.classes, sources, self.image_means, self.alike)

    def to(self, device: torch.device) -> "WholeSets":
        """A copy on another device."""
        return replace(self, train=self.train.to(device))


class UnevaluatedTraining(Training):
    """An iterator over reports that contain losses and `PROGRESS`, but no accuracy and no criterion."""

    def __init__(self, config: TrialConfig, sets: WholeSets, device: torch.device, start: Start | None = None) -> None:
        """Build the networks. Training starts when the first report is requested.

        Args:
            config: settings of the training.
            sets: the training sets, on the device.
            device: where to train.
            start: an earlier report to resume from.
        """
        steps = iter(step for step in config.report_steps if start is None or step > start.step)
        method = build_method(config, sets.problem, device, autocast(config.precision, device))

        def progress(network: nn.Module) -> dict[str, float]:
            finite = all(bool(each.isfinite().all()) for each in network.parameters())
            return {PROGRESS: next(steps) / config.steps if finite else nan}  # NaN ends the training as diverged

        self._reports = train(config, sets.train, method, progress, start)
