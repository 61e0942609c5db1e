"""What is known of a trial, and the two tables made of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

State = Literal["RUNNING", "COMPLETE", "PRUNED", "FAIL"]


SCHEDULE = "schedule"
"""The setting whose column holds JSON, and is there only where a trial has one."""

PAPER_TRIAL = 0
"""Number of the trial that has the paper's weights and is never stopped early."""


@dataclass(frozen=True)
class ReportRecord:
    """A report of a trial: steps taken, seconds of training, metrics."""

    step: int
    seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Exploit:
    """That a trial took over the network of another and went on with other weights.

    Attributes:
        step: steps that both had taken.
        donor: number of the other.
        weights: all seven, from here on.
    """

    step: int
    donor: int
    weights: dict[str, float]


@dataclass(frozen=True)
class TrialRecord:
    """A trial of a search.

    Attributes:
        number: from 0; 0 is the paper's weights.
        state: RUNNING also where a search was interrupted and can go on.
        settings: complete, as `TrialConfig` names them.
        reports: ascending in step.
        error: why it failed.
        exploits: ascending in step.
    """

    number: int
    state: State
    settings: dict[str, Any]
    reports: Sequence[ReportRecord] = ()
    seed: int = 0
    peak_memory_mb: float = float("nan")
    error: str = ""
    ray_trial_id: str = ""
    exploits: Sequence[Exploit] = ()

    def weights_before(self, step: int) -> dict[str, float]:
        """The weights with which the trial came to a step; none where they are those of its settings."""
        weights: dict[str, float] = {}
        for exploit in self.exploits:
            if exploit.step < step:
                weights = exploit.weights
        return weights

    def best(self, metric: str) -> ReportRecord | None:
        """The report with the highest value of a metric, the latest of equals; None without reports."""
        reports = [report for report in reversed(self.reports) if metric in report.metrics]
        return max(reports, key=lambda report: report.metrics[metric], default=None)

    def score(self, metric: str) -> float:
        """The highest value of a metric over the reports; -inf without reports."""
        best = self.best(metric)
        return float("-inf") if best is None else best.metrics[metric]


def ranked(records: Sequence[TrialRecord], metric: str) -> list[TrialRecord]:
    """Trials that can be chosen, best first: those with a report that did not fail; ties to the earlier."""
    usable = [record for record in records if record.reports and record.state != "FAIL"]
    return sorted(usable, key=lambda record: (-record.score(metric), record.number))


def trials_table(records: Sequence[TrialRecord], metric: str) -> pd.DataFrame:
    """A row a trial, as `trials.parquet` has them: best/<metric> is taken at the best report of `metric`."""
    rows = []
    for record in sorted(records, key=lambda record: record.number):
        best, last = record.best(metric), record.reports[-1] if record.reports else None
        row: dict[str, Any] = {"trial": record.number, "state": record.state}
        row |= {f"config/{name}": cell(value) for name, value in record.settings.items()}
        row |= {f"best/{name}": value for name, value in (best.metrics if best else {}).items()}
        row |= {f"last/{name}": value for name, value in (last.metrics if last else {}).items()}
        row |= {
            "steps": last.step if last else 0,
            "seconds": last.seconds if last else 0.0,
            "peak_memory_mb": record.peak_memory_mb,
            "seed": record.seed,
            "error": record.error,
            "ray_trial_id": record.ray_trial_id,
        }
        rows.append(row)
    columns = ["trial", "state", "steps", "seconds", "peak_memory_mb", "seed", "error", "ray_trial_id"]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def history_table(records: Sequence[TrialRecord]) -> pd.DataFrame:
    """A row a report, as `history.parquet` has them."""
    rows = [
        {"trial": record.number, "step": report.step, "seconds": report.seconds, **report.metrics}
        for record in sorted(records, key=lambda record: record.number)
        for report in record.reports
    ]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["trial", "step", "seconds"])


def cell(value: Any) -> Any:
    """A setting as tables have it: lists as JSON."""
    return json.dumps(value) if isinstance(value, list | tuple) else value
