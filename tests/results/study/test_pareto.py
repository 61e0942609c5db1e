"""The Pareto front, by hand."""

from dataclasses import replace

from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord


def record(number: int, *reports: tuple[float, float], state: State = "COMPLETE") -> TrialRecord:
    made = [ReportRecord(step, 1.0, {"a": a, "b": b, "mean": (a + b) / 2}) for step, (a, b) in enumerate(reports, 1)]
    return TrialRecord(number, state, {}, made)


def numbers(*records: TrialRecord) -> list[int]:
    found = front(ranked_by(records, "mean"), records, "mean", ("a", "b"))
    return [each.number for each in found.configurations]


def test_a_trial_that_another_beats_in_one_or_both_directions_is_not_on_the_front() -> None:
    assert numbers(record(0, (0.5, 0.5)), record(1, (0.6, 0.6)), record(2, (0.9, 0.1)), record(3, (0.6, 0.4))) == [1, 2]


def test_the_front_begins_with_the_best_mean_and_keeps_equals() -> None:
    assert numbers(record(0, (0.2, 0.7)), record(1, (0.8, 0.5)), record(2, (0.8, 0.5))) == [1, 2, 0]


def test_a_trial_is_judged_at_its_best_report_alone() -> None:
    # It reached 0.9 in one direction at a report whose mean is 0.5; its best report is (0.6, 0.6).
    assert numbers(record(0, (0.9, 0.1), (0.6, 0.6)), record(1, (0.7, 0.3))) == [0, 1]


def test_stopped_trials_count_but_failed_ones_and_those_without_a_report_do_not() -> None:
    stopped, failed = record(1, (0.9, 0.9), state="PRUNED"), record(2, (1.0, 1.0), state="FAIL")
    assert numbers(record(0, (0.5, 0.5)), stopped, failed, record(3)) == [1]


def test_a_configuration_is_judged_by_the_mean_of_its_seeds() -> None:
    """Its second seed alone would dominate; the mean of both is dominated."""
    lucky = replace(record(2, (0.9, 0.9)), seed=1, repeat_of=0)
    assert numbers(record(0, (0.1, 0.1)), record(1, (0.6, 0.6)), lucky) == [1]
