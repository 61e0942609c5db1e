from pathlib import Path

from lstnet_search.config import PRESETS
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.status import status_lines
from lstnet_search.results.study.records import ReportRecord, TrialRecord


def test_the_status_says_how_far_a_search_is(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "mine")
    folder.create({"search": {"trials": 4}})
    assert list(status_lines(folder)) == [f"{folder.path}: not running", "no reports yet; 4 trials to run"]
    settings = PRESETS["cpu"].trial.model_dump(mode="json")
    records = [
        TrialRecord(0, "COMPLETE", settings, [ReportRecord(10, 60.0, {"target_accuracy": 0.5})]),
        TrialRecord(1, "RUNNING", settings | {"w1": 3.0}, [ReportRecord(5, 30.0, {"target_accuracy": 0.75})]),
    ]
    folder.write_tables(records, "target_accuracy")
    with folder.locked():
        assert list(status_lines(folder)) == [
            f"{folder.path}: running",
            "of 4 trials 1 completed, 0 stopped early, 0 failed, 1 unfinished, 2 not begun",
            "best: trial 1, target_accuracy 75.00 %",
            "weights 3 20 100 100 100 100 30 (w1 w2 w3 w4 w5 w6 wl)",
            "2 min of training; tables written 0 s ago",
        ]
