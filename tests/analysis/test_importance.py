"""How important each searched setting is."""

import pandas as pd

from lstnet_search.analysis.importance import importances


def test_the_weight_that_the_score_depends_on_is_the_most_important() -> None:
    settings = pd.DataFrame(
        {"w1/w3": [10 ** (n % 20 / 10) for n in range(200)], "w2/w3": [1.0 + n % 7 for n in range(200)]}
    )
    scores = -(settings["w1/w3"] - 5).abs()
    importance = importances(settings, scores)
    assert list(importance) == ["w1/w3", "w2/w3"]
    assert importance["w1/w3"] > 0.8


def test_without_variation_there_are_no_importances() -> None:
    settings = pd.DataFrame({"w1/w3": [1.0, 2.0, 3.0]})
    assert importances(settings, pd.Series([0.5, 0.5, 0.5])) == {}
    assert importances(settings * 0, pd.Series([0.1, 0.2, 0.3])) == {}
