import io
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.console.search_display import SearchDisplay, summary

DIRECTIONS = ("a_to_b", "b_to_a")
SETTINGS = {"method": "lstnet"} | dict.fromkeys(("w1", "w2", "w3", "w4", "w5", "w6", "wl"), 20.0)


def report(step: int, accuracy: float = 0.5, seconds: float = 1.0) -> ReportRecord:
    metrics = {f"val_accuracy_{name}": accuracy for name in DIRECTIONS} | {"target_accuracy": accuracy}
    return ReportRecord(step=step, seconds=seconds, metrics=metrics)


def record(number: int, step: int, state: str = "PRUNED", accuracy: float = 0.5, seconds: float = 1.0) -> TrialRecord:
    return TrialRecord(number, state, SETTINGS, [report(step, accuracy, seconds)], error="it broke")  # type: ignore[arg-type]


def shown(
    steps: int, trials: int, concurrent: int = 1, metric: str = "target_accuracy"
) -> tuple[SearchDisplay, io.StringIO]:
    out = io.StringIO()
    return SearchDisplay(Console(file=out, width=200), DIRECTIONS, steps, trials, concurrent, metric), out


def test_a_report_is_one_line_with_accuracies_both_ways_and_the_best_so_far() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.report(1, SETTINGS, report(50, 0.25))
    (line,) = out.getvalue().splitlines()
    assert line.startswith("trial 1   step  50/100  weights 20 20 20 20 20 20 20  a_to_b 25.00 %  b_to_a 25.00 %")
    assert "best 25.00 % (trial 1)" in line


def test_what_is_alarming_in_a_report_stands_on_its_line() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.report(1, SETTINGS, report(50), ["classes swapped in a_to_b: 3 read as 8, 8 read as 3"])
    (line,) = out.getvalue().splitlines()
    assert line.endswith("  ALARM: classes swapped in a_to_b: 3 read as 8, 8 read as 3")


def test_without_labels_accuracies_are_dashes_and_the_best_is_of_what_is_maximised() -> None:
    display, out = shown(steps=100, trials=2, metric="infomax")
    display.start([TrialRecord(0, "PRUNED", SETTINGS, [ReportRecord(20, 1.0, {"infomax": 1.25})])])
    display.report(1, SETTINGS, ReportRecord(50, 1.0, {"infomax": 1.23456}))
    assert "a_to_b –  b_to_a –  best 1.25 (trial 0)" in out.getvalue()


def test_time_left_counts_whole_trainings_while_no_trial_has_ended() -> None:
    display, out = shown(steps=100, trials=3)
    display.start([])
    display.report(0, SETTINGS, report(50, seconds=50.0))
    assert out.getvalue().endswith("  4 min left\n")  # 50 + 2 · 100 steps of a second


def test_time_left_expects_later_trials_to_be_stopped_like_earlier_ones_but_not_the_papers() -> None:
    display, out = shown(steps=100, trials=5)
    display.start([])
    for number in (1, 2, 3):
        display.report(number, SETTINGS, report(20, seconds=20.0))
        display.ended(record(number, 20))
    display.report(0, SETTINGS, report(60, seconds=60.0))
    assert out.getvalue().endswith("  80 s left\n")  # 40 + (3 · 20 + 100) / 4 steps of a second


def test_time_left_of_a_trial_that_outlasts_others_grows_with_each_rung_and_not_at_once() -> None:
    display, out = shown(steps=100, trials=4)
    display.start([record(number, step, seconds=step) for number, step in ((1, 20), (2, 20), (3, 50))])
    for step in (10, 20, 30, 50, 60):
        display.report(4, SETTINGS, report(step, seconds=step))
    left = [line.rsplit("  ", 1)[1] for line in out.getvalue().splitlines()]
    # (100 + 2 · 20 + 50) / 4 - 10, then (100 + 50) / 2 - 20 and - 30, then 100 - 50 and - 60
    assert left == ["38 s left", "55 s left", "45 s left", "50 s left", "40 s left"]


def test_time_left_is_shared_by_the_trials_that_run_side_by_side() -> None:
    display, out = shown(steps=100, trials=2, concurrent=2)
    display.start([])
    display.report(0, SETTINGS, report(50, seconds=50.0))
    assert out.getvalue().endswith("  75 s left\n")
    display.ended(record(0, 100, "COMPLETE", seconds=100.0))
    display.report(1, SETTINGS, report(40, seconds=40.0))
    assert out.getvalue().endswith("  60 s left\n")  # alone now


def test_a_trial_that_failed_or_was_stopped_is_reported() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.ended(record(0, 20, "FAIL"))
    display.ended(replace(record(1, 20, "PRUNED"), error=""))
    display.ended(replace(record(2, 20, "PRUNED"), error="stopped by you"))
    assert out.getvalue().splitlines() == [
        "trial 0   failed: it broke",
        "trial 1   stopped at step 20: others were better",
        "trial 2   stopped at step 20: stopped by you",
    ]


def summarized(records: list[TrialRecord], metric: str, baseline: float) -> Table:
    return summary(records, ranked_by(records, metric), {metric: baseline}, DIRECTIONS, metric, count=2)


def test_the_summary_ranks_trials_and_ends_with_the_paper_and_the_baseline() -> None:
    records = [record(number, 100, "COMPLETE", accuracy) for number, accuracy in enumerate((0.5, 0.75, 0.625))]
    out = io.StringIO()
    table = summary(
        records,
        ranked_by(records, "target_accuracy"),
        {"target_accuracy": 0.875},
        DIRECTIONS,
        "target_accuracy",
        count=2,
    )
    Console(file=out, width=200).print(table)
    rows = [line.replace("│", " ").split() for line in out.getvalue().splitlines() if "%" in line]
    assert [row[:2] for row in rows] == [["1.", "1"], ["2.", "2"], ["paper", "0"], ["no", "translation"]]
    assert "87.50" in rows[-1]


def test_the_summary_follows_the_metric_that_is_maximised() -> None:
    records = [
        TrialRecord(number, "COMPLETE", SETTINGS, [ReportRecord(100, 1.0, {"infomax": value})])
        for number, value in enumerate((1.5, 0.5, 2.25))
    ]
    out = io.StringIO()
    Console(file=out, width=200).print(summarized(records, "infomax", 1.125))
    rows = [line.replace("│", " ").split() for line in out.getvalue().splitlines() if "–" in line]
    assert [row[:5] for row in rows[:3]] == [
        ["1.", "2", "–", "–", "2.25"],
        ["2.", "0", "–", "–", "1.5"],
        ["paper", "0", "–", "–", "1.5"],
    ]
    assert rows[3] == ["no", "translation", "–", "–", "1.125"]
    assert " infomax " in out.getvalue()
