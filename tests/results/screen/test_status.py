"""What `status` says of searches in every state, on screens of every width."""

import os
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from screens import check_width

from lstnet_search.config import PRESETS
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.screen.status import status_lines
from lstnet_search.results.study.records import ReportRecord, TrialRecord

WIDTHS = pytest.mark.parametrize("width", [40, 80, 120])
SETTINGS = PRESETS["cpu"].trial.model_dump(mode="json")
STEPS = SETTINGS["steps"]


def record(
    number: int,
    state: Any,
    score: float,
    *,
    step: int = STEPS,
    error: str = "",
    repeat_of: int | None = None,
    **more: Any,
) -> TrialRecord:
    metrics = {"target_accuracy": score, "val_accuracy_mnist_to_usps": score, "val_accuracy_usps_to_mnist": score}
    reports = [ReportRecord(each, float(each), metrics | more) for each in (step // 2, step)] if step else []
    weights = {"w1": 20.0 + (number if repeat_of is None else repeat_of)}
    return TrialRecord(
        number, state, SETTINGS | weights, reports, error=error, repeat_of=repeat_of, seed=repeat_of or 0
    )


RANGES = {"ranges": {"w1": {"type": "loguniform", "low": 1, "high": 1000}}}


def make(
    path: Path, trials: int, records: list[TrialRecord], space: Mapping[str, object] = MappingProxyType(RANGES)
) -> ResultsFolder:
    """A search whose baseline is 50 % of a thousand images in each direction."""
    folder = ResultsFolder(path / "mine")
    names = ("mnist_to_usps", "usps_to_mnist")
    folder.create(
        {
            "search": {
                "trial": SETTINGS,
                "space": dict(space),
                "trials": trials,
                "direction": "both",
                "select_by": "target_accuracy",
            },
            "data_dir": "data",
            "data_fingerprint": "made-up",
            "no_translation_baseline": {f"val_accuracy_{name}": 0.5 for name in names},
            "validation_images": dict.fromkeys(names, 1000),
            "placement": {"cpu": 1, "gpu": 0, "concurrent": 2},
        }
    )
    if records:
        folder.write_tables(records, "target_accuracy")
    return folder


def said(folder: ResultsFolder, width: int) -> str:
    """All lines as one text, after a check that none is wider than the screen, except those with the test's path."""
    lines = list(status_lines(folder, width))
    check_width([line for line in lines if str(folder.path.parent) not in line], width)
    return " ".join(" ".join(lines).split())


@WIDTHS
def test_a_search_that_runs_shows_its_trials_how_far_it_is_and_what_leads(tmp_path: Path, width: int) -> None:
    folder = make(tmp_path, 4, [record(0, "COMPLETE", 0.75), record(1, "RUNNING", 0.875, step=STEPS // 2)])
    with folder.locked():
        text = said(folder, width)
    assert f"running on {socket.gethostname()}, process {os.getpid()}" in text
    assert "of 4 trials 1 completed, 1 unfinished, 2 not begun" in text
    assert f"{STEPS * 3 // 2}/" in text, "steps so far"
    assert " left " in text
    assert "★ best, running" in text
    assert "Translation works: 87.50 % read right, 50.00 % without it (+37.50 points) so far." in text
    assert "Trial 1 leads the paper's weights by 12.50 points: one seed each, no proof yet." in text
    assert "dashboard" in text
    assert "w1 21 w2 20 w3 100" in text
    if width >= 80:
        assert "+12.5" in text, "against the paper's best at the same step"


@WIDTHS
def test_a_search_that_was_stopped_says_how_to_go_on(tmp_path: Path, width: int) -> None:
    folder = make(tmp_path, 4, [record(0, "COMPLETE", 0.75), record(1, "RUNNING", 0.875)])
    text = said(folder, width)
    assert "stopped; of 4 trials 1 completed, 1 unfinished, 2 not begun" in text
    assert "resume with:" in text
    assert "--name mine" in text
    assert "--resume" in text
    assert "next " not in text


@WIDTHS
def test_a_search_that_has_ended_says_what_it_showed_and_what_to_do_next(tmp_path: Path, width: int) -> None:
    records = [record(0, "COMPLETE", 0.75), record(1, "COMPLETE", 0.5), record(2, "PRUNED", 0.25, step=250)]
    folder = make(tmp_path, 3, records)
    folder.best_model.with_suffix(".safetensors").touch()
    folder.translations_file.touch()
    text = said(folder, width)
    assert "finished; of 3 trials 2 completed, 1 stopped early" in text
    assert "The paper's weights lead trial 1 by 25.00 points: one seed each, no proof yet." in text
    assert re.search(r"best, the paper's, trial 0 .*75\.00", text)
    assert "no translation" in text
    assert "other trials: 1 stopped early, at 17 %, 1 ran to the end" in text
    for command in ("confirm", "report", "predict", "--resume", "translations.png"):
        assert command in text
    assert "--top 1 --seeds 3" in text.replace(" \\ ", " ")
    assert "~ 50 min" in text, "three trainings of 1500 s, two side by side"


def test_a_winner_is_confirmed_beside_the_papers_weights_which_takes_twice_as_long(tmp_path: Path) -> None:
    text = said(make(tmp_path, 2, [record(0, "COMPLETE", 0.5), record(1, "COMPLETE", 0.75)]), 120)
    assert "~ 1 h 15 min" in text, "six trainings of 1500 s, two side by side"


def test_a_population_is_not_to_be_enlarged(tmp_path: Path) -> None:
    folder = make(tmp_path, 2, [record(0, "COMPLETE", 0.5), record(1, "COMPLETE", 0.75)])
    folder.update_search(yaml.safe_load(folder.search_file.read_text())["search"] | {"scheduler": "pbt"})
    text = said(folder, 120)
    assert "confirm" in text
    assert "--add-trials" not in text


@WIDTHS
def test_a_search_whose_trials_all_failed_says_why(tmp_path: Path, width: int) -> None:
    why = "DivergedError: diverged at step 3: loss_an1 is not finite"
    folder = make(tmp_path, 2, [record(number, "FAIL", 0.0, step=0, error=why) for number in (0, 1)])
    text = said(folder, width)
    assert "failed: no trial succeeded; of 2 trials 2 failed" in text
    assert f"2 × {why}" in text


@WIDTHS
def test_a_search_without_reports_says_so(tmp_path: Path, width: int) -> None:
    folder = make(tmp_path, 4, [])
    assert "stopped before its first report; 4 trials to run" in said(folder, width)
    with folder.locked():
        assert "no report yet; 4 trials to run" in said(folder, width)


def test_a_null_result_is_called_one(tmp_path: Path) -> None:
    """7 more of 1000 images in each direction is within 1.96 standard errors of shares near one half."""
    folder = make(tmp_path, 2, [record(0, "COMPLETE", 0.507), record(1, "COMPLETE", 0.5)])
    assert (
        "No difference from resized images is shown (+0.70 points; images: +7 of 1000, +7 of 1000). Try longer"
        in said(folder, 80)
    )


def test_a_translation_that_does_harm_is_called_one(tmp_path: Path) -> None:
    folder = make(tmp_path, 2, [record(0, "COMPLETE", 0.4), record(1, "COMPLETE", 0.3)])
    worse = "Translated images are read worse than resized ones: 40.00 % against 50.00 % (−10.00 points;"
    assert worse in said(folder, 120)


def test_several_seeds_end_in_the_verdict_of_the_ranking_and_swapped_classes_in_an_alarm(tmp_path: Path) -> None:
    records = [
        record(0, "COMPLETE", 0.5),
        record(1, "COMPLETE", 0.8, swapped_usps_to_mnist=2.0),
        record(2, "COMPLETE", 0.51, repeat_of=0),
        record(3, "COMPLETE", 0.81, repeat_of=1),
    ]
    records[2:] = [TrialRecord(**(vars(each) | {"seed": 7})) for each in records[2:]]
    text = said(make(tmp_path, 4, records), 120)
    assert "Trial 1 is better than the paper's weights by +" in text
    assert "ALARM: 2 classes swapped in usps_to_mnist" in text
    assert re.search(r"best, trial 1 .* ±", text)


def test_unequal_numbers_of_seeds_are_said(tmp_path: Path) -> None:
    records = [record(0, "COMPLETE", 0.75), record(1, "COMPLETE", 0.8), record(2, "COMPLETE", 0.81, repeat_of=1)]
    records[2] = TrialRecord(**(vars(records[2]) | {"seed": 7}))
    text = said(make(tmp_path, 3, records), 120)
    assert "Trial 1 leads the paper's weights by 5.50 points: 2 seeds against 1, no proof yet." in text


def test_the_newest_study_is_the_one_written_last(tmp_path: Path) -> None:
    for name, age in (("old", 200), ("new", 100), ("begun", 150)):
        folder = ResultsFolder(tmp_path / name)
        folder.create({})
        os.utime(folder.search_file, (time.time() - age,) * 2)
    assert ResultsFolder.newest(tmp_path).path.name == "new"
    folder = ResultsFolder(tmp_path / "old")
    folder.write_tables([record(0, "COMPLETE", 0.5)], "target_accuracy")
    assert ResultsFolder.newest(tmp_path).path.name == "old"


def test_given_points_are_a_list_of_trials_with_nothing_to_confirm(tmp_path: Path) -> None:
    text = said(make(tmp_path, 2, [record(0, "COMPLETE", 0.75), record(1, "COMPLETE", 0.875)], {}), 120)
    assert "★ best" in text
    assert "the paper's" not in text
    assert "confirm" not in text
    assert "--add-trials" not in text
