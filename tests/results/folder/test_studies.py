from pathlib import Path

import pandas as pd
import pytest
from small_studies import ORACLE, study, trial

from lstnet_search.errors import InputError
from lstnet_search.results.folder.studies import StudyTables, thinned


def test_a_trial_is_judged_at_its_best_report_the_latest_of_equals(tmp_path: Path) -> None:
    tables = study(tmp_path, [trial(0, [(1.0, 0.1), (3.0, 0.2), (3.0, 0.3), (1.0, 0.9)])])
    assert tables.best_reports("snd")["step"].tolist() == [30]
    assert tables.best_reports("snd")[ORACLE].tolist() == [0.3]
    assert tables.best_reports("snd", lowest=True)[ORACLE].tolist() == [0.9]


def test_trials_rank_best_first_the_earlier_of_equals_first_without_failed_ones(tmp_path: Path) -> None:
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
    assert tables.metric == ORACLE  # a search of an earlier version does not record it
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


def test_a_folder_without_a_search_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a results folder"):
        StudyTables.read(tmp_path)


def test_the_best_of_many_trials_and_an_even_share_of_the_others_are_drawn() -> None:
    ranking = pd.Series(range(100, 0, -1), index=range(100), dtype=float)
    assert thinned(ranking, limit=5, best=2) == [0, 1, 2, 50, 99]  # of the other 98: the first, the middle and the last
    assert thinned(ranking.head(3), limit=5, best=2) == [0, 1, 2]
    assert thinned(ranking, limit=1) == [0]
    assert thinned(ranking.head(0), limit=5) == []
