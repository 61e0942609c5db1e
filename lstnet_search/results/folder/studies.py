"""A study as analysis reads it: the tables of a results folder, however far the search is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from lstnet_search.config.metrics import accuracy_name, directions_of
from lstnet_search.config.rungs import rungs
from lstnet_search.domains.user_images.sources import printable
from lstnet_search.errors import plain
from lstnet_search.evaluation import searched_means
from lstnet_search.results.folder.folder import ResultsFolder, metric_of
from lstnet_search.results.study.records import history_table, trials_table


@dataclass(frozen=True)
class StudyTables:
    """Tables of one search.

    Attributes:
        folder: of the results.
        search: content of `search.yaml`.
        trials: a row a trial; no row where none has begun.
        history: a row a report.
    """

    folder: ResultsFolder
    search: dict[str, Any]
    trials: pd.DataFrame
    history: pd.DataFrame

    @classmethod
    def read(cls, path: Path) -> Self:
        """The tables of a results folder.

        Raises:
            InputError: if it is none, or a file in it is damaged.
        """
        folder = ResultsFolder.existing(path)
        search = folder.read_search()
        begun = folder.trials_file.exists()
        trials = folder.read_trials() if begun else trials_table([], metric_of(search))
        history = folder.read_history() if begun else history_table([])
        # The tables are written one after the other: the second may be of a later moment.
        return cls(folder, search, trials, history[history["trial"].isin(trials["trial"])])

    @property
    def name(self) -> str:
        """Of the results folder, for people; bytes of it that are no text are written out."""
        return plain(printable(Path(self.folder.path.resolve().name)))

    @property
    def metric(self) -> str:
        """What the search maximised."""
        return metric_of(self.search)

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions."""
        return directions_of(*self.search["search"]["trial"]["domains"])

    @property
    def steps(self) -> int:
        """Of a whole training."""
        return int(self.search["search"]["trial"]["steps"])

    @property
    def rungs(self) -> tuple[int, ...]:
        """Steps at which trials are compared and two of three are stopped; none by a scheduler without rungs."""
        if self.search["search"].get("scheduler", "asha") not in ("asha", "hyperband"):
            return ()
        return rungs(self.steps)

    @property
    def baseline(self) -> dict[str, float]:
        """What plain resizing reaches, by metric, with the means over the directions searched."""
        known = dict(self.search.get("no_translation_baseline", {}))
        direction = self.search["search"].get("direction", "both")
        searched = self.directions if direction in ("both", "pareto") else (direction,)
        measured = tuple(name for name in searched if accuracy_name(name) in known)
        return known | (searched_means(known, measured) if measured else {})

    @property
    def metrics(self) -> list[str]:
        """Names of all that the reports have."""
        return [str(name) for name in self.history.columns if name not in ("trial", "step", "seconds")]

    def best_reports(self, metric: str, lowest: bool = False) -> pd.DataFrame:
        """Of each trial that did not fail, its best report by a metric, the latest of equals.

        Args:
            metric: any that reports may have.
            lowest: whether the lowest is the best, else the highest is.

        Returns:
            Rows of `history`, by trial, in the order of trials; none where no report has the metric.
        """
        if metric not in self.history:
            return self.history.head(0).set_index("trial")
        failed = self.trials.loc[self.trials["state"] == "FAIL", "trial"]
        known = self.history[self.history[metric].notna() & ~self.history["trial"].isin(failed)]
        ordered = known.sort_values([metric, "step"], ascending=[not lowest, True])
        return ordered.groupby("trial").tail(1).set_index("trial").sort_index()

    def ranking(self, metric: str) -> "pd.Series[float]":
        """The highest value of a metric by trial, best first, ties to the earlier trial."""
        reports = self.best_reports(metric)
        if reports.empty:
            return pd.Series(dtype=float, name=metric)
        return reports[metric].sort_values(ascending=False, kind="stable")

    def without(self, *metrics: str) -> list[str]:
        """Those of some metrics that no report has."""
        return [name for name in metrics if name not in self.history or self.history[name].isna().all()]


def thinned(ranking: "pd.Series[float]", limit: int, best: int = 50) -> list[int]:
    """Trials to draw where all would be too many: the best ones, and an even share of the others.

    Args:
        ranking: scores by trial, best first.
        limit: to the number of trials, at least 1.
        best: trials that are all there, as far as the limit allows.

    Returns:
        Their numbers, best first.
    """
    trials = [int(trial) for trial in ranking.index.tolist()]
    first, others = trials[: min(best, limit)], trials[min(best, limit) :]
    room = limit - len(first)
    if len(others) > room:  # from the first of the others to the last of all
        others = [others[round(place * (len(others) - 1) / max(1, room - 1))] for place in range(room)]
    return first + others
