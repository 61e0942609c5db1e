from math import isnan

from lstnet_search.results.study.records import ReportRecord, State, TrialRecord, history_table, ranked, trials_table

METRIC = "target_accuracy"


def trial(number: int, values: list[float], state: State = "COMPLETE", error: str = "") -> TrialRecord:
    reports = [
        ReportRecord(10 * (index + 1), index + 0.5, {METRIC: value, "loss_cc1": value / 2})
        for index, value in enumerate(values)
    ]
    settings = {"w1": 20.0 + number, "domains": ["mnist", "usps"]}
    return TrialRecord(number, state, settings, reports, seed=7, error=error, ray_trial_id=f"id{number}")


def test_the_best_report_is_the_latest_of_equals() -> None:
    best = trial(0, [0.2, 0.9, 0.9, 0.5]).best(METRIC)
    assert best is not None
    assert best.step == 30


def test_trials_rank_by_their_best_report_without_failures_the_earlier_of_equals_first() -> None:
    records = [trial(0, [0.5]), trial(1, [0.9, 0.1], "PRUNED"), trial(2, [0.9]), trial(3, [0.99], "FAIL"), trial(4, [])]
    assert [record.number for record in ranked(records, METRIC)] == [1, 2, 0]


def test_the_trials_table_has_one_row_per_trial_in_their_order() -> None:
    table = trials_table([trial(1, [0.1, 0.4, 0.3]), trial(0, [], "FAIL", "diverged at step 3")], METRIC)
    assert table["trial"].tolist() == [0, 1]
    assert table["state"].tolist() == ["FAIL", "COMPLETE"]
    assert table["error"].tolist() == ["diverged at step 3", ""]
    row = table.iloc[1]
    assert row["config/w1"] == 21.0
    assert row["config/domains"] == '["mnist", "usps"]'
    assert (row["best/target_accuracy"], row["best/loss_cc1"]) == (0.4, 0.2)
    assert (row["last/target_accuracy"], row["last/loss_cc1"]) == (0.3, 0.15)
    assert (row["steps"], row["seconds"], row["seed"], row["ray_trial_id"]) == (30, 2.5, 7, "id1")
    assert isnan(table.iloc[0]["best/target_accuracy"])


def test_the_history_has_one_row_per_report() -> None:
    table = history_table([trial(1, [0.1, 0.4]), trial(0, [0.3])])
    assert table.columns.tolist() == ["trial", "step", "seconds", METRIC, "loss_cc1"]
    assert table["trial"].tolist() == [0, 1, 1]
    assert table["step"].tolist() == [10, 10, 20]


def test_tables_of_a_search_without_reports_have_their_columns() -> None:
    assert history_table([]).columns.tolist() == ["trial", "step", "seconds"]
    assert {"trial", "state", "steps", "error"} <= set(trials_table([], METRIC).columns)
