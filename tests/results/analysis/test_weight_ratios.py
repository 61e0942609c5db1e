from pathlib import Path

import pandas as pd
from small_studies import study, trial

from lstnet_search.results.analysis.weight_ratios import is_logarithmic, searched_settings

RANGE = {"type": "loguniform", "low": 1, "high": 1000}


def test_free_weights_are_read_as_ratios_to_w3(tmp_path: Path) -> None:
    space = {"fixed": {"w3": 50}, "ranges": {"w1": RANGE, "learning_rate": RANGE}, "ties": {"w2": "w1"}}
    settings = searched_settings(study(tmp_path, [trial(0, [], w1=10.0, w3=50.0, learning_rate=0.5)], space))
    assert settings.to_dict("list") == {"w1/w3": [0.2], "learning_rate": [0.5]}


def test_where_w3_is_searched_all_ratios_vary(tmp_path: Path) -> None:
    space = {"fixed": {}, "ranges": {"w3": RANGE}, "ties": {"w4": "w3"}}
    records = [trial(0, [], w1=10.0, w3=50.0), trial(1, [], w3=0.0)]
    settings = searched_settings(study(tmp_path, records, space))
    assert settings.columns.tolist() == ["w1/w3", "w2/w3", "w5/w3", "w6/w3", "wl/w3"]
    assert settings.index.tolist() == [0]  # nothing can be divided by trial 1's w3


def test_weights_that_are_shares_of_a_sum_are_searched(tmp_path: Path) -> None:
    space = {"fixed": {}, "ranges": {}, "ties": {}, "simplex": {"of": ["w1", "w3", "wl"], "sum": 100}}
    settings = searched_settings(study(tmp_path, [trial(0, [], w1=10.0, w2=20.0, w3=50.0)], space))
    assert settings["w1/w3"].tolist() == [0.2]
    assert settings.columns.tolist() == ["w1/w3", "w2/w3", "w4/w3", "w5/w3", "w6/w3", "wl/w3"]


def test_trials_whose_weights_changed_are_left_out(tmp_path: Path) -> None:
    space = {"fixed": {"w3": 50}, "ranges": {"w1": RANGE}, "ties": {}}
    schedule = [{"step": 1, "weights": {"w1": 2.0}}]
    records = [trial(0, [], w1=10.0, w3=50.0), trial(1, [], w1=10.0, w3=50.0, schedule=schedule)]
    assert searched_settings(study(tmp_path, records, space)).index.tolist() == [0]


def test_settings_that_are_not_numbers_and_missing_columns_are_left_out(tmp_path: Path) -> None:
    space = {"fixed": {}, "ranges": {"adversarial_loss": {"type": "choice", "values": ["a"]}, "w1": RANGE}, "ties": {}}
    assert searched_settings(study(tmp_path, [trial(0, [])], space)).columns.tolist() == ["w1/w3"]
    assert searched_settings(study(tmp_path / "empty", [], space)).empty


def test_positive_values_over_more_than_a_decade_are_logarithmic() -> None:
    assert is_logarithmic(pd.Series([0.1, 2.0]))
    assert not is_logarithmic(pd.Series([0.1, 0.9]))
    assert not is_logarithmic(pd.Series([0.0, 100.0]))
