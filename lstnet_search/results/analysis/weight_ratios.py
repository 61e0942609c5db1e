"""Weights relative to w3. Under Adam only ratios matter: a common factor on all weights changes nothing."""

import numpy as np
import pandas as pd

from lstnet_search.config import WEIGHT_NAMES
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import SCHEDULE

REFERENCE = "w3"


def searched_settings(study: StudyTables) -> pd.DataFrame:
    """The settings that a study searched, one row per trial: weights as ratios to w3, others as they are.

    Tied weights and settings that are not numbers are left out.

    Returns:
        Columns such as `w1/w3` and `learning_rate`, indexed by trial. Trials without ratios (w3 is 0) and trials whose
        weights changed during the training are left out.
    """
    ties, drawn = study.search.space.ties, study.search.space.drawn
    free = [
        name
        for name in WEIGHT_NAMES
        if name != REFERENCE and name not in ties and (name in drawn or REFERENCE in drawn)
    ]
    trials = study.trials.set_index("trial")
    if (column := f"config/{SCHEDULE}") in trials:
        trials = trials[trials[column].isna()]
    settings = pd.DataFrame(index=trials.index)
    for name in free:
        settings[f"{name}/{REFERENCE}"] = _numbers(trials, name) / _numbers(trials, REFERENCE)
    for name in drawn:
        if name not in WEIGHT_NAMES:
            settings[name] = _numbers(trials, name)
    return settings.replace([np.inf, -np.inf], np.nan).dropna(axis="columns", how="all").dropna()


def is_logarithmic(values: "pd.Series[float]") -> bool:
    """Whether values belong on a logarithmic scale: they are positive and span more than a decade."""
    return bool(values.min() > 0 and values.max() > 10 * values.min())


def _numbers(trials: pd.DataFrame, name: str) -> "pd.Series[float]":
    column = f"config/{name}"
    if column not in trials:
        return pd.Series(np.nan, index=trials.index)
    return pd.to_numeric(trials[column], errors="coerce").astype(float)
