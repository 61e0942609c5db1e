"""A sampler for short searches that knows the published weights: it draws around them, around the leader, or anywhere.

After PriorBand (Mallik et al. 2023), without its fidelities.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import exp, log
from statistics import fmean
from typing import Any, Literal, get_args

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial, TrialState

from lstnet_search.tuning.ray_patches.optuna_trials import set_system_attribute

Centre = Literal["anywhere", "published", "leader"]
CENTRES: tuple[Centre, ...] = get_args(Centre)

_SCALES: dict[Centre, tuple[float, float]] = {"published": (0.05, 0.3), "leader": (0.02, 0.2)}
"""Smallest and largest standard deviation of a draw around a centre, as a share of a range."""
_KEPT = 0.5
"""Probability that a draw keeps a parameter of its centre. One parameter is never kept."""
_BEST = 1 / 3
"""The share of the trials that count as successes."""
_CENTRE, _POINT, _SCALE, _KEEPS = "prior:centre", "prior:point", "prior:scale", "prior:keeps"
"""System attributes of a trial."""


class PriorSampler(BaseSampler):
    """Draws around a known good point, around the best point so far, or anywhere.

    Each trial has one centre. A centre is drawn in proportion to the share of its trials that are among the best third,
    so what succeeds is tried more often. Distances are log-normal for parameters that are searched on a logarithmic
    scale, and normal for others. Their scale is drawn anew for each trial, so that some trials stay close.
    """

    def __init__(self, published: Mapping[str, Any], seed: int) -> None:
        """Draw around a known good point.

        Args:
            published: the parameters of the point, by name. Parameters that it lacks are drawn anywhere.
            seed: seed of all draws.
        """
        self._published = dict(published)
        self._anywhere = RandomSampler(seed=seed)
        self._random = np.random.default_rng(seed)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """None: parameters are drawn one by one."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """None: parameters are drawn one by one."""
        return {}

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Choose the centre of a trial, unless its parameters are given or drawn.

        Optuna also calls this for a trial that is handed out again.
        """
        if "fixed_params" in trial.system_attrs or trial.params:
            return
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        chances = _chances(complete)
        centre = CENTRES[self._random.choice(len(CENTRES), p=chances / chances.sum())]
        set_system_attribute(study, trial, _CENTRE, centre)
        if centre in _SCALES:
            point = self._published if centre == "published" else _leader(complete)
            changed = self._random.choice(sorted(point)) if point else None  # a condition may rule all of it out
            kept = [name for name in point if self._random.uniform() < _KEPT and name != changed]
            low, high = map(log, _SCALES[centre])
            about = {_POINT: point, _KEEPS: kept, _SCALE: exp(self._random.uniform(low, high))}
            for name, value in about.items():
                set_system_attribute(study, trial, name, value)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Draw a parameter."""
        point = trial.system_attrs.get(_POINT, {})
        if param_name not in point:
            return self._anywhere.sample_independent(study, trial, param_name, param_distribution)
        if param_name in trial.system_attrs[_KEEPS]:
            return point[param_name]
        return self._near(point[param_name], param_distribution, trial.system_attrs[_SCALE])

    def _near(self, centre: Any, distribution: BaseDistribution, scale: float) -> Any:
        """A value near a centre: numbers by a normal distribution, reflected at the ends; choices at random."""
        if isinstance(distribution, CategoricalDistribution):
            return distribution.choices[self._random.integers(len(distribution.choices))]
        assert isinstance(distribution, FloatDistribution | IntDistribution)
        ends = float(distribution.low), float(distribution.high)
        if distribution.log:
            ends, centre = (log(ends[0]), log(ends[1])), log(centre)
        position = (centre - ends[0]) / (ends[1] - ends[0]) + self._random.normal(0, scale)
        position = 1 - abs(1 - abs(position) % 2)
        value = ends[0] + position * (ends[1] - ends[0])
        value = exp(value) if distribution.log else value
        if distribution.step is not None:
            value = distribution.low + round((value - distribution.low) / distribution.step) * distribution.step
        value = min(max(value, distribution.low), distribution.high)
        return int(value) if isinstance(distribution, IntDistribution) else value


def _score(trial: FrozenTrial) -> float:
    """The mean of a trial's objectives."""
    return float(np.mean(trial.values))


def _chances(complete: Sequence[FrozenTrial]) -> np.ndarray:
    """The share of each centre's trials that are among the best, (3,).

    Three trials are added to each centre, one of them among the best, so that no share is 0. Without complete trials
    there is no leader.
    """
    best = sorted(complete, key=_score, reverse=True)[: round(_BEST * len(complete))]
    successes, trials = (Counter(trial.system_attrs.get(_CENTRE) for trial in each) for each in (best, complete))
    chances = [(1 + successes[centre]) / (3 + trials[centre]) for centre in CENTRES]
    without_leader = [float(centre != "leader") for centre in CENTRES]
    return np.array(chances) * (1 if complete else without_leader)


def _leader(complete: Sequence[FrozenTrial]) -> dict[str, Any]:
    """The parameters with the highest mean score."""
    scores: dict[tuple[tuple[str, Any], ...], list[float]] = defaultdict(list)
    for trial in complete:
        scores[tuple(sorted(trial.params.items()))].append(_score(trial))
    best = max(scores, key=lambda point: fmean(scores[point]))
    return dict(best)
