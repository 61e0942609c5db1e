"""Which spaces a population can search, and how weights mutate."""

from typing import Any

import pytest

from lstnet_search.config import Space
from lstnet_search.config.space.mutation import check_population, mutated_weights
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError

ANY = {"type": "loguniform", "low": 1, "high": 1000}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"w1": ANY, "learning_rate": {"type": "uniform", "low": 0.1, "high": 0.2}},
            "learning_rate.*only weights can change",
        ),
        ({"w1": ANY, "w3": ANY}, "cannot search w3 as mine.yaml has it: only ratios to w3 matter"),
        ({"w1": ANY, "w3": {"tie": "w1"}}, "cannot search w3"),
        ({"w1": ANY, "w3": 50}, "w3.*trial 0 has another"),
        ({"w1": {"type": "choice", "values": [20, 30]}}, "w1.*use uniform or loguniform"),
        ({"simplex": {"of": ["w1", "w2", "wl"], "sum": 70}}, "w1.*give it a range"),
    ],
)
def test_a_space_that_cannot_change_during_training_is_refused(content: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_population("pbt", Space.parse(content, "mine.yaml"), "mine.yaml")


def test_a_population_can_search_ranges_ties_and_ratios_of_weights() -> None:
    content = {"w3": 100, "w1": ANY, "w2": {"tie": "w1"}, "w5": {"ratio_of": "w3", **ANY, "low": 0.01, "high": 10}}
    check_population("pbt", Space.parse(content, "mine.yaml"), "mine.yaml")


def test_mutated_weights_stay_in_their_ranges_and_follow_ties_and_ratios() -> None:
    content = {
        "w3": 100,
        "w1": ANY,
        "w2": {"tie": "w1"},
        "w5": {"ratio_of": "w3", "type": "uniform", "low": 0.5, "high": 2},
    }
    space = Space.parse(content, "mine.yaml")
    weights = TrialConfig(wl=7).weights
    mutated = mutated_weights(space, weights, {"w1": 1200.0, "w5/w3": 0.75})
    assert mutated == {"w1": 1000, "w2": 1000, "w3": 100, "w4": 100, "w5": 75, "w6": 100, "wl": 7}
    assert mutated_weights(space, weights, {"w1": 0.8, "w5/w3": 0.4})["w1"] == 1
