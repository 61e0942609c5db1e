from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from small_confirmations import ABOUT, BASELINE, DIRECTIONS, PAPER, PLAN, SEEDS, rows, table

from lstnet_search.config import PRESETS, TrialConfig
from lstnet_search.results.confirmation.files import (
    discard_results,
    measured_accuracies,
    read_confirmation,
    winner_remarks,
    write_confirmation,
)
from lstnet_search.results.confirmation.verdict import candidate_results, confirmation_content, verdict_sentence
from lstnet_search.results.export.winner import add_confirmation, read_remarks, write_config
from lstnet_search.results.folder.folder import ResultsFolder


def test_what_was_measured_comes_back_from_the_files(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert measured_accuracies(folder, PLAN) == {}
    made = table(rows("best", 4, [0.94, None, 0.97]), PAPER, BASELINE)
    content = confirmation_content(candidate_results(made), ABOUT)
    write_confirmation(folder, made, content)
    record = read_confirmation(folder)
    assert record is not None
    assert (record.best.trial, record.best.trainings, record.best.failed, record.opening) == (4, 3, 1, 1)
    assert record.best.target.mean == pytest.approx(0.965)
    assert record.paper is not None
    assert record.paper.target.half_width == pytest.approx(0.0248414)
    assert record.best.against_paper is not None
    assert record.best.against_paper.verdict == content["candidates"][0]["against_paper"]["verdict"]
    assert record.no_translation is not None
    assert record.no_translation.trial is None
    known = measured_accuracies(folder, PLAN)
    assert (4, 12) not in known
    assert known[4, 11] == {"adapted": {DIRECTIONS[0]: 0.94, DIRECTIONS[1]: 0.96}}
    assert known[None, 13]["adapted"][DIRECTIONS[0]] == 0.81
    assert yaml.safe_load(folder.confirmation_file.read_text())["candidates"][0]["against_paper"]["pairs"] == 2
    assert set(measured_accuracies(folder, replace(PLAN, steps=31))) == {(None, seed) for seed in SEEDS}


def test_accuracies_of_a_version_without_readers_are_those_of_the_plans_reader(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    made = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)
    older = made.drop(columns=[name for name in made if name.startswith("adapted/")])
    write_confirmation(folder, older, confirmation_content(candidate_results(older), ABOUT))
    assert measured_accuracies(folder, PLAN)[4, 11] == {"adapted": {DIRECTIONS[0]: 0.94, DIRECTIONS[1]: 0.96}}


def test_a_confirmation_that_starts_over_has_no_measured_accuracies(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    made = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)
    write_confirmation(folder, made, confirmation_content(candidate_results(made), ABOUT))
    discard_results(folder)
    assert read_confirmation(folder) is None
    assert measured_accuracies(folder, PLAN) == {}
    discard_results(folder)


def test_the_winners_settings_say_what_was_confirmed_and_stay_settings(tmp_path: Path) -> None:
    folder, winner = ResultsFolder(tmp_path), PRESETS["cpu"].trial
    write_config(folder.best_config_file, winner, ["trial 4 of search x"])
    for accuracies in ([0.90, 0.95, 0.97], [0.94, 0.95, 0.97]):
        found = candidate_results(table(rows("best", 4, accuracies), PAPER, BASELINE))
        add_confirmation(folder, winner, winner_remarks(found, PLAN))
    said = read_remarks(folder.best_config_file)
    assert said[0] == "trial 4 of search x"
    assert len(said) == 3
    assert said[1].startswith("confirmed on the test sets: target_accuracy 96.33 % ± 3.79 (95 % interval), seeds: 3")
    assert said[2] == f"confirmed: {verdict_sentence(found)}"
    assert TrialConfig.parse(yaml.safe_load(folder.best_config_file.read_text()), "test") == winner


def test_settings_of_another_winner_stay_as_they_are(tmp_path: Path) -> None:
    folder, winner = ResultsFolder(tmp_path), PRESETS["cpu"].trial
    write_config(folder.best_config_file, winner, ["trial 5 of search x"])
    add_confirmation(folder, winner.override({"w1": 3}, "test"), ["confirmed"])
    assert read_remarks(folder.best_config_file) == ["trial 5 of search x"]
