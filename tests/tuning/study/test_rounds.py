"""The order in which rounds are drawn and recorded, without Ray running."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ray.tune.search import Searcher

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.study.rounds import ROUND, Rounds, RoundSearch
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.study import Study

FILE = Path(__file__).parents[3] / "search_spaces" / "weight_ratios.yaml"
SPACE = Space.read(FILE)
BASE = PRESETS["cpu"].trial.override({"steps": 30, "reports": 3}, "test")
TRIALS = ROUND + 3


def result(settings: dict[str, Any], step: int = 30) -> dict[str, Any]:
    value = settings["w1"] % 1 - settings["wl"] / 1000
    return {"step": step, "seconds": 1.0, SCORE: value, METRICS: {"snd": value}}


def make(path: Path, sampler: str = "tpe", trained: Iterable[int] = ()) -> tuple[RoundSearch, Study]:
    config = SearchConfig.parse(
        {
            "preset": "cpu",
            "trial": BASE,
            "trials": TRIALS,
            "space_file": str(FILE),
            "space": SPACE,
            "sampler": sampler,
            "scheduler": "none",
            "select_by": "snd",
            "deterministic": True,
        },
        "test",
    )
    study = Study(path / "study.journal")
    searcher = RoundSearch(
        study,
        SPACE,
        BASE,
        make_sampler=partial(make_sampler, config),
        trained=lambda number: number in set(trained),
        metric="snd",
        seed=0,
        trials=TRIALS,
        max_concurrent=100,
        last_checkpoint=lambda number, at_most: f"checkpoint-{number}",
    )
    return searcher, study


def run(searcher: RoundSearch, workers: int, most: int = 1000) -> int:
    """Run trials side by side, where the one handed out last ends first. Returns how many ended."""
    live: list[tuple[str, dict[str, Any]]] = []
    for ended in range(most):
        while len(live) < workers:
            suggested = searcher.suggest(f"{workers} workers, {ended}, {len(live)}")
            if not isinstance(suggested, dict):
                break
            live.append((f"{workers} workers, {ended}, {len(live)}", suggested))
        if not live:
            assert searcher.suggest("none") == Searcher.FINISHED
            return ended
        trial_id, about = live.pop()
        searcher.on_trial_result(trial_id, result(about["settings"], 10))
        searcher.on_trial_complete(trial_id, result(about["settings"]))
    return most


def drawn(study: Study) -> list[dict[str, Any]]:
    return [record.settings for record in study.records()]


def test_a_round_is_drawn_when_all_trials_of_the_round_before_are_recorded() -> None:
    rounds = Rounds(0)
    for _ in range(ROUND):
        assert rounds.may_draw
        rounds.drawn()
    assert not rounds.may_draw
    rounds.handed_out()
    for number in range(ROUND):
        assert not rounds.may_draw
        rounds.ended(number, lambda: None)
    assert rounds.may_draw


def test_ends_are_recorded_in_the_order_of_the_trials() -> None:
    rounds, recorded = Rounds(0), list[int]()
    for _ in range(4):
        rounds.drawn()
    rounds.handed_out()
    for number, after in ((2, []), (1, []), (0, [0, 1, 2]), (3, [0, 1, 2, 3])):
        rounds.ended(number, partial(recorded.append, number))
        assert recorded == after


@pytest.mark.parametrize(("begun", "may_draw"), [(False, True), (True, False)])
def test_a_round_whose_drawing_was_interrupted_is_completed_unless_it_has_begun(begun: bool, may_draw: bool) -> None:
    assert Rounds(ROUND + 3, [ROUND, ROUND + 1, ROUND + 2], begun).may_draw == may_draw
    assert not Rounds(2 * ROUND, [2 * ROUND - 1], begun).may_draw


@pytest.mark.parametrize("sampler", ["tpe", "prior", "gp", "cmaes", "nsga2", "qmc", "random"])
def test_draws_do_not_depend_on_which_trials_end_first(tmp_path: Path, sampler: str) -> None:
    studies = []
    for workers in (1, 3):
        path = tmp_path / str(workers)
        path.mkdir()
        searcher, study = make(path, sampler)
        assert run(searcher, workers) == TRIALS
        studies.append(study)
    one, three = studies
    assert drawn(one) == drawn(three)
    assert len({tuple(trial.params.values()) for trial in one.trials()}) == TRIALS
    assert [trial.value for trial in one.trials()] == [trial.value for trial in three.trials()]


@pytest.mark.parametrize("sampler", ["tpe", "prior"])
@pytest.mark.parametrize("ended", [1, 3, ROUND, ROUND + 1])
def test_draws_are_the_same_after_a_stop(tmp_path: Path, ended: int, sampler: str) -> None:
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole, study = make(tmp_path / "whole", sampler)
    run(whole, 1)
    stopped, _ = make(tmp_path / "stopped", sampler)
    run(stopped, 3, ended)
    again, resumed = make(tmp_path / "stopped", sampler, range(TRIALS))
    run(again, 2)
    assert drawn(resumed) == drawn(study)
    assert [trial.value for trial in resumed.trials()] == [trial.value for trial in study.trials()]


def test_draws_are_the_same_if_the_process_died_while_it_drew(tmp_path: Path) -> None:
    for name in ("whole", "died"):
        (tmp_path / name).mkdir()
    whole, study = make(tmp_path / "whole")
    run(whole, 1)
    died, cut = make(tmp_path / "died")
    run(died, 1, ROUND)
    died._draw()
    cut.study.ask()  # its settings were not recorded
    again, resumed = make(tmp_path / "died")
    run(again, 2)
    assert drawn(resumed) == drawn(study)


def test_a_trial_that_ended_before_an_earlier_one_is_recorded_by_the_next_run_and_not_trained_again(
    tmp_path: Path,
) -> None:
    searcher, study = make(tmp_path)
    handed = [searcher.suggest(trial_id) for trial_id in "abc"]
    assert all(isinstance(each, dict) for each in handed)
    for trial_id, about in zip("bc", handed[1:], strict=True):
        assert about is not None
        searcher.on_trial_complete(trial_id, result(about["settings"]))
    assert [trial.state.name for trial in study.trials()[:3]] == ["RUNNING"] * 3

    again, study = make(tmp_path, trained=[1])
    first, second, third = (again.suggest(trial_id) for trial_id in "xyz")
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first["trial"], first["checkpoint"]) == (0, "checkpoint-0")
    assert (second["trial"], second["checkpoint"]) == (2, "checkpoint-2")  # its last checkpoint was not written
    assert (third["trial"], third["checkpoint"]) == (3, None)
    again.on_trial_complete("x", result(first["settings"]))
    assert [trial.state.name for trial in study.trials()[:3]] == ["COMPLETE", "COMPLETE", "RUNNING"]


def test_a_failed_trial_is_recorded_in_its_turn(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    first = searcher.suggest("a")
    searcher.suggest("b")
    searcher.on_trial_complete("b", {"error": "DivergedError: diverged"})
    assert study.record(1).state == "RUNNING"
    assert first is not None
    searcher.on_trial_complete("a", result(first["settings"]))
    assert study.record(1).state == "FAIL"
    assert study.record(1).error == "DivergedError: diverged"
