"""Every command on studies that are complete, begun, failed, unlabelled, older, large or oddly named."""

import os
import runpy
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import exit_code

from lstnet_search.analysis.compare import compare
from lstnet_search.analysis.criteria import criteria
from lstnet_search.analysis.dynamics import LOSSES, SHARES, dynamics
from lstnet_search.analysis.images import images
from lstnet_search.analysis.landscape import landscape
from lstnet_search.analysis.report import report
from lstnet_search.analysis.select_best import select_best
from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import TrialRecord

from .made_up import ROOT, make_study
from .pages import Page

COMMANDS: dict[str, Callable[[Path], None]] = {
    "report": report,
    "select-best": lambda folder: select_best([folder]),
    "criteria": lambda folder: criteria([folder]),
    "compare": lambda folder: compare([folder]),
    "dynamics": dynamics,
    "landscape": landscape,
    "images": images,
}
LANDSCAPE = {
    "landscape-importance",
    "landscape-coordinates",
    *(f"landscape-slice-{index}" for index in range(6)),
    *(f"landscape-pair-{index}" for index in range(3)),
}
NO_REPORTS = ["no tables", "no trials", "all failed"]


def written(folder: Path) -> set[str]:
    """Names of the written files, none of them so small that a picture would be empty."""
    files = list((folder / "analysis").glob("*"))
    assert all(path.stat().st_size > 5000 for path in files)
    return {path.name for path in files}


def call(command: Callable[..., None], folder: Path, output: Path) -> None:
    command([folder] if command in (criteria, compare) else folder, output=output)


@pytest.mark.parametrize(
    ("command", "figures"),
    [
        (criteria, {f"criteria-1-{name}" for name in CRITERIA}),
        (compare, {"compare-trials", "compare-hours", "compare-spread"}),
        (dynamics, {f"dynamics-{name}" for name in ("score", *LOSSES, *SHARES)}),
        (landscape, LANDSCAPE),
    ],
)
def test_a_page_has_its_figures(
    study: Path, tmp_path: Path, command: Callable[..., None], figures: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "page.html"
    call(command, study, file)
    assert f"page: {file} (" in capsys.readouterr().out
    page = Page(file)
    assert set(page.figures) == figures
    assert figures <= {attributes.get("id") for tag, attributes in page.tags if tag == "div"}
    assert all(figure["data"] for figure in page.figures.values())


def test_images_are_drawn(study: Path, tmp_path: Path) -> None:
    images(study, output=tmp_path / "analysis")
    assert written(tmp_path) == {"translations.png", "confusions.png", "latents.png"}


def test_a_page_is_written_as_html_only(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.png"
    for command in (report, criteria, compare, dynamics, landscape):
        with pytest.raises(InputError, match=r"x\.png: this command writes an HTML page; .* such as .*x\.html"):
            call(command, study, file)
    assert not file.exists()


def test_two_trials_are_enough_and_nothing_but_their_own_files_is_written(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study", 2, samples=1)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for command in COMMANDS.values():
        command(folder)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    assert {str(path.relative_to(folder)) for path in after.keys() - before.keys()} == {
        "report.html",
        "selected_config.yaml",
        *(f"analysis/{name}.html" for name in ("criteria", "compare", "dynamics", "landscape")),
        *(f"analysis/{name}.png" for name in ("translations", "confusions", "latents")),
    }


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "analysis").glob("*.py")))
def test_a_script_is_the_command_of_its_name(
    script: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [script, "--help"])
    with pytest.raises(SystemExit, match=r"^0$"):
        runpy.run_path(str(ROOT / "analysis" / script), run_name="__main__")
    printed = capsys.readouterr().out
    assert "Usage: " in printed
    assert "FOLDER" in printed


@pytest.mark.parametrize("kind", NO_REPORTS)
def test_a_command_that_needs_a_report_says_so(tmp_path: Path, kind: str) -> None:
    folder = without_reports(tmp_path / "study", kind)
    for name, message in {
        "select-best": "no trial has the metric 'target_accuracy'; there are: ",
        "dynamics": "no trial of .* has target_accuracy; wait for a report",
        "landscape": "no trial of .* has target_accuracy; wait for a report",
        "images": "has no samples of a trial with target_accuracy; wait for a trial to end",
    }.items():
        with pytest.raises(InputError, match=message):
            COMMANDS[name](folder)
    assert not (folder / "analysis").exists()


@pytest.mark.parametrize("kind", NO_REPORTS)
def test_studies_without_a_report_are_compared_and_have_no_criteria(
    tmp_path: Path, kind: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = without_reports(tmp_path / "begun", kind)
    compare([folder, study])
    criteria([folder])
    printed = capsys.readouterr().out
    assert "begun: no report has target_accuracy\n" in printed
    assert "begun: no report has target_accuracy, so criteria cannot be judged" in printed
    assert written(folder) == {"compare.html"}


def without_reports(path: Path, kind: str) -> Path:
    folder = ResultsFolder(make_study(path, 1))
    if kind == "no tables":
        folder.trials_file.unlink()
        folder.history_file.unlink()
    else:
        settings = TrialConfig().model_dump(mode="json")
        failed = [TrialRecord(number, "FAIL", settings, error="it broke") for number in range(3)]
        folder.write_tables(failed if kind == "all failed" else [], "target_accuracy")
    return path


def test_metrics_that_an_earlier_version_did_not_report_are_named_and_not_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_study(tmp_path / "old", 10, criteria=False)
    criteria([folder])
    dynamics(folder)
    printed = capsys.readouterr().out
    assert "old: not in its reports: neg_entropy, infomax, bnm, snd, class_ami, round_trip, agreement" in printed
    assert "old: not in its reports: latent_probe" in printed
    assert written(folder) == {"dynamics.html"}
    page = Page(folder / "analysis" / "dynamics.html")
    assert "old: not in its reports: latent_probe" in page.text
    assert "dynamics-latent_probe" not in page.figures


def test_a_study_without_an_oracle_is_drawn_by_what_it_maximised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_study(tmp_path / "unlabelled", 12, labelled=False, samples=3)
    for command in COMMANDS.values():
        command(folder)
    printed = capsys.readouterr().out
    assert "best by infomax" in printed
    assert "unlabelled: no images with labels were translated into a domain with labels, so no confusions" in printed
    assert "unlabelled: no report has target_accuracy, so criteria cannot be judged" in printed
    assert written(folder) == {"compare.html", "dynamics.html", "landscape.html", "translations.png", "latents.png"}
    assert "infomax" in Page(folder / "analysis" / "landscape.html").text


@pytest.mark.parametrize("command", ["status", "report", "select-best"])
def test_a_study_can_be_named(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make_study(tmp_path / "results" / "mine", 3)
    Path("mine").mkdir()  # such as an export of the study: it does not hide the study
    assert exit_code(command, "mine") == 0
    assert "results/mine" in capsys.readouterr().out


def test_a_name_is_text_for_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Mathematics, markup, HTML, and a byte that is not text.
    name = os.fsdecode(b"cost$\\frac$ [red]x[/nothing] :smile: <b>bold \xff")
    folder = make_study(tmp_path / name, 8, samples=1)
    for command in COMMANDS:
        assert exit_code(command, folder) == 0
        printed = capsys.readouterr().out
        if command in ("select-best", "compare", "criteria"):
            assert StudyTables.read(folder).name in printed
    assert not any(tag == "b" for tag, _ in Page(folder / "analysis" / "compare.html").tags)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("large") / "study", 10_000, samples=3)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "images"])  # which always draws three trials
def test_ten_thousand_trials_take_less_than_twenty_seconds(large: Path, name: str) -> None:
    begun = time.process_time()  # CPU time of this process: other work on the machine does not count
    COMMANDS[name](large)
    assert time.process_time() - begun < 20
    for file in (large / "report.html", *(large / "analysis").glob("*.html")):
        assert not file.exists() or file.stat().st_size < 8e6


def test_a_report_of_ten_thousand_trials_still_opens(large: Path) -> None:
    assert len(Page(large / "report.html").data) < 1e6
