from pathlib import Path

import pandas as pd
import pytest

from lstnet_search.config import PRESETS
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.ranking import rank_rows, settings_of_row, with_last_weights
from lstnet_search.results.study.records import ReportRecord, TrialRecord, trials_table


def table() -> pd.DataFrame:
    settings = PRESETS["cpu"].trial.model_dump(mode="json")
    records = [
        TrialRecord(
            number, state, settings | {"w1": 10.0 * (number + 1)}, [ReportRecord(5, 1.0, {"target_accuracy": score})]
        )
        for number, (state, score) in enumerate([("COMPLETE", 0.5), ("PRUNED", 0.7), ("FAIL", 0.9), ("COMPLETE", 0.7)])
    ]
    return trials_table(records, "target_accuracy")


def test_rows_rank_by_a_metric_without_failures() -> None:
    assert rank_rows(table(), "target_accuracy")["trial"].tolist() == [1, 3, 0]


def test_an_unknown_metric_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(InputError, match="no trial has the metric 'nope'; there are: target_accuracy"):
        rank_rows(table(), "nope")


def test_settings_come_back_from_a_row() -> None:
    expected = PRESETS["cpu"].trial.model_copy(update={"w1": 20.0})
    assert settings_of_row(rank_rows(table(), "target_accuracy").iloc[0]) == expected


@pytest.mark.parametrize(
    "domains",
    [
        ("folder:/my pictures/left hand", "parquet:/tables/right hand.parquet"),
        ("mine=folder:/a  b", 'folder:/[1] "c"'),
        ("folder:/\udcff", "usps"),
    ],
)
def test_domains_with_any_path_come_back_from_a_table(tmp_path: Path, domains: tuple[str, str]) -> None:
    folder = ResultsFolder(tmp_path)
    config = PRESETS["cpu"].trial.override({"domains": domains}, "test")
    folder.write_tables([TrialRecord(0, "COMPLETE", config.model_dump(mode="json"), [ReportRecord(5, 1.0, {})])], "snd")
    assert settings_of_row(folder.read_trials().iloc[0]) == config


def test_domains_of_an_earlier_version_are_separated_by_spaces() -> None:
    row = table().iloc[0].copy()
    row["config/domains"] = "mnist folder:/right"
    assert settings_of_row(row).domains == ("mnist", "folder:/right")


@pytest.mark.parametrize("name", ["domains", "schedule"])
def test_an_incomplete_list_is_refused(name: str) -> None:
    row = table().iloc[0].copy()
    row[f"config/{name}"] = '["mnist'
    with pytest.raises(InputError, match=f"the {name} of trial 0 cannot be read: Unterminated string"):
        settings_of_row(row)


def test_weights_that_changed_are_those_of_the_best_report() -> None:
    settings = PRESETS["cpu"].trial.model_dump(mode="json")
    changed = settings | {"schedule": [{"step": 40, "weights": {"w1": 1.5}}, {"step": 80, "weights": {"w2": 4.0}}]}
    records = [TrialRecord(number, "COMPLETE", each) for number, each in enumerate([settings, changed])]
    last = with_last_weights(trials_table(records, "snd"))
    assert last[["config/w1", "config/w2", "config/w3"]].to_numpy().tolist() == [[20, 20, 100], [1.5, 4, 100]]
    assert with_last_weights(table()).equals(table())


def test_a_row_without_complete_settings_is_refused() -> None:
    row = pd.Series({"trial": 3, "config/w1": -2.0, "config/domains": "mnist usps"})
    with pytest.raises(InputError, match="the row of trial 3"):
        settings_of_row(row)


def test_how_images_were_read_comes_back_from_a_table(tmp_path: Path) -> None:
    reading = {"fit": "pad", "sides": {"usps": 32}, "columns": {"usps": {"label": "digit"}}, "common_classes": True}
    config = PRESETS["cpu"].trial.override(reading, "the test")
    folder = ResultsFolder(tmp_path)
    record = TrialRecord(
        0, "COMPLETE", config.model_dump(mode="json"), [ReportRecord(5, 1.0, {"target_accuracy": 1.0})]
    )
    folder.write_tables([record], "target_accuracy")
    assert settings_of_row(folder.read_trials().iloc[0]) == config
