"""The settings of a search: points in its space, and what must not change when it continues."""

from typing import Any

import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.presets import METHOD_PRESETS
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError

CONTENT = {
    "w1": {"type": "uniform", "low": 1, "high": 100},
    "w2": {"tie": "w1"},
    "w3": 100,
    "w4": {"ratio_of": "w3", "type": "loguniform", "low": 0.1, "high": 10},
}


def search(*points: dict[str, Any], space: dict[str, Any] = CONTENT, **changes: Any) -> SearchConfig:
    settings = {
        "preset": "cpu",
        "trial": PRESETS["cpu"].trial,
        "trials": 9,
        "space_file": "mine.yaml",
        "space": Space.parse(space, "mine.yaml") if space else Space(),
        "points": points,
    }
    return SearchConfig.parse(settings | changes, "the options")


# Points.


def test_a_point_is_as_trial_0_where_it_names_nothing() -> None:
    assert search().draw_of_point({"w1": 50.0}, "here") == {"w1": 50.0, "w4/w3": 1.0}
    assert search().draw_of_point({"w4": 20.0, "w2": 20.0}, "here") == {"w1": 20.0, "w4/w3": 0.2}


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"w1": 500.0}, r"^point 2: w1=500\.0 is not in its range \(low=1\.0 high=100\.0 .*widen the range$"),
        ({"w4": 5.0}, r"^point 2: w4/w3=0\.05 is not in its range"),
        ({"w2": 7.0}, r"^point 2: w2=7\.0, but mine\.yaml sets it to 20\.0; leave it out, or search it in the space$"),
        ({"wl": 5.0}, r"^point 2: wl=5\.0, but mine\.yaml sets it to 30\.0"),
        ({"w3": 50.0}, r"^point 2: w3=50\.0, but mine\.yaml sets it to 100\.0"),
    ],
)
def test_a_point_outside_the_space_is_refused(point: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search({"w1": 50.0}, point)


def test_more_points_than_trials_are_refused() -> None:
    message = r"^--trials 2 leaves no room for trial 0 and 2 points; raise it to at least 3"
    with pytest.raises(InputError, match=message):
        search({"w1": 2.0}, {"w1": 3.0}, trials=2)


def test_a_search_may_consist_of_points_only() -> None:
    assert search({"wl": 0.0}, trials=2, space={}).draw_of_point({"wl": 0.0}, "here") == {}
    with pytest.raises(InputError, match=r"^mine\.yaml searches nothing"):
        search(space={})
    with pytest.raises(InputError, match=r"^mine\.yaml has 2 trials and searches nothing more; leave --add-trials"):
        search({"wl": 0.0}, trials=3, space={})


# Settings that are refused.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"direction": "a_to_b"}, r"--direction a_to_b must be one of both, pareto, mnist_to_usps, usps_to_mnist"),
        ({"select_by": "loss_cc1"}, r"--select-by loss_cc1 must be one of target_accuracy, neg_entropy, .*usps"),
        (
            {"select_by": "snd", "direction": "pareto"},
            r"--select-by snd must be target_accuracy with --direction pareto",
        ),
        (
            {"deterministic": True},
            r"^--scheduler asha depends on how far other trials are, .*choose none",
        ),
        (
            {
                "trial": METHOD_PRESETS["unit"]["cpu"].trial,
                "scheduler": "pbt",
                "space": {},
                "points": ({"kl": 1},),
            },
            r"^--scheduler pbt changes only the weights of lstnet; choose another --scheduler for unit$",
        ),
        (
            {"trial": METHOD_PRESETS["no_translation"]["cpu"].trial, "space": {}},
            r"^no_translation has nothing to search and only one trial; leave --trials out$",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampler": "tpe"}, "--sampler tpe: a population draws its own settings; leave --sampler out"),
        ({"direction": "pareto"}, "--direction pareto: trials are compared by one number"),
        ({"points": ({"w1": 50},)}, "--points: a population begins with its own draws"),
        ({"warm_start": "results/x"}, "--warm-start: a population learns only from its own trials"),
        ({"trials": 2}, "--trials 2: a population needs more; raise it to at least 3"),
        ({"trial": PRESETS["cpu"].trial.override({"steps": 2}, "test")}, "fewer than 3 reports: weights change at"),
    ],
)
def test_settings_that_make_no_sense_for_a_population_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^--scheduler pbt does not go with {message}"):
        search(**{"scheduler": "pbt", "sampler": "random"} | changes)


# Continuing.


def test_a_search_that_ended_early_can_be_read_again() -> None:
    ended = search(trials=9, seeds=5).ended_after(4)
    assert SearchConfig.parse(ended.model_dump(mode="json"), "search.yaml") == ended
    assert (ended.trials, ended.seeds) == (4, 4)


def test_a_search_can_get_more_trials_and_change_in_nothing_else() -> None:
    search().enlarged(3).refuse_difference(search(trials=12), "results/it")
    with pytest.raises(InputError, match=r"^results/it was started with trials 9 and cannot continue with 12; leave"):
        search().refuse_difference(search(trials=12), "results/it")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"select_by": "snd"}, "select_by None"),
        ({"deterministic": True, "scheduler": "none"}, "deterministic False"),
        ({"seed": 1}, "seed 0"),
        ({"seeds": 2}, "seeds 1"),
        ({"warm_start": "results/x"}, "warm_start None"),
        ({"points": ({"w1": 50.0},)}, r"points \(\)"),
        ({"space": {"w1": CONTENT["w1"]}}, "space {"),
        ({"trial": PRESETS["cpu"].trial.override({"steps": 60}, "test")}, "steps 1500"),
    ],
)
def test_a_setting_that_differs_is_named(changes: dict[str, Any], named: str) -> None:
    search(**changes).refuse_difference(search(**changes), "results/it")
    with pytest.raises(InputError, match=f"^results/it was started with {named}.* and cannot continue with "):
        search().refuse_difference(search(**changes), "results/it")


def test_the_name_of_the_space_file_may_differ() -> None:
    search().refuse_difference(search(space_file="moved.yaml"), "results/it")
