"""Several trainings in lockstep that differ only in their seed and are judged by their mean."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import fmean, stdev

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET, TARGET_STD
from lstnet_search.evaluation.evaluated_training import EvaluatedTraining
from lstnet_search.evaluation.prepare import Prepared
from lstnet_search.evaluation.samples import Samples
from lstnet_search.evaluation.trainings import Training
from lstnet_search.seeding import derive_seed
from lstnet_search.training import DivergedError, Report, Start, State, under


def repeat_seeds(seed: int, repeats: int) -> tuple[int, ...]:
    """The seeds of all repeats. The first is the given one."""
    return (seed, *(derive_seed(seed, "repeat", index) for index in range(1, repeats)))


class RepeatedTraining(Training):
    """An iterator over reports whose metrics are means over seeds. Network and samples are those of the first seed."""

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
            config: settings of the training with the first seed.
            prepared: data and classifiers, on the device.
            direction: see `EvaluatedTraining`.
            device: where to train.
            repeats: number of seeds, at least 2.
            start: an earlier report to resume from.
        """
        self.seeds = repeat_seeds(config.seed, repeats)
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
        self._reports = self._train(0.0 if start is None else start.seconds)

    @property
    def alarms(self) -> list[str]:
        """The alarms of all repeats."""
        return [
            f"{alarm} (repeat {number})"
            for number, training in enumerate(self._trainings, start=1)
            for alarm in training.alarms
        ]

    def samples(self) -> Samples:
        """The samples of the first seed."""
        return self._trainings[0].samples()

    def _train(self, seconds: float) -> Iterator[Report]:
        """Train every seed up to each report. Counting of time starts at `seconds`, the time before a resume.

        Raises:
            DivergedError: naming the repeat, counted from 1, and its seed.
        """
        started = time.perf_counter()
        for reports in zip(*map(self._reports_of, range(len(self.seeds))), strict=True):
            seconds += time.perf_counter() - started
            metrics = {name: fmean(report.metrics[name] for report in reports) for name in reports[0].metrics}
            if TARGET in metrics:
                metrics[TARGET_STD] = stdev(report.metrics[TARGET] for report in reports)
            yield Report(
                step=reports[0].step,
                seconds=seconds,
                metrics=metrics,
                evaluated=reports[0].evaluated,
                state=partial(_joined_state, reports),
            )
            started = time.perf_counter()

    def _reports_of(self, index: int) -> Iterator[Report]:
        try:
            yield from self._trainings[index]
        except DivergedError as error:
            which = f"repeat {index + 1} of {len(self.seeds)}, seed {self.seeds[index]}"
            raise DivergedError(f"{error} ({which})") from None


def has_repeats(state: State) -> bool:
    """Whether a state holds trainings with several seeds."""
    return bool(under(state, _prefix(1)))


def _prefix(index: int) -> str:
    return f"repeats.{index}"


def _joined_state(reports: Sequence[Report]) -> State:
    """The states of all seeds in one. Names of the first seed stay; the others' begin with `repeats.<index>.`."""
    joined = dict(reports[0].state())
    for index, report in enumerate(reports[1:], start=1):
        joined |= {f"{_prefix(index)}.{name}": tensor for name, tensor in report.state().items()}
    return joined


def _state_of(joined: State, index: int) -> State:
    return under(joined, _prefix(index)) if index else joined
