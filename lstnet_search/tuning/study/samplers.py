"""Samplers: who proposes the settings of the next trial."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import (
    BaseSampler,
    CmaEsSampler,
    GPSampler,
    NSGAIISampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator
from optuna.samplers.nsgaii import SBXCrossover
from optuna.trial import FrozenTrial

from lstnet_search.config import Choice
from lstnet_search.config.search import SamplerName, SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.seeding import derive_seed

STARTUP_TRIALS = 10

CONSIDERED_TRIALS = 1000
"""Of the trials that TPE takes for poor, the latest so many: else each draw takes longer the more there were."""


class BoundedTPESampler(TPESampler):
    """TPE whose draws take about as long after ten thousand trials as after one thousand.

    It gives older trials less weight anyway. The good ones, of which it takes 25 at most, all count.
    """

    def _build_parzen_estimator(
        self, study: Study, search_space: dict[str, BaseDistribution], trials: list[FrozenTrial], handle_below: bool
    ) -> _ParzenEstimator:
        return super()._build_parzen_estimator(study, search_space, trials[-CONSIDERED_TRIALS:], handle_below)


@dataclass(frozen=True)
class _Row:
    """A sampler, and what it cannot do well enough to be left to it.

    Attributes:
        make: of a seed and a number of random draws to begin with.
        conditional: whether it learns about settings that are not always searched.
        choices: whether it learns about choices.
        least: free dimensions that it needs.
        package: to be installed.
        several: whether it takes several objectives.
        others: whether it learns from trials that it has not proposed.
        one_sequence: whether a search that goes on must draw with the seed that it began with.
    """

    make: Callable[[int, int], BaseSampler]
    conditional: bool = False
    choices: bool = True
    least: int = 1
    package: str | None = None
    several: bool = True
    others: bool = False
    one_sequence: bool = False


SAMPLERS: dict[SamplerName, _Row] = {
    # Tree-structured Parzen estimator (Bergstra et al. 2011), over all settings jointly.
    "tpe": _Row(
        lambda seed, startup: BoundedTPESampler(multivariate=True, n_startup_trials=startup, seed=seed),
        conditional=True,
        others=True,
    ),
    # Gaussian process with expected improvement.
    "gp": _Row(lambda seed, startup: GPSampler(n_startup_trials=startup, seed=seed), others=True),
    # Covariance matrix adaptation (Hansen & Ostermeier 2001); it learns from stopped trials only when told to.
    "cmaes": _Row(
        lambda seed, startup: CmaEsSampler(consider_pruned_trials=True, seed=seed),
        choices=False,
        least=2,
        package="cmaes",
        several=False,
    ),
    # A genetic algorithm (Deb et al. 2002), made for several objectives. Optuna's populations of 50 are whole searches,
    # and its crossover hands values on unchanged; simulated binary crossover is that of the paper.
    "nsga2": _Row(lambda seed, startup: NSGAIISampler(population_size=startup, crossover=SBXCrossover(), seed=seed)),
    # Scrambled Sobol points: fills the space evenly, learns nothing.
    "qmc": _Row(lambda seed, startup: QMCSampler(scramble=True, seed=seed), one_sequence=True),
    "random": _Row(lambda seed, startup: RandomSampler(seed=seed), conditional=True),
}


def make_sampler(search: SearchConfig, known_trials: int) -> BaseSampler:
    """The sampler of a search, after ten random draws, or a quarter of a small search, where it learns.

    Args:
        search: what was asked for.
        known_trials: how far it was; a search that goes on draws from a seed that depends on it.
    """
    row = SAMPLERS[search.sampler]
    seed = derive_seed(search.seed, "sampler", 0 if row.one_sequence else known_trials)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # of interfaces that may change; optuna is pinned
        return row.make(seed, min(STARTUP_TRIALS, max(4, search.trials // 4)))


def refuse_sampler(search: SearchConfig) -> None:
    """Refuse a sampler that cannot search the space: most would silently draw at random instead.

    Raises:
        InputError: with the reason and those that can.
    """
    name, space, row = search.sampler, search.space, SAMPLERS[search.sampler]
    if not space.dimensions:  # points alone
        return

    def refuse(reason: str, able: Callable[[_Row], bool]) -> InputError:
        others = ", ".join(other for other, its in SAMPLERS.items() if able(its))
        return InputError(f"--sampler {name} {reason}; choose one of {others}, or change {search.space_file}")

    if row.package is not None and find_spec(row.package) is None:
        raise InputError(
            f"--sampler {name} needs the package {row.package}, which is not installed; pip install {row.package}"
        )
    chosen = [parameter for parameter, bounds in space.parameters.items() if isinstance(bounds, Choice)]
    if chosen and not row.choices:
        raise refuse(f"searches numbers only, and {', '.join(chosen)} is a choice", lambda its: its.choices)
    if space.conditions and not row.conditional:
        settings = ", ".join(space.conditions)
        raise refuse(f"cannot learn about {settings}, searched only at times ('when')", lambda its: its.conditional)
    if search.direction == "pareto" and not row.several:
        able = ", ".join(other for other, its in SAMPLERS.items() if its.several)
        raise InputError(
            f"--sampler {name} has one objective, and --direction pareto two; choose one of {able}, or --direction both"
        )
    if search.warm_start is not None and not row.others:
        able = ", ".join(other for other, its in SAMPLERS.items() if its.others)
        raise InputError(
            f"--sampler {name} learns nothing from --warm-start {search.warm_start}; "
            f"choose one of {able}, or leave --warm-start out"
        )
    if space.dimensions < row.least:
        raise refuse(f"needs at least {row.least} free dimensions", lambda its: its.least < row.least)
