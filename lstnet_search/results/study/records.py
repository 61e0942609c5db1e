"""Records of trials, and the two tables made from them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

State = Literal["RUNNING", "COMPLETE", "PRUNED", "FAIL"]

SCHEDULE = "schedule"
"""The setting whose column holds JSON. The column exists only if a trial has a schedule."""

PAPER_TRIAL = 0
"""Number of the trial with the paper's weights, which is never stopped early."""


@dataclass(frozen=True)
class ReportRecord:
    """A report of a trial: steps so far, seconds of training so far, metrics."""

    step: int
    seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Exploit:
    """A copy: a trial replaced its network by that of another trial and continued with other weights.

    Attributes:
        step: The number of steps that both trials had taken.
        donor: Number of the other trial.
        weights: All seven weights from here on.
    """

    step: int
    donor: int
    weights: dict[str, float]


@dataclass(frozen=True)
class TrialRecord:
    """A trial of a search.

    Attributes:
        number: Number of the trial, from 0. Trial 0 has the paper's weights.
        state: How the trial ended; RUNNING also if the search was interrupted and can be resumed.
        settings: Complete settings, named as in `TrialConfig`.
        reports: Reports, ascending in step.
        error: Why the trial failed.
        exploits: Copies from other trials, ascending in step.
        repeat_of: Number of the first trial with equal settings, if this one repeats it with another seed.
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
    repeat_of: int | None = None

    def weights_before(self, step: int) -> dict[str, float]:
        """The weights with which the trial reached a step; empty if they are those of its settings."""
        weights: dict[str, float] = {}
        for exploit in self.exploits:
            if exploit.step < step:
                weights = exploit.weights
        return weights

    def best(self, metric: str) -> ReportRecord | None:
        """The report with the highest value of a metric, the latest of equal ones, or None without reports."""
        reports = [report for report in reversed(self.reports) if metric in report.metrics]
        return max(reports, key=lambda report: report.metrics[metric], default=None)

    def score(self, metric: str) -> float:
        """The highest value of a metric over the reports, or -inf without reports."""
        best = self.best(metric)
        return float("-inf") if best is None else best.metrics[metric]


def ranked(records: Sequence[TrialRecord], metric: str) -> list[TrialRecord]:
    """Trials that can be chosen (with a report and not failed), best first; ties go to the earlier trial."""
    usable = [record for record in records if record.reports and record.state != "FAIL"]
    return sorted(usable, key=lambda record: (-record.score(metric), record.number))


def trials_table(records: Sequence[TrialRecord], metric: str) -> pd.DataFrame:
    """`trials.parquet`: one row per trial. Each best/<metric> is the value at the best report by `metric`."""
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
            "repeat_of": record.repeat_of,
            "error": record.error,
            "ray_trial_id": record.ray_trial_id,
        }
        rows.append(row)
    columns = ["trial", "state", "steps", "seconds", "peak_memory_mb", "seed", "repeat_of", "error", "ray_trial_id"]
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
    return table.astype({"repeat_of": "Int64"})


def history_table(records: Sequence[TrialRecord]) -> pd.DataFrame:
    """`history.parquet`: one row per report."""
    rows = [
        {"trial": record.number, "step": report.step, "seconds": report.seconds, **report.metrics}
        for record in sorted(records, key=lambda record: record.number)
        for report in record.reports
    ]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["trial", "step", "seconds"])


def cell(value: Any) -> Any:
    """A setting as a table stores it: lists and mappings as JSON."""
    return json.dumps(value) if isinstance(value, list | tuple | dict) else value
