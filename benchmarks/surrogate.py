"""Learning curves of settings that were never trained, from those of trials that were."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.model_selection import KFold

from lstnet_search.config import LogUniform, Space, Uniform

ALIKE = 4
FOLDS = 8


@dataclass(frozen=True)
class Recorded:
    """Trials that ended.

    Attributes:
        places: in the unit cube of the space's parameters, (N, D).
        steps: of the reports, (R,).
        scores: at each report, (N, R).
    """

    places: np.ndarray
    steps: np.ndarray
    scores: np.ndarray

    @classmethod
    def read(cls, path: Path, space: Space, metric: str) -> Self:
        """Read what was recorded; trials that diverged have no curve and are left out."""
        curves = pd.read_parquet(path).pivot_table(index="trial", columns="step", values=metric).dropna()
        settings = pd.read_parquet(path).groupby("trial").first().loc[curves.index]
        places = np.array([place(space, row) for row in settings.to_dict("records")])
        return cls(places, curves.columns.to_numpy(), curves.to_numpy())


def place(space: Space, settings: Mapping[Any, Any]) -> list[float]:
    """Where settings lie in the unit cube of a space's parameters."""
    drawn = space.values(settings)
    places = []
    for name, bounds in space.parameters.items():
        assert isinstance(bounds, Uniform | LogUniform)
        places.append(bounds.position(drawn[name]))
    return places


class Surrogate:
    """A Gaussian process of whole curves, and what it misses in trials held out as their luck.

    A trial's curve is the mean at its place plus the residual curve of one of the recorded trials that were
    expected to end like it: so luck lasts for a training, differs between trainings of equal settings, and is as
    large as it is at that height. Some of it is the process' own error.
    """

    def __init__(self, recorded: Recorded) -> None:
        """Fit."""
        self.steps = recorded.steps
        self._model = _fitted(recorded.places, recorded.scores)
        held_out = np.empty_like(recorded.scores)
        for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(recorded.places):
            model = _fitted(recorded.places[train], recorded.scores[train], self._model.kernel_)
            held_out[test] = model.predict(recorded.places[test])
        self._expected = held_out[:, -1]
        self._residuals = recorded.scores - held_out
        self.errors = _errors(recorded.scores[:, -1], held_out[:, -1])
        """Of the last report of trials that were held out."""

    def curve(self, at: list[float], random: np.random.Generator) -> np.ndarray:
        """Scores at each of `steps` of one training."""
        mean = self._model.predict([at])[0]
        luck = random.choice(np.argsort(np.abs(self._expected - mean[-1]))[:ALIKE])
        curve: np.ndarray = np.clip(mean + self._residuals[luck], 0, 1)
        return curve


def _fitted(places: np.ndarray, scores: np.ndarray, kernel: Any = None) -> GaussianProcessRegressor:
    """A process fitted to curves; one with a kernel keeps it."""
    optimizer = None if kernel is not None else "fmin_l_bfgs_b"
    lengths = Matern(np.ones(places.shape[1]), (0.05, 20), nu=2.5)
    kernel = kernel or ConstantKernel() * lengths + WhiteKernel(0.1, (0.01, 1))  # of the variance; seeds differ
    model = GaussianProcessRegressor(kernel, normalize_y=True, optimizer=optimizer, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a setting without effect has the longest length
        return model.fit(places, scores)


def _errors(true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    missed = true - predicted
    return {
        "rmse": float(np.sqrt(np.mean(missed**2))),
        "r2": float(1 - np.sum(missed**2) / np.sum((true - true.mean()) ** 2)),
        "rank_correlation": float(spearmanr(true, predicted).statistic),
    }
