"""Ranking trials from the table alone, and getting a trial's settings back from its row."""

from typing import Any

import pandas as pd

from lstnet_search.config import InputError, TrialConfig


def rank_rows(trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Rows of `trials.parquet` that can be chosen, best first by `best/<metric>`; ties to the earlier trial.

    Raises:
        InputError: if no trial has the metric.
    """
    column = f"best/{metric}"
    if column not in trials:
        known = ", ".join(
            sorted(name.removeprefix("best/") for name in map(str, trials.columns) if name.startswith("best/"))
        )
        raise InputError(f"no trial has the metric {metric!r}; there are: {known or 'none yet'}")
    usable = trials[(trials["state"] != "FAIL") & trials[column].notna()]
    return usable.sort_values([column, "trial"], ascending=[False, True])


def settings_of_row(row: "pd.Series[Any]") -> TrialConfig:
    """The settings of a trial, from its row.

    Raises:
        InputError: if the row does not hold complete settings.
    """
    settings: dict[str, Any] = {}
    for name, value in row.items():
        if str(name).startswith("config/"):
            plain = value.item() if hasattr(value, "item") else value
            settings[str(name).removeprefix("config/")] = plain
    settings["domains"] = str(settings.get("domains", "")).split()
    return TrialConfig.parse(settings, f"the row of trial {row['trial']}")
