"""Training on whole training sets: what is confirmed is trained so, and nobody looks at it before its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.domains import DomainPair, load_pair
from lstnet_search.methods.base import Problem
from lstnet_search.methods.registry import build_method
from lstnet_search.models import ImageShape
from lstnet_search.training import Report, Start, autocast, train, write_state

PROGRESS = "progress"
"""Metric of a report: the share of the steps that are taken. The last state is the best."""


@dataclass(frozen=True)
class WholeSets:
    """Both training sets, nothing kept back.

    Attributes:
        train: on one device.
        image_means: of the images, (C,) in [-1, 1] on the CPU, of `a` and `b`.
        fingerprint: of both, as `Prepared` has it.
    """

    train: DomainPair
    image_means: tuple[Tensor, Tensor]
    fingerprint: str

    @classmethod
    def read(cls, config: TrialConfig, data_dir: Path) -> Self:
        """Read them, on the CPU.

        Args:
            config: its `domains` and `data` decide.
            data_dir: of the full data.

        Raises:
            InputError: if the data are missing or damaged.
        """
        pair = load_pair(config.domains, config.data, data_dir, "train", skip_bad=config.skip_bad)
        return cls(pair, (pair.a.channel_means(), pair.b.channel_means()), pair.fingerprint)

    @property
    def shapes(self) -> tuple[ImageShape, ImageShape]:
        """Of the images of `a` and `b`."""
        a, b = self.train
        return ImageShape(a.channels, a.side), ImageShape(b.channels, b.side)

    @property
    def problem(self) -> Problem:
        """What a method is told of them: all that has labels is learnt from."""
        a, b = self.train
        sources = tuple(source for source, other in enumerate((b, a)) if other.labels is not None)
        return Problem(self.shapes, self.train.a.classes, sources, self.image_means)

    def to(self, device: torch.device) -> "WholeSets":
        """The same on another device."""
        return WholeSets(self.train.to(device), self.image_means, self.fingerprint)


class UnwatchedTraining(Iterator[Report]):
    """An iterator over the reports of a training, which carry losses and `PROGRESS`: no accuracy, no criterion."""

    def __init__(self, config: TrialConfig, sets: WholeSets, device: torch.device, start: Start | None = None) -> None:
        """Build networks; the first step is taken when the first report is asked for.

        Args:
            config: of the training.
            sets: on the device.
            device: where to train.
            start: an earlier report to go on from.
        """
        self.last: Report | None = None
        self.alarms: list[str] = []
        """None: as `EvaluatedTraining` has them."""
        taken = iter(step for step in config.report_steps if start is None or step > start.step)
        method = build_method(config, sets.problem, device, autocast(config.precision, device))

        def progress(translator: nn.Module) -> dict[str, float]:
            finite = all(bool(each.isfinite().all()) for each in translator.parameters())
            return {PROGRESS: next(taken) / config.steps if finite else nan}  # NaN is refused as diverged

        self._reports = train(config, sets.train, method, progress, start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Report:
        """Train up to the next report."""
        self.last = next(self._reports)
        return self.last

    def save(self, folder: Path, **about: Any) -> None:
        """Write the last report's state into an existing, empty folder, as a checkpoint.

        Args:
            folder: to write into.
            about: what its header is to say besides.
        """
        assert self.last is not None
        write_state(folder, self.last.state(), self.last.header | about)
