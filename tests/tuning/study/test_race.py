"""The race: who gets the next seed, and what a search does with settings that it knows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from ray.tune.search import Searcher
from study_searches import BASE, study_search

from lstnet_search.config import Space
from lstnet_search.results.study.configurations import configurations_of
from lstnet_search.tuning.protocol import METRICS, NUMBER, REPEAT_OF, SCORE, SETTINGS
from lstnet_search.tuning.study.finite_space import FEW, FiniteSpace
from lstnet_search.tuning.study.race import FIRST, SHARE, Race, seed_of, settings_key
from lstnet_search.tuning.study.searcher import FAILURES, StudySearch

WIDE = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 1000}}, "test")
FOUR = Space.parse(
    {"w1": {"type": "choice", "values": [20, 40]}, "wl": {"type": "quniform", "low": 20, "high": 30, "step": 10}},
    "test",
)


def settings(w1: float, seed: int = 0) -> dict[str, Any]:
    return BASE.override({"w1": w1, "seed": seed}, "test").model_dump(mode="json")


def race_of(scores: list[list[float]], seeds: int = 5) -> Race:
    """A race whose configurations have these scores, by configuration and seed."""
    race, number = Race(seeds), len(scores)
    for index, first in enumerate(scores):
        race.begin(index, settings(20 + index))
        race.end(index, "COMPLETE", first[0])
    for index, of_one in enumerate(scores):
        for seed, score in enumerate(of_one[1:], start=1):
            race.begin(number, settings(20 + index, seed), repeat_of=index)
            race.end(number, "COMPLETE", score)
            number += 1
    return race


def test_all_configurations_begin_with_the_same_seed_and_repeats_have_others() -> None:
    assert len({seed_of(0, index) for index in range(10)}) == 10
    assert seed_of(0, 0) != seed_of(1, 0)


def test_equal_settings_are_known_whatever_their_seed_and_their_last_digits() -> None:
    assert settings_key(settings(0.1 + 0.2, 1)) == settings_key(settings(0.3, 2))
    assert settings_key(settings(0.3)) != settings_key(settings(0.30001))


def test_the_leader_is_repeated_first_then_the_papers_weights() -> None:
    scores = [[0.90], [0.93], [0.91], [0.80], [0.85]]
    assert race_of(scores).next() == 1
    scores[1].append(0.92)
    assert race_of([*scores, [0.7]]).next() == 0


def test_new_configurations_come_first_until_a_third_would_be_repeats() -> None:
    assert race_of([[0.9]]).next() is None
    assert race_of([[0.9], [0.8]]).next() == 0
    assert race_of([[0.9]] * (FIRST - 1)).next(only_repeats=True) is not None
    race = race_of([[0.90, 0.91], [0.93], [0.91]])
    assert SHARE < 2 / 5
    assert race.next() is None


def test_whoever_is_told_apart_from_the_leader_gets_no_further_seed() -> None:
    scores = [[0.90, 0.901], [0.95, 0.951, 0.949], *([0.7 + 0.01 * number] for number in range(12))]
    race = race_of(scores)
    assert race.next() == 1, "only the leader itself"
    assert race_of(scores, seeds=3).next() is None, "which has all its seeds"


def test_a_stopped_trial_that_was_drawn_again_and_ran_to_the_end_leaves_the_race_as_it_is() -> None:
    """Only repeats are then compared, and the highest score may be that of a configuration without any."""
    race = race_of([[0.90, 0.91, 0.92], [0.93, 0.90, 0.91], [0.99], [0.5]])
    race.begin(20, settings(23, 1), repeat_of=3)
    race._trainings[3][0] = replace(race._trainings[3][0], state="PRUNED")
    race.end(20, "COMPLETE", 0.6)
    assert race.next(only_repeats=True) in (0, 1)


def test_a_rival_catches_up_with_the_leader_before_that_goes_on() -> None:
    scores = [[0.90, 0.905, 0.90], [0.93, 0.92, 0.94], [0.93], *([0.8 + 0.01 * number] for number in range(12))]
    assert race_of(scores).next() == 2


def test_a_configuration_that_failed_once_is_not_repeated() -> None:
    race = race_of([[0.90], [0.93], [0.91], [0.90], [0.90], [0.90]])
    race.begin(6, settings(21, 1), repeat_of=1)
    race.end(6, "FAIL", float("nan"))
    assert race.next() != 1


def test_one_seed_is_no_race() -> None:
    assert race_of([[0.9], [0.8], [0.7], [0.6]], seeds=1).next() is None


def run(searcher: StudySearch, most: int = 1000) -> list[dict[str, Any]]:
    """Run trials one after the other; the score depends on w1 and the seed."""
    handed: list[dict[str, Any]] = []
    while len(handed) < most:
        suggested = searcher.suggest(str(len(handed)))
        if not isinstance(suggested, dict):
            assert suggested == Searcher.FINISHED
            break
        handed.append(suggested)
        drawn = suggested[SETTINGS]
        value = 0.9 - abs(drawn["w1"] - 100) / 1e4 + (drawn["seed"] % 100) / 1e5
        result = {"step": 30, "seconds": 1.0, SCORE: value, METRICS: {"snd": value}}
        searcher.on_trial_complete(suggested_id := str(len(handed) - 1), result)
        assert suggested_id
    return handed


def test_a_repeat_is_a_trial_with_the_settings_of_another_and_the_next_seed(tmp_path: Path) -> None:
    searcher, study = study_search(tmp_path, WIDE, trials=12, seeds=3)
    handed = run(searcher)
    assert len(handed) == 12
    repeats = [each for each in handed if each[REPEAT_OF] is not None]
    assert len(repeats) == 12 * SHARE
    for each in repeats:
        first = handed[each[REPEAT_OF]]
        assert settings_key(each[SETTINGS]) == settings_key(first[SETTINGS])
    for one in configurations_of(study.records(), "snd"):
        assert [each.seed for each in one.trainings] == [seed_of(0, index) for index in range(len(one.trainings))]
    assert [record.repeat_of for record in study.records()] == [each[REPEAT_OF] for each in handed]
    first_params = {each.number: each.params for each in study.trials()}
    assert all(first_params[each[NUMBER]] == first_params[each[REPEAT_OF]] for each in repeats), (
        "as the sampler sees it"
    )


def test_a_search_that_is_killed_goes_on_with_the_same_configurations_and_seeds(tmp_path: Path) -> None:
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole = run(study_search(tmp_path / "whole", WIDE, 12, seeds=3)[0])
    searcher, study = study_search(tmp_path / "killed", WIDE, 12, seeds=3)
    run(searcher, most=5)
    study.study.enqueue_trial(study.trials()[1].params, user_attrs={REPEAT_OF: 1})  # the process died after this
    again, _ = study_search(tmp_path / "killed", WIDE, 12, seeds=3)
    handed = run(again)
    assert handed[0][REPEAT_OF] == 1
    assert len(handed) == 7
    assert whole[0][SETTINGS] == study.records()[0].settings


def test_a_space_of_four_points_is_known_after_four_trials(tmp_path: Path) -> None:
    searcher, study = study_search(tmp_path, FOUR, trials=10)
    handed = run(searcher)
    assert len({(each[SETTINGS]["w1"], each[SETTINGS]["wl"]) for each in handed}) == len(handed) == 4
    assert searcher.ended_early == "all 4 points of the space are known"
    drawn = {(trial.params["w1"], trial.params["wl"]) for trial in study.trials()}
    assert len(drawn) == 4, "the study has the parameters that were trained"


def test_the_rest_of_the_trials_of_a_small_space_are_repeats(tmp_path: Path) -> None:
    searcher, study = study_search(tmp_path, FOUR, trials=30, seeds=3)
    run(searcher)
    counts = [len(each.trainings) for each in configurations_of(study.records(), "snd")]
    assert len(counts) == 4
    assert max(counts) == 3
    assert searcher.ended_early


class _Always40(optuna.samplers.RandomSampler):
    def sample_independent(self, *arguments: Any) -> Any:
        return 40


def test_equal_settings_that_a_sampler_draws_again_are_a_repeat(tmp_path: Path) -> None:
    many = Space.parse({"w1": {"type": "randint", "low": 0, "high": FEW + 1}}, "test")
    searcher, _ = study_search(tmp_path, many, trials=3, sampler=_Always40())
    handed = run(searcher)
    assert [each[REPEAT_OF] for each in handed] == [None, None, 1]
    assert handed[1][SETTINGS]["seed"] != handed[2][SETTINGS]["seed"]


def test_failures_in_a_row_end_the_search(tmp_path: Path) -> None:
    searcher, _ = study_search(tmp_path, WIDE, trials=20)
    for number in range(FAILURES):
        assert isinstance(searcher.suggest(str(number)), dict)
        searcher.on_trial_complete(str(number), {"error": "diverged"})
    assert searcher.suggest("next") == Searcher.FINISHED
    assert searcher.gave_up
    assert searcher.ended_early == f"{FAILURES} trials in a row failed, the last with: diverged"


def test_failures_between_successes_do_not(tmp_path: Path) -> None:
    searcher, _ = study_search(tmp_path, WIDE, trials=20)
    for number in range(2 * FAILURES):
        assert isinstance(searcher.suggest(str(number)), dict)
        value = {"step": 30, "seconds": 1.0, SCORE: 0.5, METRICS: {"snd": 0.5}}
        searcher.on_trial_complete(str(number), value if number % 2 else {"error": "diverged"})
    assert not searcher.gave_up


def test_points_with_several_seeds_are_trained_seed_after_seed(tmp_path: Path) -> None:
    searcher, _ = study_search(tmp_path, Space(), trials=4, max_concurrent=1, starts=[({}, {"wl": 0.0})], seeds=2)
    handed = run(searcher)
    assert [each[REPEAT_OF] for each in handed] == [None, None, 0, 1]
    assert [each[SETTINGS]["wl"] for each in handed] == [30, 0, 30, 0]
    assert [each[SETTINGS]["seed"] for each in handed] == [seed_of(0, index) for index in (0, 0, 1, 1)]


@pytest.mark.parametrize(
    ("content", "points"),
    [
        ({"w1": {"type": "choice", "values": [1, 2, 2]}}, 2),
        ({"w1": {"type": "quniform", "low": 1, "high": 2, "step": 0.25}, "w2": {"tie": "w1"}}, 5),
        (
            {
                "w1": {"type": "randint", "low": 1, "high": 4},
                "wl": {"type": "choice", "values": [1, 2], "when": {"latent_stride": 3}},
                "latent_stride": {"type": "choice", "values": [1, 3]},
            },
            9,
        ),
    ],
)
def test_every_point_of_a_small_space_is_listed_once(content: dict[str, Any], points: int) -> None:
    space, race = Space.parse(content, "test"), Race(1)
    listed = FiniteSpace(space, lambda drawn: BASE.override(space.complete(drawn), "test").model_dump(mode="json"))
    for number in range(points):
        assert not listed.all_known(race)
        unknown = listed.unknown(race, 0, number)
        assert unknown is not None
        race.begin(number, BASE.override(space.complete(unknown), "test").model_dump(mode="json"))
    assert listed.all_known(race)
    assert listed.unknown(race, 0, points) is None
