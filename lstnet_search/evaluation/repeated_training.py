"""Several trainings in step that differ in their seed alone, and are judged by their mean."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Self

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET, TARGET_STD
from lstnet_search.evaluation.evaluated_training import EvaluatedTraining
from lstnet_search.evaluation.prepare import Prepared
from lstnet_search.evaluation.samples import SAMPLES_FILE, write_samples
from lstnet_search.seeding import derive_seed
from lstnet_search.training import DivergedError, Report, Start, State, under, write_state


def repeat_seeds(seed: int, repeats: int) -> tuple[int, ...]:
    """The seeds of so many repeats, the given one first."""
    return (seed, *(derive_seed(seed, "repeat", index) for index in range(1, repeats)))


class RepeatedTraining(Iterator[Report]):
    """An iterator over reports that are means over seeds; networks, samples and pictures are of the first seed."""

    def __init__(
        self,
        config: TrialConfig,
        prepared: Prepared,
        direction: str,
        device: torch.device,
        repeats: int,
        start: Start | None = None,
    ) -> None:
        """Build the networks of all seeds.

        Args:
            config: of the training with the first seed.
            prepared: what all trainings share, on the device.
            direction: as `EvaluatedTraining` has it.
            device: where to train.
            repeats: number of seeds, from 2.
            start: an earlier report to go on from.
        """
        self.last: Report | None = None
        self.seeds = repeat_seeds(config.seed, repeats)
        self._earlier_seconds = 0.0 if start is None else start.seconds
        self._begun: float | None = None
        self._trainings = [
            EvaluatedTraining(
                config.model_copy(update={"seed": seed}),
                prepared,
                direction,
                device,
                None if start is None else replace(start, state=_state_of(start.state, index)),
            )
            for index, seed in enumerate(self.seeds)
        ]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Report:
        """Train every seed up to the next report.

        Raises:
            DivergedError: naming also the repeat, from 1, and its seed.
        """
        if self._begun is None:
            self._begun = time.perf_counter()
        reports = [self._next(index) for index in range(len(self.seeds))]
        metrics = {name: fmean(report.metrics[name] for report in reports) for name in reports[0].metrics}
        if TARGET in metrics:
            metrics[TARGET_STD] = stdev(report.metrics[TARGET] for report in reports)
        self.last = Report(
            step=reports[0].step,
            seconds=self._earlier_seconds + time.perf_counter() - self._begun,
            metrics=metrics,
            evaluated=reports[0].evaluated,
            state=lambda: _joined([report.state() for report in reports]),
        )
        return self.last

    @property
    def alarms(self) -> list[str]:
        """Sentences of all repeats on permutations of classes that are too large to be chance."""
        return [
            f"{alarm} (repeat {number})"
            for number, training in enumerate(self._trainings, start=1)
            for alarm in training.alarms
        ]

    def save(self, folder: Path, **about: Any) -> None:
        """Write the states of all seeds and samples of the first; see `EvaluatedTraining.save`."""
        assert self.last is not None
        write_samples(folder / SAMPLES_FILE, self._trainings[0].samples())
        write_state(folder, self.last.state(), self.last.header | about)

    def _next(self, index: int) -> Report:
        try:
            return next(self._trainings[index])
        except DivergedError as error:
            which = f"repeat {index + 1} of {len(self.seeds)}, seed {self.seeds[index]}"
            raise DivergedError(f"{error} ({which})") from None


def _prefix(index: int) -> str:
    return f"repeats.{index}"


def _joined(states: list[State]) -> State:
    """One state: the first seed's as if it were alone, those of the others under `repeats.<index>.`."""
    joined = dict(states[0])
    for index, state in enumerate(states[1:], start=1):
        joined |= {f"{_prefix(index)}.{name}": tensor for name, tensor in state.items()}
    return joined


def _state_of(joined: State, index: int) -> State:
    return under(joined, _prefix(index)) if index else joined
