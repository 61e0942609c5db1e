"""A study as a Python object."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstnet_search.api.labels import predict
from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import read_confirmation, read_tested
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.configurations import Configuration, configurations_table
from lstnet_search.results.study.ranking import settings_of_row

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Best:
    """The configuration that is likely the best of a search.

    Attributes:
        trial: Number of its first trial that has a score.
        settings: All settings of that trial; `settings.model_dump()` is a dictionary.
        weights: Weights of the terms of the objective, by name. If they changed during the training, the last ones.
        score: What the metric is likely to be with a new seed. If the spread between seeds is not known, the mean of
            the complete trials; without those, the highest score.
        interval: The 95 % interval of `score`, or None if the spread between seeds is not known.
        seeds: Number of seeds that `score` is based on.
        probability: Probability that it is the best configuration, in [0, 1]; None if the spread is not known.
    """

    trial: int
    settings: TrialConfig
    weights: Mapping[str, float]
    score: float
    interval: tuple[float, float] | None
    seeds: int
    probability: float | None

    @classmethod
    def of(cls, found: Configuration, row: "pd.Series[Any]") -> Self:
        """Combine a configuration with the row of its first scored trial in `trials.parquet`."""
        settings = settings_of_row(row)
        known = not np.isnan(found.deviation)
        return cls(
            trial=found.shown_trial,
            settings=settings,
            weights=settings.weights_after(settings.steps),
            score=found.expected,
            interval=found.interval if known else None,
            seeds=found.seeds,
            probability=found.probability_best if known else None,
        )


class Study:
    """The results of a search, as they are when the study is loaded. The search may still be running.

    `load_study` makes one. A notebook displays its verdict and its best trials.
    """

    def __init__(self, folder: ResultsFolder) -> None:
        """Read the tables of a results folder.

        Raises:
            InputError: if a file in it is missing or damaged.
        """
        self._tables = StudyTables.read(folder.path)
        self._confirmation = read_confirmation(folder)

    @property
    def name(self) -> str:
        """The name of the search."""
        return self._tables.name

    @property
    def path(self) -> Path:
        """The results folder."""
        return self._tables.folder.path

    @property
    def metric(self) -> str:
        """The metric that the search maximised, such as `target_accuracy`."""
        return self._tables.metric

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, such as `mnist_to_usps`."""
        return self._tables.directions

    @property
    def baseline(self) -> dict[str, float]:
        """The scores without translation, by metric. Accuracies are in [0, 1]."""
        return dict(self._tables.baseline)

    @property
    def best(self) -> Best:
        """The configuration that is likely the best.

        Raises:
            InputError: if no trial has a score yet.
        """
        ranking = self._tables.ranked(self.metric)
        if not ranking:
            raise InputError(f"no trial of {self.path} has {self.metric} yet; wait for a report, or go on by --resume")
        trials = self._tables.trials
        return Best.of(ranking.best, trials[trials["trial"] == ranking.best.shown_trial].iloc[0])

    @property
    def verdict(self) -> str:
        """The result in one sentence: the confirmation's, on the test sets, if there is one; else the search's."""
        if self._confirmation is not None:
            return self._confirmation.sentence
        ranking = self._tables.ranked(self.metric)
        return (
            ranking.verdict(self.metric, self._tables.search.reference)
            if ranking
            else f"no trial has {self.metric} yet"
        )

    def trials(self) -> pd.DataFrame:
        """One row per trial, as in `trials.parquet`: `trial`, `state`, `config/…`, `best/…`, `last/…` and others."""
        return self._tables.trials.copy()

    def history(self) -> pd.DataFrame:
        """One row per report, as in `history.parquet`: `trial`, `step`, `seconds` and all metrics."""
        return self._tables.history.copy()

    def configurations(self, metric: str | None = None) -> pd.DataFrame:
        """One row per configuration that has a score, the likely best first, as in `configurations.parquet`.

        Trials with equal settings and different seeds are one configuration.

        Args:
            metric: The metric to rank by; None for the one that the search maximised.

        Returns:
            `configuration` (its first trial), `trials`, `best_trial`, `seeds`, `expected` with its 95 % interval
            `expected_low` and `expected_high`, `probability_best`, and the settings `config/…`.

        Raises:
            InputError: if no report has the metric.
        """
        if metric is not None and self._tables.without(metric):
            known = ", ".join(self._tables.metrics) or "none yet"
            raise InputError(f"no report of {self.path} has the metric {metric!r}; there are: {known}")
        return configurations_table(self._tables.trials, self._tables.ranked(metric or self.metric))

    def confirmation(self) -> pd.DataFrame | None:
        """One row per training of the confirmation, with its test accuracies; None if nothing is confirmed.

        Raises:
            InputError: if the table is damaged.
        """
        return read_tested(self._tables.folder)

    def figure(self, name: str) -> "go.Figure":
        """A figure of the report, to show, change or save.

        Args:
            name: `weights` (settings and score of each trial), `importance` (of each setting), `curves` (the score
                over the steps), `directions` (both accuracies of each trial) or `confirmation` (test accuracies).

        Raises:
            InputError: if there is no such figure, or the study lacks what it shows.
        """
        from lstnet_search.analysis.figures.by_name import draw

        return draw(name, self._tables, self._confirmation, self.confirmation())

    def predict(self, images: str | Path | NDArray[np.generic], **options: Any) -> pd.DataFrame:
        """Label images with the best model of the search.

        Args:
            images: A folder, file, pattern or array of images of one domain.
            options: `direction`, `reader`, `columns` and `batch_size`, as those of `lstnet_search.predict`.

        Returns:
            One row per image, with its label and the probabilities of all classes; see `lstnet_search.predict`.

        Raises:
            InputError: if the search has no model yet, or the images cannot be used.
        """
        return predict(self.path, images, **options)

    def __repr__(self) -> str:
        return f"Study({self.name!r}: {len(self._tables.trials)} trials; {self.verdict})"

    def _repr_html_(self) -> str:
        from lstnet_search.analysis.page.summary import summary_html

        return summary_html(self._tables, self.verdict)


def load_study(name_or_path: str | Path, results_dir: str | Path = "results") -> Study:
    """Load the results of a search.

    Args:
        name_or_path: The name of a search, or the path of its results folder.
        results_dir: The folder that holds the results folders of all searches.

    Raises:
        InputError: if it is not a results folder, or a file in it is damaged.
    """
    return Study(ResultsFolder.find(name_or_path, Path(results_dir)))
