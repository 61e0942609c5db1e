import os
import socket
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
            f"{folder.path}: running on {socket.gethostname()}, process {os.getpid()}",
            "of 4 trials 1 completed, 0 stopped early, 0 failed, 1 unfinished, 2 not begun",
            "best: trial 1, target_accuracy 75.00 %",
            "verdict so far: no difference shown between 2 configurations: with one seed each, luck and weights cannot "
            "be told apart; search longer with --seeds 3 or more, or confirm",
            "weights 3 20 100 100 100 100 30 (w1 w2 w3 w4 w5 w6 wl)",
            "2 min of training; tables written 0 s ago",
        ]


def test_the_status_tells_swapped_classes_and_what_several_seeds_show(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "mine")
    folder.create({"search": {"trials": 4}})
    settings = PRESETS["cpu"].trial.model_dump(mode="json")
    better = settings | {"w1": 3.0}
    scores = [(0, settings, 0.5, None), (1, better, 0.8, None), (2, settings, 0.51, 0), (3, better, 0.81, 1)]
    records = [
        TrialRecord(
            number,
            "COMPLETE",
            {**own, "seed": number // 2},
            [ReportRecord(10, 60.0, {"target_accuracy": score, "swapped_usps_to_mnist": 2.0 * (number == 1)})],
            seed=number // 2,
            repeat_of=first,
        )
        for number, own, score, first in scores
    ]
    folder.write_tables(records, "target_accuracy")
    said = list(status_lines(folder))
    assert said[2].startswith("best: trial 1, target_accuracy 8")
    assert said[2].endswith("% (expected, 2 seeds)")
    assert said[3] == "ALARM: 2 classes swapped in usps_to_mnist"
    assert said[4].startswith("verdict so far: trial 1 is better than the paper's weights by +")
