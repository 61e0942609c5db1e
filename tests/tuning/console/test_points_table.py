"""The table of an ablation."""

from dataclasses import replace

import pytest
from screens import cells, check_width

from lstnet_search.results.study.records import ReportRecord, State, TrialRecord
from lstnet_search.tuning.console.points_table import points_lines

DIRECTIONS = ("a_to_b", "b_to_a")


def record(number: int, accuracy: float | None, state: State = "COMPLETE") -> TrialRecord:
    metrics = {f"val_accuracy_{name}": accuracy for name in DIRECTIONS} | {"target_accuracy": accuracy}
    reports = [] if accuracy is None else [ReportRecord(30, 1.0, metrics)]  # type: ignore[arg-type]  # not None
    return TrialRecord(number, state, {}, reports)


def titled(records: list[TrialRecord]) -> str:
    return points_lines(records, [], {}, DIRECTIONS, "target_accuracy", 100)[0]


def test_the_heading_says_how_many_seeds_there_are() -> None:
    assert titled([record(0, 0.5)]).endswith(", one seed for all")
    again = replace(record(3, 0.6), seed=1, repeat_of=0)
    assert titled([record(0, 0.5), again]).endswith(", means over 2 seeds, the same for all")


def rows(records: list[TrialRecord], metric: str = "target_accuracy", width: int = 120) -> list[list[str]]:
    """Label, trial, both accuracies, score, difference, state and steps of each row."""
    points = [{"wl": 0.0}, {"w5": 0.0, "w6": 0.0}]
    baseline = {"target_accuracy": 0.875, "snd": 2.5}
    lines = points_lines(records, points, baseline, DIRECTIONS, metric, width)
    check_width(lines, width)
    return cells([line for line in lines if line[:1] in "uw" or line.startswith("no translation")])


def test_each_trial_is_compared_with_the_first_in_the_order_of_the_points() -> None:
    table = rows([record(2, 0.5), record(0, 0.75), record(1, 0.7625)])
    assert [row[:2] for row in table] == [["unchanged", "0"], ["wl=0", "1"], ["w5=0 w6=0", "2"], ["no translation", ""]]
    assert [row[5] for row in table] == ["", "+1.25", "-25.00", ""]
    assert table[0][2:5] == ["75.00 %"] * 3
    assert table[3][4] == "87.50 %"


def test_trials_that_failed_or_have_not_ended_are_shown_as_such() -> None:
    table = rows([record(0, None, "FAIL"), record(1, 0.5, "RUNNING")])
    assert [row[5] for row in table] == ["fail", "unfinished", "not begun", ""], "no column of differences"
    assert [row[4] for row in table] == ["–", "50.00 %", "–", "87.50 %"]


def test_trials_are_compared_by_what_the_search_was_selected_by() -> None:
    reports = [ReportRecord(30, 1.0, {"snd": value}) for value in (2.25, 1.5)]
    table = rows([TrialRecord(number, "COMPLETE", {}, [report]) for number, report in enumerate(reports)], "snd")
    assert [row[4] for row in table] == ["2.25", "1.5", "–", "2.5"]
    assert table[1][5] == "-0.75"


def test_points_with_several_seeds_are_compared_seed_by_seed() -> None:
    """The second seed is worth 10 points to both; the point gains 1 and 3 points."""
    repeats = [(0, 3, 0.6), (1, 4, 0.63)]
    records = [record(0, 0.5), record(1, 0.51), record(2, 0.4)]
    records += [replace(record(number, score), seed=1, repeat_of=first) for first, number, score in repeats]
    table = rows(records)
    assert [row[4] for row in table] == ["55.00 %", "57.00 %", "40.00 %", "87.50 %"]
    assert table[1][5] == "+2.00 (-10.71 to +14.71)"
    assert table[2][5] == "-10.00", "one seed in common has no interval"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_fits_the_screen_and_keeps_the_difference(width: int) -> None:
    table = rows([record(0, 0.75), record(1, 0.7625)], width=width)
    assert [row[0] for row in table] == ["unchanged", "wl=0", "w5=0 w6=0", "no translation"]
    assert any("+1.25" in cell for cell in table[1])
