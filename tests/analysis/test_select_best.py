"""Ranking the trials of studies, and the settings of the best one."""

from pathlib import Path

import pytest
import yaml

from lstnet_search.analysis.select_best import select_best
from lstnet_search.config import TrialConfig
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord


def test_the_trials_of_several_studies_are_ranked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def make(name: str, *scores: float) -> Path:
        folder = ResultsFolder(tmp_path / name)
        trial = TrialConfig().model_dump(mode="json")
        folder.create({"search": {"trial": trial, "trials": 2, "select_by": "snd"}})
        folder.write_tables(
            [
                TrialRecord(number, "COMPLETE", trial | {"w1": 10.0 * score}, [ReportRecord(5, 1.0, {"snd": score})])
                for number, score in enumerate(scores)
            ],
            "snd",
        )
        return folder.path

    folders = [make("one", 1.0, 3.0), make("two", 2.0, 4.0)]
    select_best(folders)
    rows = [line.replace("│", " ").split() for line in capsys.readouterr().out.splitlines() if "COMPLETE" in line]
    assert [row[:4] for row in rows] == [
        ["1.", "two", "1", "4"],
        ["2.", "one", "1", "3"],
        ["3.", "two", "0", "2"],
        ["4.", "one", "0", "1"],
        ["paper", "two", "0", "2"],
        ["paper", "one", "0", "1"],
    ]
    assert yaml.safe_load((folders[1] / "selected_config.yaml").read_text())["w1"] == 40.0
    assert not (folders[0] / "selected_config.yaml").exists()


def test_the_luckiest_of_one_study_does_not_pass_its_likely_best_in_a_ranking_of_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trial 2 of the first study has the highest score of all, but no repeat; trial 3 was stopped early."""

    def trained(number: int, score: float, of: int | None = None, state: State = "COMPLETE") -> TrialRecord:
        settings = TrialConfig().model_dump(mode="json") | {"w1": 20.0 + (number if of is None else of)}
        report = ReportRecord(5, 1.0, {"snd": score})
        return TrialRecord(number, state, settings, [report], repeat_of=of, seed=0 if of is None else number)

    records = [trained(0, 0.90), trained(1, 0.93), trained(2, 0.99), trained(3, 0.1, state="PRUNED")]
    records += [
        trained(number, score, of) for number, score, of in [(4, 0.91, 0), (5, 0.92, 0), (6, 0.96, 1), (7, 0.97, 1)]
    ]
    folders = []
    for name, found in (("one", records), ("two", [trained(0, 0.5)])):
        folder = ResultsFolder(tmp_path / name)
        trial = TrialConfig().model_dump(mode="json")
        folder.create({"search": {"trial": trial, "trials": len(found), "select_by": "snd"}})
        folder.write_tables(found, "snd")
        folders.append(folder.path)
    select_best(folders)
    assert "settings of trial 1 of one" in capsys.readouterr().out


def test_the_trial_that_a_criterion_picks_is_selected(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    select_best([study], metric="agreement", output=tmp_path / "chosen.yaml")
    verdict = judge(StudyTables.read(study), "agreement", "target_accuracy")
    assert verdict is not None
    assert f"settings of trial {verdict.picked} of" in capsys.readouterr().out


def test_the_lowest_loss_is_selected_on_request(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    select_best([study], metric="loss_cc1", lowest=True, output=tmp_path / "chosen.yaml")
    history = StudyTables.read(study).history
    best = history.loc[history["loss_cc1"].idxmin(), "trial"]
    assert f"settings of trial {best} of study" in capsys.readouterr().out
