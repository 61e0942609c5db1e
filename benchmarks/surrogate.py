"""A surrogate of training: predicts the learning curve of any settings from recorded trials."""

import warnings
from collections.abc import Mapping, Sequence
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

SIMILAR = 4
FOLDS = 8


@dataclass(frozen=True)
class Recorded:
    """Recorded trials.

    Attributes:
        positions: settings of the trials as points in the unit cube of the space's parameters, (N, D).
        steps: step of each report, (R,).
        scores: score of each trial at each report, (N, R).
    """

    positions: np.ndarray
    steps: np.ndarray
    scores: np.ndarray

    @classmethod
    def read(cls, path: Path, space: Space, metric: str) -> Self:
        """Read a recording. Trials that diverged have no full curve and are left out."""
        curves = pd.read_parquet(path).pivot_table(index="trial", columns="step", values=metric).dropna()
        settings = pd.read_parquet(path).groupby("trial").first().loc[curves.index]
        positions = np.array([unit_cube_position(space, row) for row in settings.to_dict("records")])
        return cls(positions, curves.columns.to_numpy(), curves.to_numpy())


def unit_cube_position(space: Space, settings: Mapping[Any, Any]) -> list[float]:
    """The position of settings in the unit cube of a space's parameters."""
    values = space.values(settings)
    position = []
    for name, bounds in space.parameters.items():
        assert isinstance(bounds, Uniform | LogUniform)
        position.append(bounds.position(values[name]))
    return position


class Surrogate:
    """A Gaussian process of whole curves. Its residuals on held-out trials stand for the luck of a training.

    A trial's curve is the predicted mean plus the residual curve of a recorded trial, drawn from those with the most
    similar predicted end. So luck lasts for a whole training, differs between trainings with equal settings, and has
    the size that is usual at that score. Part of it is the process's own error.
    """

    def __init__(self, recorded: Recorded) -> None:
        """Fit the process to recorded trials."""
        self.steps = recorded.steps
        self._model = _fitted(recorded.positions, recorded.scores)
        held_out = np.empty_like(recorded.scores)
        for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(recorded.positions):
            model = _fitted(recorded.positions[train], recorded.scores[train], self._model.kernel_)
            held_out[test] = model.predict(recorded.positions[test])
        self._expected = held_out[:, -1]
        self._residuals = recorded.scores - held_out
        self.errors = _errors(recorded.scores[:, -1], held_out[:, -1])
        """Errors of the prediction for the last report of held-out trials."""

    def expected(self, positions: Sequence[Sequence[float]]) -> np.ndarray:
        """The expected scores at each of `steps`, (N, R), of settings at positions in the unit cube, (N, D)."""
        return np.asarray(np.clip(self._model.predict(positions), 0, 1))

    def curve(self, position: list[float], seed: int, random: np.random.Generator) -> np.ndarray:
        """The scores of one training at each of `steps`; luck does not depend on the seed."""
        mean = self._model.predict([position])[0]
        luck = random.choice(np.argsort(np.abs(self._expected - mean[-1]))[:SIMILAR])
        curve: np.ndarray = np.clip(mean + self._residuals[luck], 0, 1)
        return curve


class KnownLuck:
    """The expected curves of a surrogate, with luck of a known size.

    Luck shifts a whole curve. Part of it comes from the seed and is the same for all settings.
    """

    def __init__(self, surrogate: Surrogate, luck: float, shared: float, search: int, flat: Sequence[float] | None):
        """Set the luck.

        Args:
            surrogate: gives the expected curves.
            luck: standard deviation of a score between trainings with equal settings.
            shared: share of its variance that comes from the seed and is the same for all settings.
            search: number of the search; each search has other luck.
            flat: a position whose curve all settings get, so that there is no difference to find; or None.
        """
        self.steps = surrogate.steps
        self._surrogate = surrogate
        self._of_seed, self._own = luck * np.sqrt(shared), luck * np.sqrt(1 - shared)
        self._search = search
        self._flat = flat

    def curve(self, position: list[float], seed: int, random: np.random.Generator) -> np.ndarray:
        """The scores of one training at each of `steps`."""
        of_seed = self._of_seed * np.random.default_rng([self._search, seed]).normal()
        expected = self._surrogate.expected([position if self._flat is None else self._flat])[0]
        return np.asarray(expected + of_seed + self._own * random.normal())


def _fitted(positions: np.ndarray, scores: np.ndarray, kernel: Any = None) -> GaussianProcessRegressor:
    """A process fitted to curves, with a given kernel or with one whose parameters are optimised."""
    optimizer = None if kernel is not None else "fmin_l_bfgs_b"
    lengths = Matern(np.ones(positions.shape[1]), (0.05, 20), nu=2.5)
    kernel = kernel or ConstantKernel() * lengths + WhiteKernel(0.1, (0.01, 1))  # noise: seeds differ
    model = GaussianProcessRegressor(kernel, normalize_y=True, optimizer=optimizer, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a setting without effect gets the greatest length scale
        return model.fit(positions, scores)


def _errors(true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    errors = true - predicted
    return {
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "r2": float(1 - np.sum(errors**2) / np.sum((true - true.mean()) ** 2)),
        "rank_correlation": float(spearmanr(true, predicted).statistic),
    }
