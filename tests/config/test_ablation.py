"""The points of an ablation."""

import pytest

from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.ablation import ablation
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError

SEARCH = SearchConfig(
    preset="cpu",
    trial=PRESETS["cpu"].trial,
    trials=9,
    space_file="mine.yaml",
    space=Space.parse({"w1": {"type": "uniform", "low": 1, "high": 100}}, "mine.yaml"),
    direction="usps_to_mnist",
    select_by="snd",
    seed=5,
)


def test_the_winner_comes_first_then_without_each_group_of_terms() -> None:
    winner = PRESETS["cpu"].trial.override({"w1": 70, "seed": 99}, "test")
    made = ablation(winner, SEARCH, "NAME")
    assert made.trial == winner.override({"seed": 5}, "test")
    assert made.points == ({"wl": 0}, {"w5": 0, "w6": 0}, {"w1": 0, "w2": 0})
    assert (made.trials, made.space.dimensions, made.scheduler) == (4, 0, "none")
    assert (made.direction, made.select_by, made.seed) == ("usps_to_mnist", "snd", 5)
    assert SearchConfig.parse(made.model_dump(mode="json"), "search.yaml") == made


def test_two_directions_are_compared_by_their_mean() -> None:
    both = SEARCH.model_copy(update={"direction": "pareto", "select_by": None})
    assert ablation(TrialConfig(), both, "NAME").direction == "both"


def test_it_trains_as_many_seeds_as_the_search_did_unless_asked_for_more() -> None:
    several = SEARCH.model_copy(update={"seeds": 3})
    made = ablation(TrialConfig(), several, "NAME")
    assert (made.seeds, made.trials) == (3, 12), "each point has all seeds"
    assert ablation(TrialConfig(), several, "NAME", seeds=5).seeds == 5


def test_terms_that_the_winner_does_not_have_are_not_left_out_again() -> None:
    assert ablation(TrialConfig(wl=0, w5=0), SEARCH, "NAME").points == ({"w5": 0, "w6": 0}, {"w1": 0, "w2": 0})


def test_a_winner_whose_weights_change_is_refused() -> None:
    winner = TrialConfig.parse({"schedule": [{"step": 4, "weights": {"wl": 1}}]}, "test")
    with pytest.raises(InputError, match="the winner of NAME has a schedule of weights"):
        ablation(winner, SEARCH, "NAME")
