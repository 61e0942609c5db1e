"""`confirm` refuses bad input with one message and exit code 2, before it trains or writes anything."""

from pathlib import Path

import pytest
from commands import refused

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord


def study(folder: Path, fingerprint: str = "x-y") -> Path:
    """A study of the bundled images with one trial."""
    base = PRESETS["cpu"].trial
    space = Space.parse({"w1": {"type": "uniform", "low": 1, "high": 100}}, "mine.yaml")
    search = SearchConfig(preset="cpu", trial=base, trials=1, space_file="mine.yaml", space=space)
    results = ResultsFolder(folder)
    recorded = {"search": search.model_dump(mode="json"), "data_dir": "data", "data_fingerprint": fingerprint}
    results.write_search(recorded)
    report = ReportRecord(30, 1.0, {"target_accuracy": 0.5})
    results.write_tables([TrialRecord(0, "COMPLETE", base.model_dump(mode="json"), [report])], "target_accuracy")
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--top", "0"], "--top 0 must be from 1 to 1000000"),
        (["--seeds", "0"], "--seeds 0 must be from 1 to 100"),
        (["--steps", "0"], "--steps 0 must be from 1 to 1000000000000"),
        (["--data-dir", "."], "was searched on the bundled images; leave --data-dir out"),
        (["--storage", "s3://b/x"], "was started without --storage, not with s3://b/x; leave --storage out"),
        (["--simulate-gpus", "0"], "--simulate-gpus 0 must be at least 1"),
        (["--gpus-per-trial", "2"], "a trial trains on one GPU"),
        (["--gpus", "99"], "--gpus 99 is more than the"),
        (["--time-budget", "soon"], "--time-budget soon must be at least a second"),
        ([], "was begun on data with fingerprint x-y, this data has 7ee24d0469573fcc-d5ae87e18772035a: the images"),
    ],
)
def test_bad_options_of_confirm_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    folder = study(tmp_path)
    before = sorted(folder.rglob("*"))
    assert message in refused(capsys, "confirm", folder, *arguments)
    assert [path for path in sorted(folder.rglob("*")) if path.name != ".lock"] == before


def test_a_study_without_trials_is_not_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study(tmp_path) / "trials.parquet").unlink()
    assert "has no trials yet" in refused(capsys, "confirm", tmp_path)


def test_a_study_that_is_searched_is_not_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study(tmp_path, "7ee24d0469573fcc-d5ae87e18772035a")
    with ResultsFolder(folder).locked():
        assert "a search is running in" in refused(capsys, "confirm", folder)
