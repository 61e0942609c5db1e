"""Metrics of a running search for Prometheus. Ray serves them on its metrics ports as `ray_<name>`."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from ray.util.metrics import Gauge

from lstnet_search.config.metrics import CRITERIA, TARGET, accuracy_name
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord, ranked

GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "lstnet_best": ("The highest value so far of the metric that the search maximises.", ("search", "metric")),
    "lstnet_trials": ("Trials of the search by state.", ("search", "state")),
    "lstnet_step": ("Steps that a trial has taken.", ("search", "trial")),
    "lstnet_steps_per_second": ("Speed of a trial between its last two reports.", ("search", "trial")),
    "lstnet_target_accuracy": ("Validation accuracy, mean of the directions searched.", ("search", "trial")),
    "lstnet_accuracy": ("Validation accuracy of a direction.", ("search", "trial", "direction")),
    "lstnet_loss": ("A term of the objective, unweighted.", ("search", "trial", "term")),
    "lstnet_criterion": (
        "A label-free criterion of a direction, or its mean.",
        ("search", "trial", "criterion", "direction"),
    ),
}
"""Description and labels of each gauge."""

SET_EVERY_SECONDS = 10.0
"""Ray drops a gauge that has not been set for 30 s."""

_Value = tuple[str, tuple[str, ...], float]
"""Name of a gauge, values of its labels except the search, and its value."""


class SearchGauges:
    """Gauges of one search. They are set again and again, or Ray would drop them; a trial's are set until it ends."""

    def __init__(self, search: str, metric: str, directions: tuple[str, str]) -> None:
        """Create the gauges, without values.

        Args:
            search: name of the search, a label of every gauge.
            metric: metric that the search maximises.
            directions: names of both directions.
        """
        self._metric = metric
        self._directions = directions
        self._gauges = {
            name: Gauge(name, description=about, tag_keys=tags).set_default_tags({"search": search})
            for name, (about, tags) in GAUGES.items()
        }
        self._values: dict[tuple[str, tuple[str, ...]], float] = {}
        self._last: dict[int, ReportRecord] = {}
        self._set_at = time.monotonic()

    def update(self, records: Sequence[TrialRecord]) -> None:
        """Set the number of trials in each state, and the best value."""
        counts = Counter(record.state for record in records)
        values: list[_Value] = [("lstnet_trials", (state,), counts[state]) for state in get_args(State)]
        values += [
            ("lstnet_best", (self._metric,), best.score(self._metric)) for best in ranked(records, self._metric)[:1]
        ]
        self._set(values)

    def report(self, number: int, report: ReportRecord) -> None:
        """Set what a report of a trial changes."""
        self._set(trial_values(number, report, self._last.get(number), self._directions))
        self._last[number] = report

    def remove(self, number: int) -> None:
        """Drop the gauges of a trial that has ended."""
        self._last.pop(number, None)
        gone = [key for key in self._values if GAUGES[key[0]][1][1] == "trial" and key[1][0] == str(number)]
        for key in gone:
            del self._values[key]

    def refresh(self) -> None:
        """Set all gauges again if it is time."""
        if time.monotonic() - self._set_at > SET_EVERY_SECONDS:
            self._set_at = time.monotonic()
            self._set([(name, labels, value) for (name, labels), value in self._values.items()])

    def _set(self, values: Sequence[_Value]) -> None:
        for name, labels, value in values:
            self._values[name, labels] = value
            keys = GAUGES[name][1][1:]
            self._gauges[name].set(value, dict(zip(keys, labels, strict=True)))


def trial_values(
    number: int, report: ReportRecord, earlier: ReportRecord | None, directions: tuple[str, str]
) -> list[_Value]:
    """Values of the gauges after a report.

    Args:
        number: number of the trial.
        report: its latest report.
        earlier: its previous report, or None.
        directions: names of both directions.
    """
    return list(_trial_values(str(number), report, earlier, directions))


def _trial_values(
    trial: str, report: ReportRecord, earlier: ReportRecord | None, directions: tuple[str, str]
) -> Iterator[_Value]:
    metrics = report.metrics
    first_step, first_seconds = (earlier.step, earlier.seconds) if earlier else (0, 0.0)
    yield "lstnet_step", (trial,), report.step
    if report.seconds > first_seconds and report.step > first_step:  # not after a return to an older checkpoint
        yield "lstnet_steps_per_second", (trial,), (report.step - first_step) / (report.seconds - first_seconds)
    if TARGET in metrics:
        yield "lstnet_target_accuracy", (trial,), metrics[TARGET]
    for direction in directions:
        if accuracy_name(direction) in metrics:
            yield "lstnet_accuracy", (trial, direction), metrics[accuracy_name(direction)]
    for name, value in metrics.items():
        if name.startswith("loss_"):
            yield "lstnet_loss", (trial, name.removeprefix("loss_")), value
    for criterion in CRITERIA:
        for name, direction in ((criterion, "mean"), *((f"{criterion}_{each}", each) for each in directions)):
            if name in metrics:
                yield "lstnet_criterion", (trial, criterion, direction), metrics[name]
