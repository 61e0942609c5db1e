"""Every script on studies that are whole, begun, failed, unlabelled, made by an earlier version, or large."""

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import yaml

from lstnet_search.cli.app import run_script
from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import ReportRecord, TrialRecord

Load = Callable[[str], ModuleType]
MakeUp = Callable[..., Path]
DRAWING = ("criteria", "compare", "dynamics", "landscape", "images")


def call(load: Load, name: str, *folders: Path) -> None:
    command = getattr(load(name), name)
    command(list(folders) if name in ("select_best", "criteria", "compare") else folders[0])


def pictures(folder: Path) -> set[str]:
    """What was drawn; a picture of a kilobyte would be empty."""
    found = list((folder / "analysis").glob("*.png"))
    assert all(path.stat().st_size > 5000 for path in found)
    return {path.name for path in found}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, make_up: MakeUp) -> Path:
    """A study with completed, stopped, failed and unfinished trials."""
    return make_up(tmp_path_factory.mktemp("whole") / "study", 30, samples=5)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("criteria", {"criteria-study.png"}),
        ("compare", {"compare.png"}),
        ("dynamics", {"dynamics.png"}),
        ("landscape", {"landscape.png"}),
        ("images", {"translations.png", "confusions.png", "latents.png"}),
    ],
)
def test_a_study_is_drawn(script: Load, whole: Path, name: str, drawn: set[str]) -> None:
    call(script, name, whole)
    assert drawn <= pictures(whole)


def test_scripts_write_nothing_but_their_own_files(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    folder = make_up(tmp_path / "study", 8, samples=2)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in DRAWING:
        call(script, name, folder)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: content for path, content in after.items() if path.parent.name != "analysis"} == before


@pytest.mark.parametrize("name", ["select_best", *DRAWING])
def test_help_is_shown(
    script: Load, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        run_script(getattr(script(name), name))
    assert ended.value.code == 0
    assert "Usage: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("select_best", "no trial has the metric 'target_accuracy'; there are: "),
        ("dynamics", "no trial of .* has target_accuracy; wait for a report"),
        ("landscape", "no trial of .* has target_accuracy; wait for a report"),
        ("images", "has no samples of a trial with target_accuracy; wait for a trial to end"),
    ],
)
@pytest.mark.parametrize("kind", ["no tables", "no trials", "all failed"])
def test_what_needs_a_report_says_so_where_there_is_none(
    script: Load, tmp_path: Path, make_up: MakeUp, name: str, message: str, kind: str
) -> None:
    folder = without_reports(tmp_path / "study", make_up, kind)
    with pytest.raises(InputError, match=message):
        call(script, name, folder)
    assert not (folder / "analysis").exists()


@pytest.mark.parametrize("kind", ["no tables", "no trials", "all failed"])
def test_studies_without_a_report_are_compared_and_have_no_criteria(
    script: Load, tmp_path: Path, make_up: MakeUp, kind: str, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = without_reports(tmp_path / "begun", make_up, kind)
    call(script, "compare", folder, whole)
    call(script, "criteria", folder)
    told = capsys.readouterr().out
    assert "begun: no report has target_accuracy" in told
    assert "so there is nothing to judge criteria by" in told
    assert pictures(folder) == {"compare.png"}


def without_reports(path: Path, make_up: MakeUp, kind: str) -> Path:
    folder = ResultsFolder(make_up(path, 1))
    if kind == "no tables":
        folder.trials_file.unlink()
        folder.history_file.unlink()
    else:
        settings = TrialConfig().model_dump(mode="json")
        failed = [TrialRecord(number, "FAIL", settings, error="it broke") for number in range(3)]
        folder.write_tables(failed if kind == "all failed" else [], "target_accuracy")
    return path


def test_what_an_earlier_version_did_not_report_is_said_and_not_drawn(
    script: Load, tmp_path: Path, make_up: MakeUp, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_up(tmp_path / "old", 10, criteria=False)
    call(script, "criteria", folder)
    call(script, "dynamics", folder)
    told = capsys.readouterr().out
    assert "old: not in its reports: neg_entropy, infomax, bnm, snd, class_ami, round_trip, agreement" in told
    assert "old: not in its reports: latent_probe" in told
    assert pictures(folder) == {"dynamics.png"}


def test_a_study_without_an_oracle_is_drawn_by_what_it_maximised(
    script: Load, tmp_path: Path, make_up: MakeUp, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_up(tmp_path / "unlabelled", 12, labelled=False, samples=3)
    for name in ("select_best", *DRAWING):
        call(script, name, folder)
    told = capsys.readouterr().out
    assert "best by infomax" in told
    assert "unlabelled: no images with labels were translated into a domain with labels, so no confusions" in told
    assert "unlabelled: no report has target_accuracy, so there is nothing to judge criteria by" in told
    assert pictures(folder) == {
        "compare.png",
        "dynamics.png",
        "landscape.png",
        "translations.png",
        "latents.png",
    }


@pytest.mark.parametrize("name", ["select_best", *DRAWING])
def test_a_study_of_two_trials_is_enough(script: Load, tmp_path: Path, make_up: MakeUp, name: str) -> None:
    call(script, name, make_up(tmp_path / "study", 2, samples=1))


def test_select_best_ranks_the_trials_of_several_studies(
    script: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def study(name: str, *scores: float) -> Path:
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

    folders = study("one", 1.0, 3.0), study("two", 2.0, 4.0)
    call(script, "select_best", *folders)
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


def test_select_best_takes_the_trial_that_criteria_say_is_picked(
    script: Load, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script("select_best").select_best([whole], metric="agreement", output=tmp_path / "chosen.yaml")
    assert f"settings of trial {judge(StudyTables.read(whole), 'agreement', 'target_accuracy').picked} of" in (
        capsys.readouterr().out
    )


def test_select_best_takes_the_lowest_loss_if_asked(
    script: Load, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script("select_best").select_best([whole], metric="loss_cc1", lowest=True, output=tmp_path / "chosen.yaml")
    history = StudyTables.read(whole).history
    best = history.loc[history["loss_cc1"].idxmin(), "trial"]
    assert f"settings of trial {best} of study" in capsys.readouterr().out


def test_studies_that_differ_in_data_are_compared_with_a_warning(
    script: Load, tmp_path: Path, make_up: MakeUp, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = make_up(tmp_path / "one", 4), make_up(tmp_path / "other", 4)
    changed = (other / "search.yaml").read_text().replace("made-up", "other data")
    (other / "search.yaml").write_text(changed)
    call(script, "compare", one, other)
    assert "not comparable without care: the studies differ in data\n" in capsys.readouterr().out


def test_importances_tell_the_weight_that_the_score_depends_on(script: Load) -> None:
    settings = pd.DataFrame(
        {"w1/w3": [10 ** (n % 20 / 10) for n in range(200)], "w2/w3": [1.0 + n % 7 for n in range(200)]}
    )
    scores = -(settings["w1/w3"] - 5).abs()
    importance = script("landscape").importances(settings, scores)
    assert list(importance) == ["w1/w3", "w2/w3"]
    assert importance["w1/w3"] > 0.8
    assert script("landscape").importances(settings, scores * 0) == {}


def test_latents_are_flattened_the_same_every_time_and_neighbours_stay_together(script: Load) -> None:
    generator = np.random.default_rng(0)
    latents = np.concatenate((generator.normal(size=(40, 6)), 30 + generator.normal(size=(40, 6))))
    places = script("images").flatten(latents)
    assert places.shape == (80, 2)
    assert np.array_equal(places, script("images").flatten(latents))
    middles = places[:40].mean(0), places[40:].mean(0)
    nearer = [np.linalg.norm(places - middle, axis=1) for middle in middles]
    assert ((nearer[0] < nearer[1]) == (np.arange(80) < 40)).all()


def test_latents_that_are_all_alike_are_one_point(script: Load) -> None:
    assert (script("images").flatten(np.ones((5, 3))) == 0).all()
    assert script("images").flatten(np.ones((2, 1))).shape == (2, 2)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_up: MakeUp) -> Path:
    return make_up(tmp_path_factory.mktemp("large") / "study", 10_000, samples=3)


@pytest.mark.parametrize("name", ["select_best", *DRAWING])
def test_ten_thousand_trials_take_less_than_twenty_seconds(script: Load, large: Path, name: str) -> None:
    begun = time.process_time()  # of this process: other work on the machine does not count
    call(script, name, large)
    assert time.process_time() - begun < 20
