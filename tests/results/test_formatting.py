import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.results.formatting import (
    difference,
    difference_with_interval,
    duration,
    percent,
    shown,
    size,
    weights,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (4.2, "4 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3540, "59 min"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (187_200, "2 d 4 h"),
    ],
)
def test_durations_are_rounded(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(850, "0.85 kB"), (12_300_000, "12.3 MB"), (3.4e9, "3.4 GB")])
def test_sizes_are_rounded(count: float, text: str) -> None:
    assert size(count) == text


def test_weights_are_in_the_papers_order() -> None:
    assert weights(TrialConfig().weights) == "20 20 100 100 100 100 30"


def test_the_last_weights_of_a_schedule_are_printed_with_their_step() -> None:
    schedule = [{"step": 40, "weights": {"w1": 1, "w3": 50}}, {"step": 80, "weights": {"w1": 4}}]
    config = TrialConfig.parse({"schedule": schedule}, "test")
    assert weights(config.model_dump()) == "4 20 50 100 100 100 30 since step 80"
    assert weights(config.model_dump(mode="json")) == "4 20 50 100 100 100 30 since step 80"


def test_a_share_is_printed_as_per_cent_and_a_missing_one_as_a_dash() -> None:
    assert percent(0.97014) == "97.01 %"
    assert percent(None) == "–"


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("target_accuracy", 0.5, "50.00 %"),
        ("val_accuracy_a_to_b", 0.25, "25.00 %"),
        ("round_trip_a_to_b", 1.0, "100.00 %"),
        ("infomax", 1.23456, "1.235"),
        ("neg_entropy_a_to_b", -0.5, "-0.5"),
        ("snd", None, "–"),
    ],
)
def test_shares_are_shown_as_per_cent_and_other_metrics_with_four_digits(
    metric: str, value: float | None, text: str
) -> None:
    assert shown(metric, value) == text


def test_a_difference_has_a_sign_and_a_share_differs_in_percentage_points() -> None:
    assert difference("target_accuracy", 0.0125) == "+1.25"
    assert difference("infomax", -0.12346) == "-0.1235"


def test_a_difference_shows_its_interval_as_far_as_it_is_known() -> None:
    name = "target_accuracy"
    assert difference_with_interval(name, None, None) == "–"
    assert difference_with_interval(name, 0.0123, None) == "+1.23"
    assert difference_with_interval(name, -0.0026, (-0.0291, 0.024)) == "-0.26 (-2.91 to +2.40)"
