"""A searcher on a study of its own, without Ray running."""

from pathlib import Path
from typing import Any

import optuna
from optuna.samplers import BaseSampler

from lstnet_search.config import PRESETS, Space
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study

BASE = PRESETS["cpu"].trial.override({"steps": 30, "reports": 3}, "test")
"""The settings of trial 0."""


def study_search(
    path: Path, space: Space, trials: int, sampler: BaseSampler | None = None, **options: Any
) -> tuple[StudySearch, Study]:
    """A searcher in the study of a folder, which is continued if it exists.

    Args:
        path: the folder.
        space: the space to search.
        trials: number of trials.
        sampler: draws the settings; by default at random.
        options: further arguments of `StudySearch`.
    """
    study = Study(path / "study.journal", sampler or optuna.samplers.RandomSampler(seed=0))
    defaults = {"max_concurrent": 2, "last_checkpoint": lambda number, at_most: None}
    searcher = StudySearch(study, space, BASE, metric="snd", seed=0, trials=trials, **(defaults | options))
    return searcher, study
