"""Ranks the trials of a table, and restores a trial's settings from its row."""

import json
from typing import Any

import numpy as np
import pandas as pd

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.results.study.configurations import Ranking, configurations_in, rank
from lstnet_search.results.study.records import SCHEDULE


def ranked_rows(trials: pd.DataFrame, metric: str) -> Ranking:
    """The configurations in `trials.parquet`, ranked by `best/<metric>`."""
    return rank(configurations_in(trials, trials.set_index("trial")[f"best/{metric}"].dropna()))


def rank_rows(trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The first row of each configuration in `trials.parquet` that can be chosen, the likely best by a metric first.

    Raises:
        InputError: if no trial has the metric.
    """
    column = f"best/{metric}"
    if column not in trials:
        metrics = sorted(name.removeprefix("best/") for name in map(str, trials.columns) if name.startswith("best/"))
        raise InputError(f"no trial has the metric {metric!r}; there are: {', '.join(metrics) or 'none yet'}")
    found = ranked_rows(trials, metric).configurations
    return trials.set_index("trial", drop=False).loc[[each.shown_trial for each in found]]


def settings_of_row(row: "pd.Series[Any]") -> TrialConfig:
    """Restore the settings of a trial from its row.

    Raises:
        InputError: if the row does not hold complete settings.
    """
    settings: dict[str, Any] = {}
    for name, value in row.items():
        if str(name).startswith("config/"):
            plain = value.item() if isinstance(value, np.generic) else value
            settings[str(name).removeprefix("config/")] = plain
    for name in (SCHEDULE, "sides", "columns"):
        content = settings.pop(name, None)
        if isinstance(content, str):  # missing if only other trials of the table have one
            settings[name] = _list_of(content, name, row)
    domains = str(settings.get("domains", ""))
    # Earlier versions wrote words instead of JSON; no domain begins with a bracket.
    settings["domains"] = _list_of(domains, "domains", row) if domains.startswith("[") else domains.split()
    return TrialConfig.parse(settings, f"the row of trial {row['trial']}")


def _list_of(text: str, name: str, row: "pd.Series[Any]") -> Any:
    """Parse the text that `cell` made of a list or a mapping."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the {name} of trial {row['trial']} cannot be read: {error}") from None


def with_last_weights(trials: pd.DataFrame) -> pd.DataFrame:
    """The table with the weights at the best report, where weights changed during a training."""
    column = f"config/{SCHEDULE}"
    if column not in trials:
        return trials
    table = trials.copy()
    for index, row in trials[trials[column].notna()].iterrows():
        config = settings_of_row(row)
        for name, weight in config.weights_after(config.steps).items():
            table.loc[index, f"config/{name}"] = weight
    return table
