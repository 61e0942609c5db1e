"""Population based training: trials that are behind take over networks of those ahead, and go on with other weights.

Ray's schedulers decide who takes over from whom and how weights are mutated (Jaderberg et al. 2017, and PB2,
Parker-Holder et al. 2020). When that happens is decided here: at every second report, once all trials have got there
and are paused with a checkpoint, so that it is the same whatever the places, and a search can go on from any moment.
"""

import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from ray import tune
from ray.train._internal.session import _TrainingResult
from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import PopulationBasedTraining, TrialScheduler
from ray.tune.schedulers.pb2 import PB2
from ray.tune.schedulers.pbt import _PBTTrialState
from sklearn.exceptions import ConvergenceWarning

from lstnet_search.config import WEIGHT_NAMES, LogUniform, Range, Space, Uniform
from lstnet_search.config.search import SearchConfig
from lstnet_search.config.space.mutation import mutated_weights
from lstnet_search.results.study.records import PAPER_TRIAL, Exploit, TrialRecord
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.protocol import CHECKPOINT, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.trials.checkpoints import header_of, take_over, trial_folder

Tell = Callable[[str, int, Exploit], None]
"""Is told Ray's id of a trial, its number, and what it took over."""

QUANTILE = 0.25
"""Share of a population that takes over, and share that is taken over from."""


def exchange_steps(report_steps: Sequence[int]) -> tuple[int, ...]:
    """Steps at which trials are compared: every second report, but for the last one."""
    return tuple(report_steps[1:-1:2])


def next_exchange(steps: Sequence[int], records: Sequence[TrialRecord]) -> float:
    """The first of the steps whose exchange has not taken place; infinity after the last.

    It has where a trial has gone on from there, or has taken over.
    """
    reached = max((report.step for record in records for report in record.reports), default=0)
    exchanged = max((exploit.step for record in records for exploit in record.exploits), default=0)
    return next((step for step in steps if step >= reached and step > exchanged), float("inf"))


class Pbt(PopulationBasedTraining):
    """Perturbs the donor's weights by a fifth, or draws them anew one time in four."""

    logarithmic = False
    """Whether what is mutated is a logarithm where the range has one."""

    def __init__(
        self,
        search: SearchConfig,
        earlier: Sequence[TrialRecord],
        metric: str,
        tell: Tell,
        places: int,
        **mutated: Any,
    ) -> None:
        """Make the scheduler of a population.

        Args:
            search: what is searched; checked for a population.
            earlier: trials of an earlier run of the search.
            metric: by which trials are compared.
            tell: what takes note.
            places: trials that train at once.
            mutated: Ray's description of what is mutated, for other schedulers than this.
        """
        self._space, self._search_seed, self._tell, self._places = search.space, search.seed, tell, places
        self._steps = exchange_steps(search.trial.report_steps)
        self._next = next_exchange(self._steps, earlier)
        self._earlier = {record.number: record for record in earlier}
        self._members = search.trials - sum(record.state != "RUNNING" for record in earlier)
        domains = {key: _domain(bounds) for key, (_, bounds) in _keys(search.space).items()}
        super().__init__(
            time_attr="step",
            metric=SCORE,
            mode="max",
            perturbation_interval=1,
            quantile_fraction=QUANTILE,
            log_config=False,
            synch=True,
            **(mutated or {"hyperparam_mutations": domains}),
        )
        self._earlier_metric = metric
        self._live: Sequence[Trial] = ()
        """Those that exchange."""
        self._keeping_processes = False

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Take a trial in, paused until there is a place, or where it waited for the others in an earlier run."""
        # Not Ray's, which refuses every searcher: ours hands out the population, and is told what becomes of it.
        if trial in self._trial_state:  # its process died; it goes on from its last checkpoint
            return
        state = _PBTTrialState(trial)
        self._trial_state[trial] = state
        trial.config.update(self._coordinates(trial.config[SETTINGS]))
        trial.set_status(Trial.PAUSED)  # type: ignore[no-untyped-call]  # pending ones Ray would start by itself
        if trial.config[CHECKPOINT] is None:
            return
        assert trial.storage is not None
        checkpoint = tune.Checkpoint(trial.config[CHECKPOINT], trial.storage.storage_filesystem)
        state.last_train_time = header_of(checkpoint)["step"]
        if state.last_train_time == self._next:
            record = self._earlier[trial.config[NUMBER]]
            report = next(report for report in record.reports if report.step == self._next)
            result = {"step": report.step, SCORE: report.metrics[self._earlier_metric]}
            _continue_from(trial, checkpoint, result)
            self._save_trial_state(state, report.step, result, trial)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Pause a trial that has got to the next exchange."""
        if "error" in result:
            return str(TrialScheduler.CONTINUE)
        self._save_trial_state(self._trial_state[trial], result["step"], result, trial)
        return str(TrialScheduler.CONTINUE if result["step"] != self._next else TrialScheduler.PAUSE)

    def choose_trial_to_run(self, tune_controller: TuneController) -> Trial | None:
        """The trial that is furthest behind, if there is a place; where all wait, they exchange first."""
        self._keep_processes(tune_controller)
        # Ray's live trials have among them those whose processes died too often.
        live = [trial for trial in tune_controller.get_live_trials() if not trial.is_finished()]  # type: ignore[no-untyped-call]
        complete = len(self._trial_state) == self._members
        if complete and live and all(self._waits(trial) and trial.status == Trial.PAUSED for trial in live):
            self._exchange(tune_controller, sorted(live, key=_number))
        if sum(trial.status in (Trial.PENDING, Trial.RUNNING) for trial in live) >= self._places:
            return None
        ready = [trial for trial in live if trial.status == Trial.PAUSED and not self._waits(trial)]
        return min(ready, key=lambda trial: (self._trial_state[trial].last_train_time, _number(trial)), default=None)

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Ray writes what it could restore a search from, which is never read."""
        return {}

    def _keep_processes(self, tune_controller: TuneController) -> None:
        """Have Ray keep the processes of paused trials for others, as many as there are places, until the end.

        It would end most of them whenever no trial is ready, and start others after the exchange.
        """
        live = tune_controller.get_live_trials()  # type: ignore[no-untyped-call]
        if live and not self._keeping_processes:
            controller = getattr(tune_controller, "_tune_controller")  # noqa: B009  # behind a wrapper
            controller._actor_cache.increase_max(next(iter(live)).placement_group_factory, self._places)
            self._keeping_processes = True

    def _waits(self, trial: Trial) -> bool:
        return self._trial_state[trial].last_train_time >= self._next

    def _exchange(self, tune_controller: TuneController, live: Sequence[Trial]) -> None:
        """Let the last of the trials, which are all paused at one step, take over from the first."""
        self._live = live
        with _drawing_from(derive_seed(self._search_seed, "exchange", int(self._next))):
            lower, upper = self._quantiles()
            for trial in sorted(live, key=lambda trial: trial in lower):  # donors note their checkpoints first
                self._checkpoint_or_exploit(trial, tune_controller, upper, lower)
        self._next = next((step for step in self._steps if step > self._next), float("inf"))

    def _quantiles(self) -> tuple[list[Trial], list[Trial]]:
        """The trials that take over and those that they take over from; the paper's weights only give."""
        order = sorted(
            filter(self._waits, self._live), key=lambda trial: (self._trial_state[trial].last_score, -_number(trial))
        )
        count = min(-(-len(order) // int(1 / QUANTILE)), len(order) // 2)
        upper = order[len(order) - count :]
        return [trial for trial in order if _number(trial) != PAPER_TRIAL and trial not in upper][:count], upper

    def _get_new_config(self, trial: Trial, trial_to_clone: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a trial goes on with: mutated weights of the donor, all else its own."""
        mutated, operations = super()._get_new_config(trial, trial_to_clone)
        keys = _keys(self._space)
        drawn = {name: self._value(bounds, mutated[key]) for key, (name, bounds) in keys.items()}
        settings = trial.config[SETTINGS]
        settings = settings | mutated_weights(self._space, {name: settings[name] for name in WEIGHT_NAMES}, drawn)
        return trial.config | self._coordinates(settings) | {SETTINGS: settings, CHECKPOINT: None}, operations

    def _exploit(self, tune_controller: TuneController, trial: Trial, trial_to_clone: Trial) -> None:
        """Take over, on a copy of the donor's checkpoint: Ray deletes the donor's own when it is out of date."""
        super()._exploit(tune_controller, trial, trial_to_clone)
        step, donor = int(self._next), _number(trial_to_clone)
        assert trial_to_clone.checkpoint is not None  # it is paused
        assert trial.path is not None
        copy = take_over(trial_to_clone.checkpoint, trial.path, donor, step)
        _continue_from(trial, copy, dict(self._trial_state[trial_to_clone].last_result or {}))
        weights = {name: trial.config[SETTINGS][name] for name in WEIGHT_NAMES}
        self._tell(trial.trial_id, _number(trial), Exploit(step, donor, weights))

    def _coordinates(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """What is mutated, by Ray's keys."""
        values = self._space.values(settings)
        return {key: self._coordinate(bounds, values[name]) for key, (name, bounds) in _keys(self._space).items()}

    def _coordinate(self, bounds: Range, value: float) -> float:
        return float(np.log(value)) if self.logarithmic and isinstance(bounds, LogUniform) else float(value)

    def _value(self, bounds: Range, coordinate: float) -> float:
        return float(np.exp(coordinate)) if self.logarithmic and isinstance(bounds, LogUniform) else float(coordinate)


class Pb2(Pbt, PB2):
    """Chooses weights by a Gaussian process of what the score gained since the last exchange."""

    logarithmic = True

    def __init__(
        self, search: SearchConfig, earlier: Sequence[TrialRecord], metric: str, tell: Tell, places: int
    ) -> None:
        """Make the scheduler, knowing what an earlier run observed; see `Pbt`."""
        bounds = {
            key: [self._coordinate(bounds, bounds.low), self._coordinate(bounds, bounds.high)]  # type: ignore[union-attr]
            for key, (_, bounds) in _keys(search.space).items()
        }
        super().__init__(search, earlier, metric, tell, places, hyperparam_bounds=bounds)
        self._replay(metric)

    def _exchange(self, tune_controller: TuneController, live: Sequence[Trial]) -> None:
        self.data = self.data.sort_values(["Time", "Trial"], ignore_index=True)  # not as reports came in
        super()._exchange(tune_controller, live)

    def _get_new_config(self, trial: Trial, trial_to_clone: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        observed = len(self.data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # of so few observations nothing converges
            warnings.simplefilter("ignore", DeprecationWarning)  # Ray gives scipy an option that is to go
            config, operations = super()._get_new_config(trial, trial_to_clone)
        if len(self.data) > observed:  # to the bit what the trial has, for Ray looks for equal rows
            self.data.loc[self.data.index[-1], list(_keys(self._space))] = [config[key] for key in _keys(self._space)]
        return config, operations

    def _replay(self, metric: str) -> None:
        """Make anew the rows that an earlier run had: one a report, and one where a trial took over."""
        rows: list[dict[str, Any]] = []
        waiting = self._next
        for number, record in self._earlier.items():
            for report in record.reports:
                if report.step != waiting:  # a trial that waits tells that report again
                    settings = record.settings | record.weights_before(report.step)
                    rows.append(self._row(number, report.step, settings, report.metrics[metric]))
            for exploit in record.exploits:
                donor = self._earlier[exploit.donor]
                score = next(report.metrics[metric] for report in donor.reports if report.step == exploit.step)
                rows.append(self._row(number, exploit.step, record.settings | exploit.weights, score))
        if rows:
            self.data = pd.DataFrame(rows)
            self.last_exploration_time = max((row["Time"] for row in rows if row["Time"] < waiting), default=0)

    def _row(self, number: int, step: int, settings: Mapping[str, Any], score: float) -> dict[str, Any]:
        return {"Trial": trial_folder(number), "Time": step} | self._coordinates(settings) | {"Reward": score}


def _keys(space: Space) -> dict[str, tuple[str, Range]]:
    """Ray's keys, which must not have a slash -> parameters of a space."""
    return {name.replace("/", ":"): (name, bounds) for name, bounds in space.parameters.items()}


def _domain(bounds: Range) -> Any:
    """A range as Ray draws from it."""
    assert isinstance(bounds, Uniform | LogUniform)
    make = tune.loguniform if isinstance(bounds, LogUniform) else tune.uniform
    return make(bounds.low, bounds.high)


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """Seed the generators that Ray draws from, which are everybody's, and leave them as they were."""
    ours, theirs = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)


def _continue_from(trial: Trial, checkpoint: tune.Checkpoint, result: dict[str, Any]) -> None:
    """Let a paused trial go on from a checkpoint."""
    manager = trial.run_metadata.checkpoint_manager
    assert manager is not None
    manager._latest_checkpoint_result = _TrainingResult(checkpoint=checkpoint, metrics=result)


def _number(trial: Trial) -> int:
    return int(trial.config[NUMBER])


POPULATIONS: dict[str, Callable[[SearchConfig, Sequence[TrialRecord], str, Tell, int], TrialScheduler]] = {
    "pbt": Pbt,
    "pb2": Pb2,
}
"""Each is made of what is searched, trials of earlier runs, the metric that compares them, who takes note, places."""
