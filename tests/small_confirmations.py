"""Trainings of a small confirmation, made up by hand."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from lstnet_search.config import PRESETS
from lstnet_search.results.confirmation.plan import ConfirmationPlan
from lstnet_search.results.confirmation.verdict import CandidateResult, TrainingRow, confirmation_table

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
SEEDS = (11, 12, 13)
PLAN = ConfirmationPlan(30, SEEDS, (0, 4), "adapted")
ABOUT = {"steps": 30, "seeds": list(SEEDS), "opening": 1, "test_fingerprint": "x-y"}


def rows(name: str, trial: int | None, accuracies: Sequence[float | None]) -> list[TrainingRow]:
    """Trainings of a candidate: mnist_to_usps as given, usps_to_mnist 0.02 higher; None for one that failed."""
    settings: dict[str, Any] = {} if trial is None else PRESETS["cpu"].trial.model_dump(mode="json")
    return [
        TrainingRow(
            name,
            trial,
            seed,
            0 if trial is None else 30,
            settings,
            {} if value is None else {"adapted": {DIRECTIONS[0]: value, DIRECTIONS[1]: value + 0.02}},
            error="it broke" if value is None else "",
        )
        for seed, value in zip(SEEDS, accuracies, strict=True)
    ]


PAPER = rows("paper", 0, [0.90, 0.91, 0.92])
BASELINE = rows("no translation", None, [0.80, 0.80, 0.81])


def table(*parts: list[TrainingRow], searched: Sequence[str] = DIRECTIONS) -> pd.DataFrame:
    return confirmation_table([row for part in parts for row in part], DIRECTIONS, searched, "adapted")


def named(found: Sequence[CandidateResult], name: str) -> CandidateResult:
    return next(each for each in found if each.name == name)
