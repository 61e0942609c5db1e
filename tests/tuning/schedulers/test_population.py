"""When trials of a population copy from each other, which ones, and with which weights."""

import random
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from ray.tune.experiment import Trial

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.study.records import Exploit, ReportRecord, TrialRecord
from lstnet_search.tuning.protocol import CHECKPOINT, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.schedulers.population import Pb2, Pbt, _drawing_from, exchange_steps, next_exchange
from lstnet_search.tuning.trials.checkpoints import trial_folder

SPACE = {
    "w3": 100,
    "w1": {"type": "loguniform", "low": 1, "high": 1000},
    "w2": {"type": "uniform", "low": 0, "high": 50},
}


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "preset": "cpu",
        "trial": PRESETS["cpu"].trial.override({"steps": 60, "reports": 6}, "test").model_dump(),
        "trials": 4,
        "space_file": "mine.yaml",
        "space": Space.parse(SPACE, "mine.yaml"),
        "sampler": "random",
        "scheduler": "pbt",
    } | changes


SEARCH = SearchConfig.parse(asked(), "test")


class FakeTrial(SimpleNamespace):
    """The part of Ray's trial that the scheduler reads."""

    def __hash__(self) -> int:
        return hash(self.trial_id)

    def __str__(self) -> str:
        return trial_folder(self.config[NUMBER])

    def is_finished(self) -> bool:
        return self.status in (Trial.TERMINATED, Trial.ERROR)

    def set_status(self, status: str) -> None:
        self.status = status


def member(number: int, **weights: float) -> Trial:
    settings = SEARCH.trial.override(weights, "test").model_dump(mode="json")
    config = {NUMBER: number, SETTINGS: settings, CHECKPOINT: None}
    return cast(Trial, FakeTrial(trial_id=f"ray{number}", experiment_tag="", config=config, status=Trial.PENDING))


def no_exploit(trial_id: str, number: int, exploit: Exploit) -> None:
    raise AssertionError("no trial copies here")


def population(kind: type[Pbt] = Pbt, concurrent: int = 2, **weights: float) -> tuple[Any, list[Trial]]:
    scheduler: Any = kind(SEARCH, [], "snd", no_exploit, concurrent)
    trials = [member(number, **weights) for number in range(4)]
    for trial in trials:
        scheduler.on_trial_add(None, trial)
    return scheduler, trials


def at_20(scheduler: Any, trials: list[Trial], scores: list[float]) -> None:
    for trial, score in zip(trials, scores, strict=True):
        assert scheduler.on_trial_result(None, trial, {"step": 10, SCORE: score}) == "CONTINUE"
        assert scheduler.on_trial_result(None, trial, {"step": 20, SCORE: score}) == "PAUSE"


@pytest.mark.parametrize(("reports", "steps"), [((10, 20, 30, 40, 50, 60), (20, 40)), ((4, 8, 12), (8,)), ((3, 6), ())])
def test_trials_are_compared_at_every_second_report_but_the_last(
    reports: tuple[int, ...], steps: tuple[int, ...]
) -> None:
    assert exchange_steps(reports) == steps


def reported(number: int, *steps: int, exploits: tuple[Exploit, ...] = ()) -> TrialRecord:
    return TrialRecord(
        number, "RUNNING", member(number).config[SETTINGS], [ReportRecord(step, 1.0, {"snd": 1.0}) for step in steps],
        exploits=exploits,
    )  # fmt: skip


def test_an_exchange_is_due_until_a_trial_has_continued_from_it_or_copied_at_it() -> None:
    steps = (20, 40)
    assert next_exchange(steps, []) == 20
    assert next_exchange(steps, [reported(0, 10, 20), reported(1, 10)]) == 20
    assert next_exchange(steps, [reported(0, 10, 20, 30), reported(1, 10, 20)]) == 40
    assert next_exchange(steps, [reported(0, 10, 20, exploits=(Exploit(20, 1, {}),)), reported(1, 10, 20)]) == 40
    assert next_exchange(steps, [reported(0, 10, 20, 30, 40, 50)]) == float("inf")


@pytest.mark.parametrize(
    ("scores", "lower", "upper"),
    [
        ([0.5, 0.9, 0.1, 0.3], [2], [1]),
        ([0.0, 0.9, 0.1, 0.3], [2], [1]),  # trial 0, the paper's weights, is last, and never copies
        ([0.9, 0.5, 0.5, 0.6], [2], [0]),  # trial 0 is copied from; of equal trials, the later one copies
    ],
)
def test_the_worst_quarter_copies_from_the_best_except_trial_0(
    scores: list[float], lower: list[int], upper: list[int]
) -> None:
    scheduler, trials = population()
    at_20(scheduler, trials, scores)
    assert scheduler.quantiles(trials) == ([trials[number] for number in lower], [trials[number] for number in upper])


def test_a_trial_that_copies_has_mutated_weights_of_the_donor_and_its_own_other_settings() -> None:
    scheduler, trials = population(w1=100, w2=40)
    trials[1].config[SETTINGS] |= {"seed": 7}
    scheduler._resample_probability = 0
    config, _ = scheduler.new_config(trials[1], trials[0])
    assert config[SETTINGS]["w1"] in (80, 120)
    assert config[SETTINGS]["w2"] in (32, 48)
    assert (config["w1"], config["w2"]) == (config[SETTINGS]["w1"], config[SETTINGS]["w2"])
    assert config[NUMBER] == 1
    assert config[SETTINGS] == trials[1].config[SETTINGS] | {name: config[SETTINGS][name] for name in ("w1", "w2")}
    assert config[SETTINGS]["seed"] == 7
    assert trials[0].config[SETTINGS]["w1"] == 100


def test_mutations_depend_on_the_seed_alone_and_leave_the_global_generators_as_they_were() -> None:
    random.seed(5)
    np.random.seed(5)
    expected = random.random(), float(np.random.rand())
    random.seed(5)
    np.random.seed(5)
    draws = []
    for _ in range(2):
        with _drawing_from(9):
            draws.append((random.random(), float(np.random.rand())))
    assert draws[0] == draws[1]
    assert (random.random(), float(np.random.rand())) == expected


def in_order(scheduler: Any) -> list[dict[str, Any]]:
    return list(
        scheduler.data.sort_values(["Time", "Trial"])[["Trial", "Time", "w1", "w2", "Reward"]].T.to_dict().values()
    )


def test_a_resumed_pb2_has_what_an_earlier_run_observed() -> None:
    scheduler, trials = population(Pb2)
    at_20(scheduler, trials, [1.0] * 4)
    scheduler._next = 40
    for trial in trials:
        scheduler.on_trial_result(None, trial, {"step": 30, SCORE: 1.0})
    again: Any = Pb2(SEARCH, [reported(number, 10, 20, 30) for number in range(4)], "snd", no_exploit, 2)
    assert in_order(again) == in_order(scheduler)
    assert len(again.data) == 12
    assert again.data["w1"][0] == np.log(20)  # w2 and its range are not logarithmic
    assert again.data["w2"][0] == 20


def test_pb2_knows_the_gain_of_every_donor_at_the_first_exchange() -> None:
    scheduler, trials = population(Pb2)
    at_20(scheduler, trials, [0.1, 0.2, 0.3, 0.4])
    config, _ = scheduler.new_config(trials[0], trials[3])
    assert config[SETTINGS]["w1"] != 20
    assert 1 <= config[SETTINGS]["w1"] <= 1000
    assert 0 <= config[SETTINGS]["w2"] <= 50
    taken = scheduler.data.iloc[-1]
    assert (taken["Trial"], taken["Time"], taken["Reward"]) == ("trial_00000", 20, 0.4)
    assert taken["w1"] == np.log(config[SETTINGS]["w1"])


class FakeController:
    """The part of Ray's controller that the scheduler uses."""

    def __init__(self, trials: list[Trial]) -> None:
        self._trials = trials

    def get_live_trials(self) -> list[Trial]:
        return self._trials


def test_no_more_trials_train_than_run_at_once_and_those_behind_come_first() -> None:
    scheduler, trials = population()
    scheduler._keeping_processes = True
    assert [trial.status for trial in trials] == [Trial.PAUSED] * 4
    controller = FakeController(trials)
    for number in (0, 1):
        chosen = scheduler.choose_trial_to_run(controller)
        assert chosen is trials[number]
        chosen.set_status(Trial.RUNNING)
    assert scheduler.choose_trial_to_run(controller) is None
    scheduler.on_trial_result(None, trials[0], {"step": 10, SCORE: 1.0})
    trials[0].set_status(Trial.PAUSED)
    assert scheduler.choose_trial_to_run(controller) is trials[2]


def test_the_waiting_trials_exchange_when_the_last_running_one_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler, trials = population()
    scheduler._keeping_processes = True
    exchanged: list[list[Trial]] = []
    monkeypatch.setattr(scheduler, "_exchange", lambda controller, live: exchanged.append(live))
    for trial in trials[:3]:
        scheduler.on_trial_result(None, trial, {"step": 20, SCORE: 1.0})
    scheduler.choose_trial_to_run(FakeController(trials))
    assert exchanged == []
    trials[3].set_status(Trial.ERROR)
    scheduler.choose_trial_to_run(FakeController(trials))
    assert exchanged == [trials[:3]]


def test_a_trial_whose_process_died_keeps_its_state() -> None:
    scheduler, trials = population()
    scheduler.on_trial_result(None, trials[1], {"step": 10, SCORE: 0.5})
    trials[1].config[CHECKPOINT] = "gone"
    trials[1].set_status(Trial.PENDING)  # as Ray sets it
    scheduler.on_trial_add(None, trials[1])
    assert scheduler.members[trials[1]].last_train_time == 10
    assert trials[1].status == Trial.PENDING
