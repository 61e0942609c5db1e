"""Samplers: they propose the settings of the next trial."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, CmaEsSampler, GPSampler, NSGAIISampler, QMCSampler, RandomSampler
from optuna.samplers.nsgaii import SBXCrossover

from lstnet_search.config import Choice
from lstnet_search.config.search import SamplerName, SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.ray_patches.bounded_tpe import BoundedTPESampler
from lstnet_search.tuning.study.prior_sampler import PriorSampler

STARTUP_TRIALS = 10


@dataclass(frozen=True)
class _Sampler:
    """A sampler, and what it can do. Many samplers silently draw at random where they cannot do something.

    Attributes:
        make: makes it for a search, from a seed.
        conditional: whether it learns about settings that are searched only under a condition.
        choices: whether it learns about choices.
        min_dimensions: number of free dimensions that it needs.
        package: package that must be installed.
        several_objectives: whether it accepts several objectives.
        learns_from_others: whether it learns from trials that it has not proposed.
        one_sequence: whether a resumed search must draw with the seed of the first run.
    """

    make: Callable[[SearchConfig, int], BaseSampler]
    conditional: bool = False
    choices: bool = True
    min_dimensions: int = 1
    package: str | None = None
    several_objectives: bool = True
    learns_from_others: bool = False
    one_sequence: bool = False


SAMPLERS: dict[SamplerName, _Sampler] = {
    # Tree-structured Parzen estimator (Bergstra et al. 2011), over all settings jointly.
    "tpe": _Sampler(
        lambda search, seed: BoundedTPESampler(multivariate=True, n_startup_trials=_startup(search), seed=seed),
        conditional=True,
        learns_from_others=True,
    ),
    # Gaussian process with expected improvement.
    "gp": _Sampler(
        lambda search, seed: GPSampler(n_startup_trials=_startup(search), seed=seed), learns_from_others=True
    ),
    # Covariance matrix adaptation (Hansen & Ostermeier 2001). By default it ignores stopped trials.
    "cmaes": _Sampler(
        lambda search, seed: CmaEsSampler(consider_pruned_trials=True, seed=seed),
        choices=False,
        min_dimensions=2,
        package="cmaes",
        several_objectives=False,
    ),
    # A genetic algorithm for several objectives (Deb et al. 2002). Optuna's default population of 50 is a whole search,
    # and its default crossover passes values on unchanged; the paper's is simulated binary crossover.
    "nsga2": _Sampler(
        lambda search, seed: NSGAIISampler(population_size=_startup(search), crossover=SBXCrossover(), seed=seed)
    ),
    # Scrambled Sobol points: they fill the space evenly and learn nothing.
    "qmc": _Sampler(lambda search, seed: QMCSampler(scramble=True, seed=seed), one_sequence=True),
    "random": _Sampler(lambda search, seed: RandomSampler(seed=seed), conditional=True),
    # Draws around the published weights and the leader.
    "prior": _Sampler(
        lambda search, seed: PriorSampler(search.space.point(search.trial), seed),
        conditional=True,
        learns_from_others=True,
    ),
}


def _startup(search: SearchConfig) -> int:
    """The number of random draws that a sampler begins with."""
    return min(STARTUP_TRIALS, max(4, search.trials // 4))


def make_sampler(search: SearchConfig, known_trials: int) -> BaseSampler:
    """The sampler of a search. One that learns begins with random draws: ten, or fewer in a small search.

    Args:
        search: the search.
        known_trials: number of trials that the study has. A resumed search draws from a seed that depends on it.
    """
    sampler = SAMPLERS[search.sampler]
    seed = derive_seed(search.seed, "sampler", 0 if sampler.one_sequence else known_trials)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # interfaces may change, but Optuna is pinned
        return sampler.make(search, seed)


def refuse_sampler(search: SearchConfig) -> None:
    """Refuse a sampler that cannot search the space.

    Raises:
        InputError: with the reason, and the samplers that can.
    """
    name, space, sampler = search.sampler, search.space, SAMPLERS[search.sampler]
    if not space.dimensions:  # only the points are trained
        return

    def names_of(can: Callable[[_Sampler], bool]) -> str:
        return ", ".join(other for other, candidate in SAMPLERS.items() if can(candidate))

    def refuse(reason: str, can: Callable[[_Sampler], bool]) -> InputError:
        return InputError(f"--sampler {name} {reason}; choose one of {names_of(can)}, or change {search.space_file}")

    if sampler.package is not None and find_spec(sampler.package) is None:
        raise InputError(
            f"--sampler {name} needs the package {sampler.package}, which is not installed; "
            f"pip install {sampler.package}"
        )
    chosen = [parameter for parameter, bounds in space.parameters.items() if isinstance(bounds, Choice)]
    if chosen and not sampler.choices:
        names = ", ".join(chosen)
        raise refuse(f"searches numbers only, and {names} is a choice", lambda candidate: candidate.choices)
    if space.conditions and not sampler.conditional:
        settings = ", ".join(space.conditions)
        raise refuse(
            f"cannot learn about {settings}, searched only under a condition ('when')",
            lambda candidate: candidate.conditional,
        )
    if search.direction == "pareto" and not sampler.several_objectives:
        raise InputError(
            f"--sampler {name} supports one objective, and --direction pareto has two; "
            f"choose one of {names_of(lambda candidate: candidate.several_objectives)}, or --direction both"
        )
    if search.warm_start is not None and not sampler.learns_from_others:
        raise InputError(
            f"--sampler {name} learns nothing from --warm-start {search.warm_start}; "
            f"choose one of {names_of(lambda candidate: candidate.learns_from_others)}, or leave --warm-start out"
        )
    if space.dimensions < sampler.min_dimensions:
        raise refuse(
            f"needs at least {sampler.min_dimensions} free dimensions",
            lambda candidate: candidate.min_dimensions < sampler.min_dimensions,
        )
