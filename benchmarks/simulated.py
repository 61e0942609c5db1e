"""Our searcher and schedulers, with a surrogate in place of training and without Ray's loop."""

from typing import Any, cast

import numpy as np
from optuna.storages import InMemoryStorage
from overhead import StudyIn
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from surrogate import Surrogate, place

from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.tuning.protocol import NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch

CONTROLLER = cast(Any, None)
"""Of Ray's loop, which our schedulers never ask."""


class SimulatedTrial:
    """What a scheduler reads of Ray's trial, and its learning curve."""

    def __init__(self, trial_id: str, config: dict[str, Any], curve: np.ndarray) -> None:
        self.trial_id = trial_id
        self.config = config
        self.left = list(curve)


def best_by_steps(
    config: SearchConfig, surrogate: Surrogate, workers: int, budget: int, enough: float = float("inf")
) -> list[tuple[int, float]]:
    """Run a search until its trials have taken a number of steps, or found enough.

    Args:
        config: of the search; as many trials are begun as there are steps for.
        surrogate: trains them.
        workers: trials at once; in a tick of the clock each of them reaches its next report.
        budget: steps of all trials together.
        enough: a score.

    Returns:
        Steps taken and the best score so far, where it rose; the paper's weights, always tried, do not count.
    """
    random = np.random.default_rng(config.seed)
    searcher = StudySearch(
        StudyIn(InMemoryStorage(), make_sampler(config, 0)),
        config.space,
        config.trial,
        metric=TARGET,
        seed=config.seed,
        trials=1_000_000,
        max_concurrent=workers,
        last_checkpoint=lambda number, at_most: None,
    )
    scheduler = make_scheduler(config, [], TARGET)
    every, steps = int(surrogate.steps[0]), int(surrogate.steps[-1])
    running: list[SimulatedTrial] = []
    taken, begun, best = 0, 0, [(0, float("-inf"))]
    while taken < budget and best[-1][1] < enough:
        while len(running) < workers:
            suggested = searcher.suggest(f"simulated-{begun}")
            assert suggested is not None
            curve = surrogate.curve(place(config.space, suggested[SETTINGS]), random)
            running.append(SimulatedTrial(f"simulated-{begun}", suggested, curve))
            scheduler.on_trial_add(CONTROLLER, cast(Trial, running[-1]))
            begun += 1
        for trial in list(running):
            value = trial.left.pop(0)
            taken += every
            if value > best[-1][1] and trial.config[NUMBER] != PAPER_TRIAL:
                best.append((taken, float(value)))
            step = steps - every * len(trial.left)
            if _ends(searcher, scheduler, trial, step, float(value)):
                running.remove(trial)
    return best[1:]


def _ends(searcher: StudySearch, scheduler: TrialScheduler, trial: SimulatedTrial, step: int, value: float) -> bool:
    """Tell a report as Ray's loop does; whether the trial ends with it."""
    result = {"step": step, "seconds": float(step), f"metric/{TARGET}": value, SCORE: value, "done": not trial.left}
    theirs = cast(Trial, trial)
    if not trial.left:
        scheduler.on_trial_complete(CONTROLLER, theirs, result)
    elif scheduler.on_trial_result(CONTROLLER, theirs, result) != TrialScheduler.STOP:
        searcher.on_trial_result(trial.trial_id, result)
        return False
    searcher.on_trial_complete(trial.trial_id, result)
    return True
