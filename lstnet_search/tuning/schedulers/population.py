"""Population based training: trials that are behind copy the networks of trials ahead, and continue with new weights.

Ray's schedulers decide who copies from whom and how weights are mutated (Jaderberg et al. 2017, and PB2, Parker-Holder
et al. 2020). When that happens is decided here: at every second report, when all trials have reached it and are paused
with a checkpoint. So the outcome does not depend on how many trials run at once, and a search can resume at any moment.
"""

import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from ray import tune
from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.schedulers.pb2 import PB2
from sklearn.exceptions import ConvergenceWarning

from lstnet_search.config import WEIGHT_NAMES, LogUniform, Range, Space, Uniform
from lstnet_search.config.search import SearchConfig
from lstnet_search.config.space.mutation import mutated_weights
from lstnet_search.results.study.records import PAPER_TRIAL, Exploit, TrialRecord
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.protocol import CHECKPOINT, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.ray_patches.population import Population, keep_processes
from lstnet_search.tuning.ray_patches.trial_results import continue_from
from lstnet_search.tuning.trials.checkpoints import copy_from_donor, read_header, trial_folder

OnExploit = Callable[[str, int, Exploit], None]
"""Called with Ray's id of a trial, its number, and what it copied."""

QUANTILE = 0.25
"""Share of the population that copies, and share that is copied from."""


def exchange_steps(report_steps: Sequence[int]) -> tuple[int, ...]:
    """Steps at which trials are compared: every second report except the last."""
    return tuple(report_steps[1:-1:2])


def next_exchange(steps: Sequence[int], records: Sequence[TrialRecord]) -> float:
    """The first of the steps whose exchange has not taken place, or infinity after the last.

    An exchange has taken place if a trial has continued from it or copied at it.
    """
    reached = max((report.step for record in records for report in record.reports), default=0)
    exchanged = max((exploit.step for record in records for exploit in record.exploits), default=0)
    return next((step for step in steps if step >= reached and step > exchanged), float("inf"))


class Pbt(Population):
    """Perturbs the donor's weights by a fifth, or redraws them one time in four."""

    logarithmic = False
    """Whether weights with a logarithmic range are mutated as logarithms."""

    def __init__(
        self,
        search: SearchConfig,
        earlier: Sequence[TrialRecord],
        metric: str,
        on_exploit: OnExploit,
        concurrent: int,
        **mutated: Any,
    ) -> None:
        """Make the scheduler of a population.

        Args:
            search: a search whose configuration has been checked for a population.
            earlier: trials of an earlier run of the search.
            metric: metric that compares the trials.
            on_exploit: called when a trial has copied from another.
            concurrent: number of trials that train at once.
            mutated: Ray's description of what is mutated, if a subclass passes one.
        """
        self._space, self._search_seed = search.space, search.seed
        self._on_exploit, self._concurrent = on_exploit, concurrent
        self._steps = exchange_steps(search.trial.report_steps)
        self._next = next_exchange(self._steps, earlier)
        self._earlier = {record.number: record for record in earlier}
        self._size = search.trials - sum(record.state != "RUNNING" for record in earlier)
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
        self._keeping_processes = False

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Add a trial. It is paused until it may run, or because it waited for the others in an earlier run."""
        # Not Ray's method, which refuses any searcher. Ours only hands out the population and records what happens.
        if trial in self.members:  # its process died; it continues from its last checkpoint
            return
        state = self.add_member(trial)
        trial.config.update(self._coordinates(trial.config[SETTINGS]))
        trial.set_status(Trial.PAUSED)  # type: ignore[no-untyped-call]  # Ray would start a pending trial by itself
        if trial.config[CHECKPOINT] is None:
            return
        assert trial.storage is not None
        checkpoint = tune.Checkpoint(trial.config[CHECKPOINT], trial.storage.storage_filesystem)
        state.last_train_time = read_header(checkpoint)["step"]
        if state.last_train_time == self._next:
            record = self._earlier[trial.config[NUMBER]]
            report = next(report for report in record.reports if report.step == self._next)
            result = {"step": report.step, SCORE: report.metrics[self._earlier_metric]}
            continue_from(trial, checkpoint, result)
            self.record_result(trial, result)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Pause a trial that has reached the next exchange."""
        if "error" in result:
            return str(TrialScheduler.CONTINUE)
        self.record_result(trial, result)
        return str(TrialScheduler.CONTINUE if result["step"] != self._next else TrialScheduler.PAUSE)

    def choose_trial_to_run(self, tune_controller: TuneController) -> Trial | None:
        """The trial that is furthest behind, if another one may run. If all trials wait, they exchange first."""
        # Ray's live trials include those whose processes died too often.
        live = [trial for trial in tune_controller.get_live_trials() if not trial.is_finished()]  # type: ignore[no-untyped-call]
        if live and not self._keeping_processes:
            keep_processes(tune_controller, live[0], self._concurrent)
            self._keeping_processes = True
        all_added = len(self.members) == self._size
        if all_added and live and all(self._waits(trial) and trial.status == Trial.PAUSED for trial in live):
            self._exchange(tune_controller, sorted(live, key=_number))
        if sum(trial.status in (Trial.PENDING, Trial.RUNNING) for trial in live) >= self._concurrent:
            return None
        ready = [trial for trial in live if trial.status == Trial.PAUSED and not self._waits(trial)]
        return min(ready, key=lambda trial: (self.members[trial].last_train_time, _number(trial)), default=None)

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, because Ray pickles this for a snapshot that is never read."""
        return {}

    def _waits(self, trial: Trial) -> bool:
        return self.members[trial].last_train_time >= self._next

    def _exchange(self, tune_controller: TuneController, live: Sequence[Trial]) -> None:
        """Let the worst of the trials, which are all paused at one step, copy from the best."""
        with _drawing_from(derive_seed(self._search_seed, "exchange", int(self._next))):
            lower, upper = self.quantiles(live)
            donors_first = sorted(live, key=lambda trial: trial in lower)  # donors must note their checkpoints first
            self.exchange(tune_controller, donors_first, lower, upper)
        self._next = next((step for step in self._steps if step > self._next), float("inf"))

    def quantiles(self, live: Sequence[Trial]) -> tuple[list[Trial], list[Trial]]:
        """The trials that copy and those that they copy from. The trial with the paper's weights never copies."""
        order = sorted(filter(self._waits, live), key=lambda trial: (self.members[trial].last_score, -_number(trial)))
        count = min(-(-len(order) // int(1 / QUANTILE)), len(order) // 2)
        upper = order[len(order) - count :]
        return [trial for trial in order if _number(trial) != PAPER_TRIAL and trial not in upper][:count], upper

    def new_config(self, trial: Trial, donor: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        """The trial's own configuration with mutated weights of the donor."""
        mutated, operations = super().new_config(trial, donor)
        keys = _keys(self._space)
        drawn = {name: self._value(bounds, mutated[key]) for key, (name, bounds) in keys.items()}
        settings = trial.config[SETTINGS]
        settings = settings | mutated_weights(self._space, {name: settings[name] for name in WEIGHT_NAMES}, drawn)
        return trial.config | self._coordinates(settings) | {SETTINGS: settings, CHECKPOINT: None}, operations

    def exploit(self, tune_controller: TuneController, trial: Trial, donor: Trial) -> None:
        """Continue from a copy of the donor's checkpoint: Ray deletes the donor's own when it is out of date."""
        super().exploit(tune_controller, trial, donor)
        step, donor_number = int(self._next), _number(donor)
        assert donor.checkpoint is not None  # it is paused
        assert trial.path is not None
        copy = copy_from_donor(donor.checkpoint, trial.path, donor_number, step)
        continue_from(trial, copy, dict(self.members[donor].last_result or {}))
        weights = {name: trial.config[SETTINGS][name] for name in WEIGHT_NAMES}
        self._on_exploit(trial.trial_id, _number(trial), Exploit(step, donor_number, weights))

    def _coordinates(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """The values that are mutated, by Ray's keys."""
        values = self._space.values(settings)
        return {key: self._coordinate(bounds, values[name]) for key, (name, bounds) in _keys(self._space).items()}

    def _coordinate(self, bounds: Range, value: float) -> float:
        return float(np.log(value)) if self.logarithmic and isinstance(bounds, LogUniform) else float(value)

    def _value(self, bounds: Range, coordinate: float) -> float:
        return float(np.exp(coordinate)) if self.logarithmic and isinstance(bounds, LogUniform) else float(coordinate)


class Pb2(Pbt, PB2):
    """Chooses weights with a Gaussian process of how much the score rose since the last exchange."""

    logarithmic = True

    def __init__(
        self, search: SearchConfig, earlier: Sequence[TrialRecord], metric: str, on_exploit: OnExploit, concurrent: int
    ) -> None:
        """Make the scheduler with what an earlier run observed; see `Pbt`."""
        bounds = {
            key: [self._coordinate(bounds, bounds.low), self._coordinate(bounds, bounds.high)]  # type: ignore[union-attr]
            for key, (_, bounds) in _keys(search.space).items()
        }
        super().__init__(search, earlier, metric, on_exploit, concurrent, hyperparam_bounds=bounds)
        self._replay(metric)

    def _exchange(self, tune_controller: TuneController, live: Sequence[Trial]) -> None:
        # Ray observes reports in the order of their arrival, which must not matter.
        self.data = self.data.sort_values(["Time", "Trial"], ignore_index=True)
        super()._exchange(tune_controller, live)

    def new_config(self, trial: Trial, donor: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        """The trial's own configuration with weights that the Gaussian process chose."""
        observed = len(self.data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # usual for so few observations
            warnings.simplefilter("ignore", DeprecationWarning)  # Ray passes a deprecated option to scipy
            config, operations = super().new_config(trial, donor)
        if len(self.data) > observed:  # Ray looks for rows that are bitwise equal
            self.data.loc[self.data.index[-1], list(_keys(self._space))] = [config[key] for key in _keys(self._space)]
        return config, operations

    def _replay(self, metric: str) -> None:
        """Rebuild the rows that an earlier run had: one per report, and one per exploit."""
        rows: list[dict[str, Any]] = []
        waiting = self._next
        for number, record in self._earlier.items():
            for report in record.reports:
                if report.step != waiting:  # a trial that waits reports that step again
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
    """Ray's keys, which must not contain a slash -> names and ranges of the space's parameters."""
    return {name.replace("/", ":"): (name, bounds) for name, bounds in space.parameters.items()}


def _domain(bounds: Range) -> Any:
    """A range as Ray draws from it."""
    assert isinstance(bounds, Uniform | LogUniform)
    make = tune.loguniform if isinstance(bounds, LogUniform) else tune.uniform
    return make(bounds.low, bounds.high)


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """Seed the global generators that Ray draws from, and restore them after the block."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


def _number(trial: Trial) -> int:
    return int(trial.config[NUMBER])


POPULATIONS: dict[str, Callable[[SearchConfig, Sequence[TrialRecord], str, OnExploit, int], TrialScheduler]] = {
    "pbt": Pbt,
    "pb2": Pb2,
}
"""Name -> scheduler of a population; its arguments are those of `Pbt`."""
