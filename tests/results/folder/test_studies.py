from math import isnan
from pathlib import Path

import pandas as pd
import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.analysis.weight_ratios import is_logarithmic, searched_settings
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord

ORACLE = "target_accuracy"


def trial(number: int, reports: list[tuple[float, float]], state: State = "COMPLETE", **settings: float) -> TrialRecord:
    """A trial with a report for each pair of a criterion and the oracle."""
    found = [
        ReportRecord(10 * place, 1.0, {"snd": criterion, ORACLE: oracle})
        for place, (criterion, oracle) in enumerate(reports, start=1)
    ]
    return TrialRecord(number, state, TrialConfig().model_dump(mode="json") | settings, found)


def study(path: Path, records: list[TrialRecord], space: dict[str, object] | None = None, **more: str) -> StudyTables:
    folder = ResultsFolder(path / "study")
    known = {"val_accuracy_mnist_to_usps": 0.5, "val_accuracy_usps_to_mnist": 0.75}
    asked = {"trial": TrialConfig(steps=1500).model_dump(mode="json"), "space": space or {}}
    folder.create({"search": asked | more, "no_translation_baseline": known})
    folder.write_tables(records, ORACLE)
    return StudyTables.read(folder.path)


def test_a_trial_stands_at_its_report_with_the_highest_value_the_latest_of_equals(tmp_path: Path) -> None:
    tables = study(tmp_path, [trial(0, [(1.0, 0.1), (3.0, 0.2), (3.0, 0.3), (1.0, 0.9)])])
    assert tables.best_reports("snd")["step"].tolist() == [30]
    assert tables.best_reports("snd")[ORACLE].tolist() == [0.3]
    assert tables.best_reports("snd", lowest=True)[ORACLE].tolist() == [0.9]


def test_trials_rank_best_first_ties_to_the_earlier_without_failed_ones(tmp_path: Path) -> None:
    records = [
        trial(0, [(0, 0.5)]),
        trial(1, [(0, 0.9)], "PRUNED"),
        trial(2, [(0, 0.9)]),
        trial(3, [(0, 1.0)], "FAIL"),
        trial(4, [], "RUNNING"),
    ]
    ranking = study(tmp_path, records).ranking(ORACLE)
    assert ranking.index.tolist() == [1, 2, 0]
    assert ranking.tolist() == [0.9, 0.9, 0.5]


def test_a_metric_that_no_report_has_ranks_nothing(tmp_path: Path) -> None:
    tables = study(tmp_path, [trial(0, [(0, 0.5)])])
    assert tables.ranking("bnm").empty
    assert tables.without("bnm", ORACLE, "snd") == ["bnm"]


def test_what_was_asked_is_read_from_the_search_file(tmp_path: Path) -> None:
    tables = study(tmp_path, [])
    assert tables.metric == ORACLE  # a search of an earlier version says none
    assert tables.name == "study"
    assert tables.directions == ("mnist_to_usps", "usps_to_mnist")
    assert tables.steps == 1500
    assert tables.rungs == (250, 750)
    assert tables.baseline[ORACLE] == 0.625


@pytest.mark.parametrize(
    ("scheduler", "rungs"), [("asha", (250, 750)), ("hyperband", (250, 750)), ("median", ()), ("none", ())]
)
def test_only_schedulers_that_halve_have_rungs(tmp_path: Path, scheduler: str, rungs: tuple[int, ...]) -> None:
    assert study(tmp_path, [], scheduler=scheduler).rungs == rungs


@pytest.mark.parametrize(("direction", "target"), [("both", 0.625), ("pareto", 0.625), ("usps_to_mnist", 0.75)])
def test_the_baselines_target_is_of_the_directions_searched(tmp_path: Path, direction: str, target: float) -> None:
    assert study(tmp_path, [], direction=direction).baseline[ORACLE] == target


def test_a_folder_of_no_search_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a results folder"):
        StudyTables.read(tmp_path)


def test_regret_is_what_the_picked_trial_lacks_to_the_best_one(tmp_path: Path) -> None:
    # The criterion is highest in trial 1's second report, of 0.6; the best report of all has 0.95. Ranks
    # of the criterion are 2, 3, 1 and of the oracle there 3, 2, 1: Spearman's 1 - 6 · 2 / (3 · 8).
    records = [
        trial(0, [(2.0, 0.9), (1.0, 0.95)]),
        trial(1, [(1.0, 0.8), (3.0, 0.6)]),
        trial(2, [(1.0, 0.1)], "PRUNED"),
    ]
    verdict = judge(study(tmp_path, records), "snd", ORACLE)
    assert verdict is not None
    assert verdict.picked == 1
    assert verdict.regret == pytest.approx(0.35)
    assert verdict.correlation == pytest.approx(0.5)
    assert verdict.trials == 3


def test_a_criterion_that_never_changes_has_a_regret_but_no_correlation(tmp_path: Path) -> None:
    verdict = judge(study(tmp_path, [trial(0, [(1.0, 0.5)]), trial(1, [(1.0, 0.9)])]), "snd", ORACLE)
    assert verdict is not None
    assert isnan(verdict.correlation)
    assert verdict.regret == pytest.approx(0.4)  # of equals the earlier is picked


def test_what_is_not_in_the_reports_is_not_judged(tmp_path: Path) -> None:
    tables = study(tmp_path, [trial(0, [(1.0, 0.5)])])
    assert judge(tables, "bnm", ORACLE) is None
    assert judge(tables, "snd", "val_accuracy_mnist_to_usps") is None
    assert judge(study(tmp_path / "empty", []), "snd", ORACLE) is None


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


def test_words_and_missing_columns_are_left_out(tmp_path: Path) -> None:
    space = {"fixed": {}, "ranges": {"adversarial_loss": {"type": "choice", "values": ["a"]}, "w1": RANGE}, "ties": {}}
    assert searched_settings(study(tmp_path, [trial(0, [])], space)).columns.tolist() == ["w1/w3"]
    assert searched_settings(study(tmp_path / "empty", [], space)).empty


def test_positive_values_over_more_than_a_decade_are_logarithmic() -> None:
    assert is_logarithmic(pd.Series([0.1, 2.0]))
    assert not is_logarithmic(pd.Series([0.1, 0.9]))
    assert not is_logarithmic(pd.Series([0.0, 100.0]))


def test_of_many_trials_the_best_and_an_even_share_of_the_others_are_drawn() -> None:
    ranking = pd.Series(range(100, 0, -1), index=range(100), dtype=float)
    assert thinned(ranking, limit=5, best=2) == [0, 1, 2, 50, 99]  # of 98 others the first, the middle, the last
    assert thinned(ranking.head(3), limit=5, best=2) == [0, 1, 2]
    assert thinned(ranking, limit=1) == [0]
    assert thinned(ranking.head(0), limit=5) == []
