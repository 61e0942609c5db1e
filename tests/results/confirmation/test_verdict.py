"""Tables and verdicts of trainings made up by hand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from lstnet_search.config import PRESETS, TrialConfig
from lstnet_search.results.confirmation.files import (
    forget,
    known_accuracies,
    read_confirmation,
    remarks,
    write_confirmation,
)
from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.confirmation.verdict import (
    Confirmed,
    TrainingRow,
    conclude,
    confirmation_content,
    confirmation_table,
    sentence,
)
from lstnet_search.results.export.winner import add_confirmation, remarks_of, write_config
from lstnet_search.results.folder.folder import ResultsFolder

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
SEEDS = (11, 12, 13)
ABOUT = {"steps": 30, "seeds": list(SEEDS), "opening": 1, "test_fingerprint": "x-y"}


def rows(name: str, trial: int | None, accuracies: Sequence[float | None]) -> list[TrainingRow]:
    """Of a candidate: mnist_to_usps as given, usps_to_mnist 0.02 higher; None failed."""
    settings: dict[str, Any] = {} if trial is None else PRESETS["cpu"].trial.model_dump(mode="json")
    return [
        TrainingRow(
            name,
            trial,
            seed,
            0 if trial is None else 30,
            settings,
            {} if value is None else {DIRECTIONS[0]: value, DIRECTIONS[1]: value + 0.02},
            error="it broke" if value is None else "",
        )
        for seed, value in zip(SEEDS, accuracies, strict=True)
    ]


PAPER = rows("paper", 0, [0.90, 0.91, 0.92])
BASELINE = rows("no translation", None, [0.80, 0.80, 0.81])


def table(*parts: list[TrainingRow], searched: Sequence[str] = DIRECTIONS) -> pd.DataFrame:
    return confirmation_table([row for part in parts for row in part], DIRECTIONS, searched)


def named(found: Sequence[Confirmed], name: str) -> Confirmed:
    return next(each for each in found if each.name == name)


def test_a_row_a_candidate_and_seed_with_the_mean_of_the_directions_searched() -> None:
    both = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)
    assert both["candidate"].tolist() == ["best"] * 3 + ["paper"] * 3 + ["no translation"] * 3
    assert both["trial"].tolist() == [4, 4, 4, 0, 0, 0, pd.NA, pd.NA, pd.NA]
    assert both["seed"].tolist() == [*SEEDS] * 3
    assert both["target_accuracy"].tolist()[:3] == pytest.approx([0.95, 0.96, 0.98])
    assert both["config/batch_size"].dtype == "Int64"
    assert both["config/domains"].iloc[0] == '["mnist", "usps"]'
    assert both["config/w1"].isna().tolist() == [False] * 6 + [True] * 3
    one = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, searched=DIRECTIONS[:1])
    assert one["target_accuracy"].tolist()[:3] == [0.94, 0.95, 0.97]


def test_the_winner_is_tested_uncorrected_and_the_others_by_holm() -> None:
    second, third = rows("2", 7, [0.91, 0.93, 0.93]), rows("3", 2, [0.90, 0.92, 0.90])
    found = conclude(table(rows("best", 4, [0.94, 0.95, 0.965]), second, third, PAPER, BASELINE))
    assert [each.name for each in found] == ["best", "2", "3", "paper", "no translation"]
    best, paper = named(found, "best"), named(found, "paper")
    assert best.against_paper is not None
    assert best.against_paper.p_holm is None
    assert best.against_paper.verdict == "better"
    assert best.against_no_translation is not None
    assert best.against_no_translation.verdict == "better"
    assert paper.against_paper is None
    others = [named(found, name).against_paper for name in ("2", "3")]
    assert all(test is not None and test.p is not None for test in others)
    raw = [test.p for test in others if test is not None and test.p is not None]
    assert others[0] is not None
    assert others[0].p_holm == pytest.approx(2 * min(raw))
    assert sentence(found).startswith(
        "Trial 4 is better than the paper's weights: 96.17 % on the test sets against 92.00 % (+4.17 points, "
    )
    assert "3 seeds" in sentence(found)


def test_a_winner_with_the_papers_weights_is_said_to_be_no_better() -> None:
    found = conclude(table(rows("best", 0, [0.9, 0.91, 0.92]), rows("2", 3, [0.8, 0.81, 0.83]), BASELINE))
    assert named(found, "best").against_paper is None
    worse = named(found, "2").against_paper
    assert worse is not None
    assert worse.verdict == "worse"
    assert sentence(found).startswith(
        "The search found nothing better than the paper's weights: trial 0 is its best, with 92.00 % on the test sets. "
        "It is better than no translation"
    )
    assert confirmation_content(found, ABOUT)["winner"] == {"trial": 0, "is_paper": True}


def test_failed_trainings_are_counted_and_left_out_of_the_pairs() -> None:
    found = conclude(table(rows("best", 4, [0.94, None, 0.97]), PAPER, BASELINE))
    best = named(found, "best")
    assert (best.trainings, best.failed) == (3, 1)
    assert best.against_paper is not None
    assert best.against_paper.differences.count == 2
    assert sentence(found).endswith(" 1 of 3 trainings of trial 4 failed.")


def test_a_winner_none_of_whose_trainings_succeeded_is_said_to() -> None:
    found = conclude(table(rows("best", 4, [None, None, None]), PAPER, BASELINE))
    assert sentence(found) == (
        "No difference is shown between trial 4 and the paper's weights: no training that succeeded on the test sets "
        "against 92.00 %, for no seed has both. 3 of 3 trainings of trial 4 failed."
    )


def test_one_seed_gives_no_interval_which_is_said() -> None:
    one = [part[:1] for part in (rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)]
    found = conclude(table(*one))
    assert "(+4.00 points with one seed, which gives no interval)" in sentence(found)
    assert "No difference is shown" in sentence(found)
    content = confirmation_content(found, ABOUT)["candidates"][0]
    assert content["metrics"]["target_accuracy"] == {
        "mean": pytest.approx(0.95),
        "standard_deviation": None,
        "interval": None,
    }
    assert content["against_paper"]["p"] is None


def test_a_direction_that_nobody_can_measure_is_empty() -> None:
    half = [
        TrainingRow(row.candidate, row.trial, row.seed, row.steps, row.settings, {DIRECTIONS[1]: 0.9})
        for row in (*rows("best", 4, [0.9, 0.9, 0.9]), *PAPER, *BASELINE)
    ]
    made = confirmation_table(half, DIRECTIONS, DIRECTIONS[1:])
    assert made["test_accuracy_mnist_to_usps"].isna().all()
    best = conclude(made)[0]
    assert best.metrics["test_accuracy_mnist_to_usps"].mean is None
    assert best.metrics["target_accuracy"].mean == 0.9


def test_what_was_measured_comes_back_from_the_files(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert known_accuracies(folder, 30) == {}
    made = table(rows("best", 4, [0.94, None, 0.97]), PAPER, BASELINE)
    content = confirmation_content(conclude(made), ABOUT)
    write_confirmation(folder, made, content)
    assert read_confirmation(folder) == content
    known = known_accuracies(folder, 30)
    assert (4, 12) not in known
    assert known[4, 11] == {DIRECTIONS[0]: 0.94, DIRECTIONS[1]: 0.96}
    assert known[None, 13][DIRECTIONS[0]] == 0.81
    assert yaml.safe_load(folder.confirmation_file.read_text())["candidates"][0]["against_paper"]["pairs"] == 2
    assert set(known_accuracies(folder, 31)) == {(None, seed) for seed in SEEDS}


def test_of_a_confirmation_begun_anew_nothing_is_known(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    made = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)
    write_confirmation(folder, made, confirmation_content(conclude(made), ABOUT))
    forget(folder)
    assert read_confirmation(folder) is None
    assert known_accuracies(folder, 30) == {}
    forget(folder)


def test_the_winners_settings_say_what_was_confirmed_and_stay_settings(tmp_path: Path) -> None:
    folder, winner = ResultsFolder(tmp_path), PRESETS["cpu"].trial
    write_config(folder.best_config_file, winner, ["trial 4 of search x"])
    for accuracies in ([0.90, 0.95, 0.97], [0.94, 0.95, 0.97]):
        found = conclude(table(rows("best", 4, accuracies), PAPER, BASELINE))
        add_confirmation(folder, winner, remarks(found, 30))
    said = remarks_of(folder.best_config_file)
    assert said[0] == "trial 4 of search x"
    assert len(said) == 3
    assert said[1].startswith("confirmed on the test sets: target_accuracy 96.33 % ± 3.79 (95 % interval), seeds: 3")
    assert said[2] == f"confirmed: {sentence(found)}"
    assert TrialConfig.parse(yaml.safe_load(folder.best_config_file.read_text()), "test") == winner


def test_settings_of_another_winner_are_left_as_they_are(tmp_path: Path) -> None:
    folder, winner = ResultsFolder(tmp_path), PRESETS["cpu"].trial
    write_config(folder.best_config_file, winner, ["trial 5 of search x"])
    add_confirmation(folder, winner.override({"w1": 3}, "test"), ["confirmed"])
    assert remarks_of(folder.best_config_file) == ["trial 5 of search x"]


def test_openings_are_counted_in_the_log(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert [log_opening(folder, f"command {number}") for number in (1, 2)] == [1, 2]
    entries = [json.loads(line) for line in folder.openings_file.read_text().splitlines()]
    assert [(entry["opening"], entry["command"]) for entry in entries] == [(1, "command 1"), (2, "command 2")]
    assert all(entry["time"].endswith("+00:00") for entry in entries)


def test_lines_of_the_log_that_are_no_text_are_counted_too(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    folder.openings_file.write_bytes(b"\xff\n")
    assert log_opening(folder, "train") == 2
    assert folder.openings_file.read_bytes().startswith(b"\xff\n{")


def test_ordinals() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th")
    ]
