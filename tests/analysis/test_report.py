"""The report of a study that is complete, incomplete or hostile."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

from lstnet_search.analysis.page.next_step import after_confirmation
from lstnet_search.analysis.report import report
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import TrialRecord

from .made_up import make_study, write_confirmation
from .pages import Page

SECTIONS = ["result", "confirmation", "trials", "curves", "landscape", "criteria", "images", "reproduce"]


def make(folder: Path) -> Page:
    report(folder)
    return Page(folder / "report.html")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_study(tmp_path_factory.mktemp("whole") / "study", 24, samples=8)
    Image.new("L", (30, 20)).save(folder / "translations.png")
    (folder / "best_config.yaml").write_text("w1: 20.0\n")
    history = ResultsFolder(folder).read_history()
    last = (history["trial"] == 7) & (history["step"] == history.loc[history["trial"] == 7, "step"].max())
    history.loc[last, "target_accuracy"] = 0.999  # the confirmed trial is the one that leads
    history.to_parquet(folder / "history.parquet", index=False)
    write_confirmation(folder)
    return folder


@pytest.fixture(scope="module")
def page(whole: Path) -> Page:
    """The report of the whole study."""
    file = whole.parent / "new" / "page.html"
    report(whole, output=file)
    assert file.stat().st_size < 8e6
    return Page(file)


def test_a_whole_study_has_every_section_and_figure(page: Page) -> None:
    assert page.sections == SECTIONS
    assert set(page.figures) == {
        "confirmation-means",
        "trials-directions",
        "curves-score",
        "landscape-importance",
        "landscape-coordinates",
        *(f"landscape-slice-{index}" for index in range(6)),
        *(f"landscape-pair-{index}" for index in range(3)),
        *(f"criteria-{name}" for name in CRITERIA),
    }
    places = {attributes.get("id") for tag, attributes in page.tags if tag == "div"}
    assert set(page.figures) <= places
    assert page.count("img") == 20 + 1 + 3 * 4  # the strip; the winner; two figures of three trials, both ways


def test_the_page_loads_nothing(page: Page) -> None:
    addresses = [value for _, each in page.tags for name, value in each.items() if name in ("src", "href", "srcset")]
    assert addresses
    assert all(value is not None and value.startswith(("data:", "#")) for value in addresses)
    assert page.count("link") == 0
    policy = next(each["content"] for tag, each in page.tags if tag == "meta" and "http-equiv" in each)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'sha256-")


def test_the_verdict_is_the_confirmations_sentence(page: Page) -> None:
    first, _ = page.text.split("Confirmation on the test sets Test accuracy")
    sentence = "Trial 7 is better than the paper's weights: 95.30 ± 0.50 % against 94.30 ± 0.50 % on the test sets."
    assert f"confirmed: better {sentence}" in first
    assert "How sure Trial 7 is better than the paper's weights. Each candidate was trained again" in first
    assert "What now Use it. " in first
    assert "3 seeds" in first
    assert "+1.00 (+0.40 to +1.60) < 0.001 better" in page.text
    assert "opening number 2 of the test sets" in first


def test_a_confirmation_says_so_if_its_trial_no_longer_leads(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study", 8)
    write_confirmation(folder)
    history = ResultsFolder(folder).read_history()
    history["target_accuracy"] = history["trial"].map({7: 0.95, 1: 0.97}).fillna(0.5)
    history.to_parquet(folder / "history.parquet", index=False)
    page = make(folder)
    assert "confirmed before the search continued Trial 7 is better" in page.text
    assert "Trial 1 leads the search now and is not confirmed yet" in page.text
    now = "What now Confirm the trial that leads now. It was found after the confirmation:"
    assert f"{now} lstnet-search confirm {folder}" in page.text


@pytest.mark.parametrize(
    ("verdict", "best", "what", "options"),
    [
        ("no difference shown", 7, "Use more seeds to see more.", ["--seeds", "6"]),
        (None, 0, "Search on.", ["--add-trials", "8"]),
    ],
)
def test_what_to_do_now_depends_on_what_was_confirmed(
    tmp_path: Path, verdict: str | None, best: int, what: str, options: list[str]
) -> None:
    folder = make_study(tmp_path / "study", 8)
    write_confirmation(folder)
    found = read_confirmation(ResultsFolder(folder))
    assert found is not None
    test = found.best.against_paper
    against = None if verdict is None or test is None else test.model_copy(update={"verdict": verdict})
    first = found.best.model_copy(update={"trial": best, "against_paper": against})
    others = [each for each in found.candidates if each.candidate not in ("best", *(["paper"] if best == 0 else []))]
    found = found.model_copy(update={"candidates": [first, *others]})
    now = after_confirmation(StudyTables.read(folder), found, best)
    assert now.what == what
    assert now.command.split()[-2:] == options


def test_without_a_confirmation_the_verdict_says_so_and_how_to_get_one(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study", 8)
    history = ResultsFolder(folder).read_history()
    history["target_accuracy"] = history["trial"].map({0: 0.95, 1: 0.97}).fillna(0.5)
    history.to_parquet(folder / "history.parquet", index=False)
    page = make(folder)
    assert (
        "not confirmed Trial 1 leads the search with 97.00 % target accuracy, mean of both directions, "
        "+2.00 points against the paper's weights. Without translation: 90.00 %."
    ) in page.text
    assert "This is an oracle score" in page.text
    assert "The best of 7 noisy scores is partly luck" in page.text
    assert f"lstnet-search confirm {folder}" in page.text


def test_a_search_that_found_nothing_better_says_that(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study", 2)
    only_paper = ResultsFolder(folder)
    trials = only_paper.read_trials()
    trials.loc[trials["trial"] == 1, "state"] = "FAIL"
    trials.to_parquet(only_paper.trials_file, index=False)
    assert "Only the paper's weights have a score yet: " in make(folder).text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no tables", "no result No trial has begun."),
        ("no trials", "no result No trial has begun."),
        ("all failed", "no result All 3 trials failed."),
        ("no reports", "no result No trial has a report with target_accuracy yet."),
    ],
)
def test_a_study_without_a_report_has_a_page_that_says_what_is_missing(tmp_path: Path, kind: str, said: str) -> None:
    folder = ResultsFolder(make_study(tmp_path / "study", 1))
    if kind == "no tables":
        folder.trials_file.unlink()
        folder.history_file.unlink()
    else:
        count, state, error = {"no trials": (0, "FAIL", ""), "all failed": (3, "FAIL", "it broke")}.get(
            kind, (3, "RUNNING", "")
        )
        records = [TrialRecord(number, state, {"w1": 1.0}, error=error) for number in range(count)]  # type: ignore[arg-type]
        folder.write_tables(records, "target_accuracy")
    page = make(folder.path)
    assert page.sections == SECTIONS
    assert page.figures == {}
    assert page.count("script") == 1  # copy.js
    assert said in page.text
    assert "No trial that did not fail has a report with target_accuracy." in page.text
    assert "No report has target_accuracy, so criteria cannot be judged." in page.text
    assert "translations.png is not there." in page.text
    assert "best_config.yaml is not there yet." in page.text
    assert ("it broke" in page.text) == (kind == "all failed")


def test_a_study_without_labels_is_reported_by_what_it_maximised(tmp_path: Path) -> None:
    page = make(make_study(tmp_path / "study", 12, labelled=False, samples=3))
    assert "infomax is a label-free criterion, not an accuracy" in page.text
    assert "The accuracies of both directions are not known." in page.text
    assert "Confusion matrices are not there for every direction." in page.text
    assert {"curves-score", "landscape-coordinates"} <= set(page.figures)


def test_a_study_of_an_earlier_version_says_what_it_did_not_report(tmp_path: Path) -> None:
    page = make(make_study(tmp_path / "study", 10, criteria=False))
    assert "No report has a label-free criterion." in page.text
    assert "There are no samples of a trial with a score." in page.text
    assert "The command is not known." in page.text


def test_hostile_text_is_shown_and_never_run(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    folder = make_study(tmp_path / "<script>alert(1)", 12)
    search = yaml.safe_load((folder / "search.yaml").read_text())
    search |= {"command": hostile, "git_commit": hostile, "versions": {hostile: hostile}}
    search["search"] |= {"space_file": hostile}
    (folder / "search.yaml").write_text(yaml.safe_dump(search))
    write_confirmation(folder, sentence=hostile)
    trials = ResultsFolder(folder).read_trials()
    trials.loc[trials["state"] == "FAIL", "error"] = hostile
    trials.to_parquet(folder / "trials.parquet", index=False)
    page = make(folder)
    assert page.text.count(hostile) >= 5  # as text
    assert all("onerror" not in each for _, each in page.tags)
    assert page.count("script") == 5  # figures, dark colours; copy.js, Plotly, draw.js
    assert "<script>alert(1) – LSTNet Search" in page.text
    assert "<script>alert(1)" not in page.html


def test_commands_and_settings_to_reproduce_the_study_are_there(whole: Path, page: Page) -> None:
    assert f"lstnet-search train --config {whole}/best_config.yaml --output DIR" in page.text
    assert f"lstnet-search report {whole}" in page.text
    assert "w1: 20.0" in page.text
    assert "data fingerprint made-up" in page.text


def test_what_links_lead_to_is_not_on_the_page(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study", 8)
    secret = tmp_path / "secret"
    secret.write_text("of this machine")
    for name in ("best_config.yaml", "translations.png"):
        (folder / name).symlink_to(secret)
    report(folder)
    page = (folder / "report.html").read_text()
    assert "best_config.yaml is not there yet." in page
    assert "The winner, translations.png" not in page
    assert secret.read_text() not in page


def test_a_folder_without_results_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results folder: it has no search\.yaml"):
        report(tmp_path)
    assert list(tmp_path.iterdir()) == []
