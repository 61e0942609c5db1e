"""Our searcher and schedulers on a surrogate of training, without Ray's event loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
from optuna.storages import InMemoryStorage
from overhead import StudyIn
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from surrogate import unit_cube_position

from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.tuning.protocol import METRICS, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch

CONTROLLER = cast(Any, None)
"""Stands for the controller of Ray's loop, which our schedulers never use."""


class SimulatedTrial:
    """The attributes of Ray's trial that a scheduler reads, and the scores that the trial has yet to report."""

    def __init__(self, trial_id: str, config: dict[str, Any], curve: np.ndarray) -> None:
        self.trial_id = trial_id
        self.config = config
        self.scores_left = list(curve)


class Landscape(Protocol):
    """Gives the learning curve of any settings.

    Attributes:
        steps: step of each report, (R,).
    """

    steps: np.ndarray

    def curve(self, position: list[float], seed: int, random: np.random.Generator) -> np.ndarray:
        """The scores of one training at each of `steps`, from a position in the unit cube of the space."""
        ...


@dataclass(frozen=True)
class Moment:
    """A simulated search after a round of reports.

    Attributes:
        steps: steps that its trials have taken together.
        best: highest score of a trial other than trial 0.
        study: the search's study.
    """

    steps: int
    best: float
    study: StudyIn


def simulate(config: SearchConfig, landscape: Landscape, workers: int, trials: int = 1_000_000) -> Iterator[Moment]:
    """Run a search, and stop after each round of reports.

    Args:
        config: settings of the search; its number of trials is ignored.
        landscape: gives the learning curves.
        workers: parallel trials. All of them reach their next report at the same time.
        trials: trials that the search starts.
    """
    random = np.random.default_rng(config.seed)
    study = StudyIn(InMemoryStorage(), make_sampler(config, 0))
    searcher = StudySearch(
        study,
        config.space,
        config.trial,
        metric=TARGET,
        seed=config.seed,
        trials=trials,
        max_concurrent=workers,
        last_checkpoint=lambda number, at_most: None,
        seeds=config.seeds,
    )
    scheduler = make_scheduler(config, [], TARGET)
    every, steps = int(landscape.steps[0]), int(landscape.steps[-1])
    running: list[SimulatedTrial] = []
    taken, started, best = 0, 0, float("-inf")
    while True:
        while len(running) < workers:
            suggested = searcher.suggest(f"simulated-{started}")
            if not isinstance(suggested, dict):
                break
            settings = suggested[SETTINGS]
            curve = landscape.curve(unit_cube_position(config.space, settings), settings["seed"], random)
            running.append(SimulatedTrial(f"simulated-{started}", suggested, curve))
            scheduler.on_trial_add(CONTROLLER, cast(Trial, running[-1]))
            started += 1
        if not running:
            return
        for trial in list(running):
            value = trial.scores_left.pop(0)
            taken += every
            if trial.config[NUMBER] != PAPER_TRIAL:
                best = max(best, float(value))
            step = steps - every * len(trial.scores_left)
            if _ends(searcher, scheduler, trial, step, float(value)):
                running.remove(trial)
        yield Moment(taken, best, study)


def best_by_steps(
    config: SearchConfig, landscape: Landscape, workers: int, budget: int, enough: float = float("inf")
) -> list[tuple[int, float]]:
    """Run a search until its trials have used up a number of steps, or have found a score.

    Args:
        config: settings of the search.
        landscape: gives the learning curves.
        workers: parallel trials.
        budget: steps of all trials together.
        enough: score at which the search ends.

    Returns:
        Steps and best score so far, one pair per improvement. Trial 0, with the paper's weights, does not count.
    """
    best = [(0, float("-inf"))]
    for moment in simulate(config, landscape, workers):
        if moment.best > best[-1][1]:
            best.append((moment.steps, moment.best))
        if moment.steps >= budget or best[-1][1] >= enough:
            break
    return best[1:]


def _ends(searcher: StudySearch, scheduler: TrialScheduler, trial: SimulatedTrial, step: int, value: float) -> bool:
    """Pass on a report as Ray's loop does, and return whether the trial ends with it."""
    result = {
        "step": step,
        "seconds": float(step),
        METRICS: {TARGET: value},
        SCORE: value,
        "done": not trial.scores_left,
    }
    ray_trial = cast(Trial, trial)
    if not trial.scores_left:
        scheduler.on_trial_complete(CONTROLLER, ray_trial, result)
    elif scheduler.on_trial_result(CONTROLLER, ray_trial, result) != TrialScheduler.STOP:
        searcher.on_trial_result(trial.trial_id, result)
        return False
    searcher.on_trial_complete(trial.trial_id, result)
    return True
