"""A study as analysis reads it: the tables of a results folder, whether or not the search has ended."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pandas as pd

from lstnet_search.config.rungs import rungs_with
from lstnet_search.domains.formats.trees import printable
from lstnet_search.errors import plain
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import RecordedSearch, SearchRecord
from lstnet_search.results.study.configurations import Ranking, configurations_in, rank
from lstnet_search.results.study.records import history_table, trials_table


@dataclass(frozen=True)
class StudyTables:
    """The tables of one search.

    Attributes:
        folder: The results folder.
        record: The content of `search.yaml`.
        trials: One row per trial; empty if none has started.
        history: One row per report.
    """

    folder: ResultsFolder
    record: SearchRecord
    trials: pd.DataFrame
    history: pd.DataFrame
    _rankings: dict[str, Ranking] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the tables of a results folder.

        Raises:
            InputError: if it is not a results folder, or a file in it is damaged.
        """
        folder = ResultsFolder.existing(path)
        record = folder.read_search()
        has_tables = folder.trials_file.exists()
        trials = folder.read_trials() if has_tables else trials_table([], record.search.metric)
        history = folder.read_history() if has_tables else history_table([])
        # The tables are written one after the other, so the second one can be newer.
        return cls(folder, record, trials, history[history["trial"].isin(trials["trial"])])

    @property
    def name(self) -> str:
        """The name of the results folder, safe to print: bytes that are not text are escaped."""
        return plain(printable(self.folder.path.resolve().name))

    @property
    def search(self) -> RecordedSearch:
        """The settings of the search."""
        return self.record.search

    @property
    def metric(self) -> str:
        """The metric that the search maximised."""
        return self.search.metric

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions."""
        return self.search.directions

    @property
    def steps(self) -> int:
        """Steps of a complete training."""
        return self.search.trial.steps

    @property
    def rungs(self) -> tuple[int, ...]:
        """Steps at which trials are compared and two of three are stopped; empty if the scheduler has no rungs."""
        return rungs_with(self.search.scheduler, self.steps)

    @property
    def baseline(self) -> dict[str, float]:
        """The scores of plain resizing, by metric, including the means over the searched directions."""
        return self.record.baseline

    @property
    def metrics(self) -> list[str]:
        """Names of all metrics in the reports."""
        return [str(name) for name in self.history.columns if name not in ("trial", "step", "seconds")]

    def best_reports(self, metric: str, lowest: bool = False) -> pd.DataFrame:
        """The best report of each trial that did not fail, the latest one of equal reports.

        Args:
            metric: The metric to compare by.
            lowest: Whether low values are better.

        Returns:
            Rows of `history`, indexed by trial in ascending order; empty if no report has the metric.
        """
        if metric not in self.history:
            return self.history.head(0).set_index("trial")
        failed = self.trials.loc[self.trials["state"] == "FAIL", "trial"]
        usable = self.history[self.history[metric].notna() & ~self.history["trial"].isin(failed)]
        ordered = usable.sort_values([metric, "step"], ascending=[not lowest, True])
        return ordered.groupby("trial").tail(1).set_index("trial").sort_index()

    def ranked(self, metric: str) -> Ranking:
        """The configurations that have a metric, the likely best first."""
        if metric not in self._rankings:
            reports = self.best_reports(metric)
            scores = reports[metric] if len(reports) else pd.Series(dtype=float)
            self._rankings[metric] = rank(configurations_in(self.trials, scores))
        return self._rankings[metric]

    def ranking(self, metric: str) -> "pd.Series[float]":
        """The expected value of a metric by configuration (its first usable trial), the likely best first."""
        configurations = self.ranked(metric).configurations
        expected = [each.expected for each in configurations]
        return pd.Series(expected, [each.shown_trial for each in configurations], dtype=float, name=metric)

    def without(self, *metrics: str) -> list[str]:
        """The given metrics that no report has."""
        return [name for name in metrics if name not in self.history or self.history[name].isna().all()]


def thinned(ranking: "pd.Series[float]", limit: int, best: int = 50) -> list[int]:
    """Choose trials to draw if there are too many for all: the best ones and an even share of the others.

    Args:
        ranking: Scores by trial, best first.
        limit: How many trials to draw at most, at least 1.
        best: How many of the best trials are always drawn, within the limit.

    Returns:
        Their numbers, best first.
    """
    trials = [int(trial) for trial in ranking.index.tolist()]
    first, others = trials[: min(best, limit)], trials[min(best, limit) :]
    room = limit - len(first)
    if len(others) > room:  # evenly from the first of the others to the last
        others = [others[round(index * (len(others) - 1) / max(1, room - 1))] for index in range(room)]
    return first + others
