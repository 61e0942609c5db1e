"""The time left of searches whose pace is one step per second."""

import pytest

from lstnet_search.results.screen.layout import cell_len
from lstnet_search.results.screen.progress import Progress, bar


def test_whole_trainings_are_expected_where_nothing_stops_them() -> None:
    progress = Progress(100, 3, 1)
    assert progress.seconds_left(0.0) is None, "before the first report"
    progress.report(0, 50, 50.0, whole=True)
    assert (progress.done, progress.expected) == (50, 300)
    assert progress.seconds_left(0.0) == pytest.approx(250.0)


def test_the_time_counts_down_between_reports() -> None:
    progress = Progress(100, 3, 1)
    progress.report(0, 50, 50.0, whole=True)
    progress.seconds_left(0.0)
    assert progress.seconds_left(40.0) == pytest.approx(210.0)
    assert progress.seconds_left(1000.0) == 0.0


def test_trials_side_by_side_share_the_time_but_not_the_last_one() -> None:
    progress = Progress(100, 2, 2)
    progress.report(0, 50, 50.0, whole=True)
    progress.report(1, 50, 50.0)
    assert progress.seconds_left(0.0) == pytest.approx(50.0)
    alone = Progress(100, 2, 2)
    alone.report(0, 100, 100.0, whole=True)
    alone.end(0)
    alone.report(1, 40, 40.0)
    assert alone.seconds_left(0.0) == pytest.approx(60.0)


def test_later_trials_are_expected_to_be_stopped_like_earlier_ones() -> None:
    progress = Progress(100, 12, 1, rungs=(16, 50))
    before = progress.expected
    for number in range(1, 9):
        progress.report(number, 16, 16.0)
        progress.end(number)
    assert progress.expected < before / 1.5


def test_repeats_are_whole_and_a_third_of_the_trials() -> None:
    # 60 % of the trials get beyond step 16, 30 % beyond 50: one takes 0.4 * 16 + 0.3 * 50 + 0.3 * 100 = 51.4 steps.
    assert Progress(100, 9, 1, (16, 50)).expected == 463  # 9 * 51.4
    progress = Progress(100, 9, 1, (16, 50), repeats=True)
    assert progress.expected == 608  # 3 * 100 + 6 * 51.4
    progress.report(1, 16, 16.0, whole=True)
    assert progress.expected == 608, "one of the three repeats has begun"
    progress = Progress(100, 2, 1, (16, 50), repeats=True)
    progress.report(0, 100, 100.0, whole=True)
    progress.end(0)
    progress.report(1, 16, 16.0, whole=True)
    assert progress.expected == 200


def test_an_estimate_moves_only_part_of_the_way_to_a_new_one() -> None:
    progress = Progress(100, 1, 1)
    progress.report(0, 10, 10.0, whole=True)
    assert progress.seconds_left(10.0) == pytest.approx(90.0)
    progress.report(0, 20, 120.0, whole=True)  # much slower
    # The pace is (10 e^-0.1 + 110) / (10 e^-0.1 + 10) seconds a step; 40 % of the way from 100 to 120 + 80 * pace.
    assert progress.seconds_left(120.0) == pytest.approx(187.99, abs=0.01)


def test_a_trial_that_continues_from_an_earlier_checkpoint_does_not_confuse_the_pace() -> None:
    progress = Progress(100, 1, 1)
    progress.report(0, 50, 50.0, whole=True)
    progress.report(0, 25, 25.0, whole=True)
    progress.report(0, 50, 50.0, whole=True)
    left = progress.seconds_left(0.0)
    assert left == pytest.approx(50.0)


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_the_bar_fills_with_steps_and_fits(width: int) -> None:
    lines = [bar(done, 100, "12 min left", width) for done in (0, 50, 100)]
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.endswith("12 min left") for line in lines)
    filled = [line.count("━") for line in lines]
    assert filled == sorted(filled)
