"""The statistics against scipy, and against an example worked out by hand."""

from math import sqrt

import pytest
from scipy import stats

from lstnet_search.results.confirmation.paired_tests import Comparison, Sample, compare_pairs, holm, summarize

FIRST = {1: 0.95, 2: 0.93, 3: 0.97, 4: 0.96, 5: 0.94}
SECOND = {1: 0.94, 2: 0.93, 3: 0.94, 4: 0.94, 5: 0.935}


def test_an_interval_of_three_values_by_hand() -> None:
    sample = summarize([1.0, 2.0, 3.0])
    assert (sample.count, sample.mean, sample.standard_deviation) == (3, 2.0, 1.0)
    half = 4.302653 / sqrt(3)  # t of 2 degrees of freedom at 0.975, from a printed table
    assert sample.interval == pytest.approx((2 - half, 2 + half), abs=1e-6)
    assert sample.half_width == pytest.approx(half, abs=1e-6)


def test_interval_and_paired_test_are_scipys() -> None:
    test = compare_pairs(FIRST, SECOND)
    expected = stats.ttest_rel(list(FIRST.values()), list(SECOND.values()))
    assert test.p == pytest.approx(expected.pvalue)
    assert test.differences.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert test.differences.mean == pytest.approx(0.013)


def test_values_are_paired_by_seed_and_a_seed_that_only_one_has_is_left_out() -> None:
    shuffled = dict(reversed(SECOND.items())) | {6: 0.1}
    test = compare_pairs(FIRST, shuffled)
    assert test.differences.count == 5
    assert test.p == pytest.approx(compare_pairs(FIRST, SECOND).p)


def test_one_value_has_no_interval_and_shows_no_difference() -> None:
    test = compare_pairs({1: 0.95}, {1: 0.5})
    assert test.differences == Sample(1, pytest.approx(0.45), None, None)
    assert test.p is None
    assert test.verdict == "no difference shown"


def test_no_value_has_nothing() -> None:
    test = compare_pairs({1: 0.95}, {2: 0.5})
    assert test.differences == Sample(0, None, None, None)
    assert test.verdict == "no difference shown"


@pytest.mark.parametrize(
    ("gain", "p", "verdict"), [(0.0, 1.0, "no difference shown"), (0.25, 0.0, "better"), (-0.25, 0.0, "worse")]
)
def test_differences_that_do_not_vary(gain: float, p: float, verdict: str) -> None:
    test = compare_pairs({1: 0.5 + gain, 2: 0.25 + gain}, {1: 0.5, 2: 0.25})
    assert test.differences.interval == (gain, gain)
    assert (test.p, test.verdict) == (p, verdict)


def test_differences_that_vary_in_their_last_digit_alone_give_no_warning() -> None:
    test = compare_pairs({1: 0.95, 2: 0.90, 3: 0.85}, {1: 0.90, 2: 0.85, 3: 0.80})
    assert test.differences.interval == (pytest.approx(0.05), pytest.approx(0.05))
    assert test.verdict == "better"


@pytest.mark.parametrize(
    ("mean", "p", "p_holm", "verdict"),
    [
        (0.01, 0.049, None, "better"),
        (-0.01, 0.049, None, "worse"),
        (0.01, 0.05, None, "no difference shown"),
        (0.01, 0.03, 0.06, "no difference shown"),
    ],
)
def test_the_verdict_is_that_of_the_corrected_p(mean: float, p: float, p_holm: float | None, verdict: str) -> None:
    assert Comparison(Sample(5, mean, 0.1, (0.0, 0.0)), p, p_holm).verdict == verdict


def test_holm_by_hand() -> None:
    # Sorted: 0.01 · 3, 0.02 · 2, 0.04 · 1, but never below the previous one.
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.03, 0.02]) == pytest.approx([0.04, 0.04])
    assert holm([0.7, 0.6]) == [1.0, 1.0]
    assert holm([]) == []
