"""Weights as they act: relative to w3, for a common factor on all of them changes nothing under Adam."""

import numpy as np
import pandas as pd

from lstnet_search.config import WEIGHT_NAMES
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import SCHEDULE

REFERENCE = "w3"


def searched_settings(study: StudyTables) -> pd.DataFrame:
    """What a study searched, a row a trial: ratios of weights to w3, other settings as they are.

    Tied weights are left out, as are settings that take words.

    Returns:
        Columns such as `w1/w3` and `learning_rate`, by trial; rows whose ratios cannot be taken
        (w3 is 0) are left out, as are trials whose weights changed during their training.
    """
    space = study.search["search"]["space"]
    ties = space["ties"]
    drawn = [*space["ranges"], *(space.get("simplex") or {}).get("of", ())]
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
    """Whether values belong on a logarithmic scale: positive, over more than a decade."""
    return bool(values.min() > 0 and values.max() > 10 * values.min())


def _numbers(trials: pd.DataFrame, name: str) -> "pd.Series[float]":
    column = f"config/{name}"
    if column not in trials:
        return pd.Series(np.nan, index=trials.index)
    return pd.to_numeric(trials[column], errors="coerce").astype(float)
