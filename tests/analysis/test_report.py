"""The page of a study: whole, in part, with hostile names, large."""

import json
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from PIL import Image

from lstnet_search.config.metrics import CRITERIA
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import TrialRecord

from .confirmations import write_confirmation

Load = Callable[[str], ModuleType]
MakeUp = Callable[..., Path]
SECTIONS = ["confirmation", "trials", "curves", "landscape", "criteria", "images", "reproduce"]


class Page(HTMLParser):
    """A page as a browser would read it, without running anything."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self._raw = ""
        self.data = ""
        self.feed(html)
        self.text = " ".join(" ".join(self._texts).split())  # also of spaces that do not break
        self.figures: dict[str, Any] = json.loads(self.data) if self.data else {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag if tag in ("script", "style") else self._raw
        if dict(attrs).get("id") == "figures":
            self._raw = "data"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._raw = ""

    def handle_data(self, data: str) -> None:
        if self._raw == "data":
            self.data += data
        elif not self._raw:
            self._texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    @property
    def names(self) -> list[str]:
        ids = [attributes.get("id") or "" for _, attributes in self.tags]
        return [name.removesuffix("-section") for name in ids if name.endswith("-section")]


def make(script: Load, folder: Path) -> Page:
    script("report").report(folder)
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, make_up: MakeUp) -> Path:
    folder = make_up(tmp_path_factory.mktemp("whole") / "study", 24, samples=5)
    Image.new("L", (30, 20)).save(folder / "translations.png")
    (folder / "best_config.yaml").write_text("w1: 20.0\n")
    history = ResultsFolder(folder).read_history()
    last = (history["trial"] == 7) & (history["step"] == history.loc[history["trial"] == 7, "step"].max())
    history.loc[last, "target_accuracy"] = 0.999  # confirmed is the trial that leads
    history.to_parquet(folder / "history.parquet", index=False)
    write_confirmation(folder)
    return folder


def test_a_whole_study_has_every_section_and_figure(script: Load, whole: Path) -> None:
    page = make(script, whole)
    assert page.names == SECTIONS
    assert set(page.figures) == {
        "confirmed",
        "directions",
        "curves",
        "importance",
        "coordinates",
        *(f"slice-{place}" for place in range(6)),
        *(f"criterion-{name}" for name in CRITERIA),
    }
    places = {attributes.get("id") for tag, attributes in page.tags if tag == "div"}
    assert set(page.figures) <= places
    assert page.count("img") == 1 + 3 * 4  # the winner; of three trials translations and confusions, both ways


def test_the_page_asks_for_nothing_and_is_small(script: Load, whole: Path) -> None:
    page = make(script, whole)
    addresses = [value for _, each in page.tags for name, value in each.items() if name in ("src", "href", "srcset")]
    assert addresses
    assert all(value is not None and value.startswith(("data:", "#")) for value in addresses)
    assert page.count("link") == 0
    policy = next(each["content"] for tag, each in page.tags if tag == "meta" and "http-equiv" in each)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'sha256-")
    assert (whole / "report.html").stat().st_size < 8e6


def test_the_verdict_is_the_confirmations_sentence(script: Load, whole: Path) -> None:
    page = make(script, whole)
    first, _ = page.text.split("Confirmation on the test sets Test accuracy")
    assert "confirmed: better Trial 7 is better than the paper's weights." in first
    assert "95.30 ± 0.50 %" in first
    assert "3 seeds" in first
    assert "+1.00 (+0.40 to +1.60) < 0.001 better" in page.text
    assert "Opening number 2 of the test sets" in first


def test_a_confirmation_of_a_trial_that_leads_no_longer_says_so(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    folder = make_up(tmp_path / "study", 8)
    write_confirmation(folder)
    history = ResultsFolder(folder).read_history()
    history["target_accuracy"] = history["trial"].map({7: 0.95, 1: 0.97}).fillna(0.5)
    history.to_parquet(folder / "history.parquet", index=False)
    page = make(script, folder)
    assert "confirmed before the search went on Trial 7 is better" in page.text
    assert "Trial 1 leads the search now and is not confirmed" in page.text


def test_without_a_confirmation_the_verdict_says_so_and_how_to_get_one(
    script: Load, tmp_path: Path, make_up: MakeUp
) -> None:
    folder = make_up(tmp_path / "study", 8)
    history = ResultsFolder(folder).read_history()
    history["target_accuracy"] = history["trial"].map({0: 0.95, 1: 0.97}).fillna(0.5)
    history.to_parquet(folder / "history.parquet", index=False)
    page = make(script, folder)
    assert (
        "not confirmed Trial 1 leads the search with 97.00 % target accuracy, mean of both directions, "
        "+2.00 points to the paper's weights. No translation reaches 90.00 %."
    ) in page.text
    assert "This is an oracle score" in page.text
    assert "the best of 7 noisy scores is partly luck" in page.text
    assert f"python -m lstnet_search confirm {folder}" in page.text


def test_a_search_that_found_nothing_better_says_that(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    folder = make_up(tmp_path / "study", 2)
    only_paper = ResultsFolder(folder)
    trials = only_paper.read_trials()
    trials.loc[trials["trial"] == 1, "state"] = "FAIL"
    trials.to_parquet(only_paper.trials_file, index=False)
    assert "Only the paper's weights have a score yet: " in make(script, folder).text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no tables", "no result No trial has begun."),
        ("no trials", "no result No trial has begun."),
        ("all failed", "no result All 3 trials failed."),
        ("no reports", "no result No trial has a report with target_accuracy yet."),
    ],
)
def test_a_study_without_a_report_has_a_page_that_says_what_is_missing(
    script: Load, tmp_path: Path, make_up: MakeUp, kind: str, said: str
) -> None:
    folder = ResultsFolder(make_up(tmp_path / "study", 1))
    if kind == "no tables":
        folder.trials_file.unlink()
        folder.history_file.unlink()
    else:
        count, state, error = {"no trials": (0, "FAIL", ""), "all failed": (3, "FAIL", "it broke")}.get(
            kind, (3, "RUNNING", "")
        )
        records = [TrialRecord(number, state, {"w1": 1.0}, error=error) for number in range(count)]  # type: ignore[arg-type]
        folder.write_tables(records, "target_accuracy")
    page = make(script, folder.path)
    assert page.names == SECTIONS
    assert page.figures == {}
    assert page.count("script") == 0
    assert said in page.text
    assert "No trial that did not fail has a report with target_accuracy." in page.text
    assert "No report has target_accuracy, so there is nothing to judge criteria by." in page.text
    assert "translations.png is not there." in page.text
    assert "best_config.yaml is not there yet." in page.text
    assert ("it broke" in page.text) == (kind == "all failed")


def test_a_study_without_labels_is_reported_by_what_it_maximised(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    page = make(script, make_up(tmp_path / "study", 12, labelled=False, samples=3))
    assert "infomax is a label-free criterion, not an accuracy" in page.text
    assert "Accuracies of both directions are not known." in page.text
    assert "Confusion matrices are not there for every direction." in page.text
    assert {"curves", "coordinates"} <= set(page.figures)


def test_a_study_of_an_earlier_version_says_what_it_did_not_report(
    script: Load, tmp_path: Path, make_up: MakeUp
) -> None:
    page = make(script, make_up(tmp_path / "study", 10, criteria=False))
    assert "No report has a label-free criterion." in page.text
    assert "There are no samples of a trial with a score." in page.text
    assert "The command is not known." in page.text


def test_hostile_text_is_shown_and_never_run(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    folder = make_up(tmp_path / "<script>alert(1)", 12)
    search = yaml.safe_load((folder / "search.yaml").read_text())
    search |= {"command": hostile, "git_commit": hostile, "versions": {hostile: hostile}}
    search["search"] |= {"space_file": hostile}
    (folder / "search.yaml").write_text(yaml.safe_dump(search))
    write_confirmation(folder, sentence=hostile)
    trials = ResultsFolder(folder).read_trials()
    trials.loc[trials["state"] == "FAIL", "error"] = hostile
    trials.to_parquet(folder / "trials.parquet", index=False)
    page = make(script, folder)
    assert page.text.count(hostile) >= 5  # as text
    assert all("onerror" not in each for _, each in page.tags)
    assert page.count("script") == 3  # the figures, Plotly, what draws them
    assert "<script>alert(1) – LSTNet Search" in page.text
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in html


def test_commands_and_settings_to_get_it_again_are_there(script: Load, whole: Path) -> None:
    page = make(script, whole)
    assert f"python -m lstnet_search train --config {whole}/best_config.yaml --output DIR" in page.text
    assert f"python analysis/report.py {whole}" in page.text
    assert "w1: 20.0" in page.text
    assert "data fingerprint made-up" in page.text


def test_what_links_lead_to_is_not_on_the_page(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    folder = make_up(tmp_path / "study", 8)
    secret = tmp_path / "secret"
    secret.write_text("of this machine")
    for name in ("best_config.yaml", "translations.png"):
        (folder / name).symlink_to(secret)
    script("report").report(folder)
    page = (folder / "report.html").read_text()
    assert "best_config.yaml is not there yet." in page
    assert "The winner, translations.png" not in page
    assert secret.read_text() not in page


def test_the_page_can_be_written_elsewhere(script: Load, whole: Path, tmp_path: Path) -> None:
    script("report").report(whole, output=tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_folder_that_is_none_is_refused_and_nothing_written(script: Load, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results folder: it has no search\.yaml"):
        script("report").report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_studies_are_compared_by_what_is_confirmed(
    script: Load, whole: Path, tmp_path: Path, make_up: MakeUp, capsys: pytest.CaptureFixture[str]
) -> None:
    script("compare").compare([whole, make_up(tmp_path / "other", 4)], output=tmp_path / "compare.png")
    rows = [re.split(r"\s*│\s*", line.strip("│ ")) for line in capsys.readouterr().out.splitlines() if "│" in line]
    cells = {row[0]: row[1:] for row in rows}
    assert cells["confirmed trial"] == ["7", "not confirmed"]
    assert cells["its test accuracy"] == ["95.30 ± 0.50 %", "–"]
    assert cells["paper's weights, test"] == ["94.30 ± 0.50 %", "–"]
    assert cells["beside the paper's"] == ["better", "–"]


def test_ten_thousand_trials_make_a_page_that_still_opens(script: Load, tmp_path: Path, make_up: MakeUp) -> None:
    folder = make_up(tmp_path / "study", 10_000, samples=3)
    begun = time.process_time()  # of this process: other work on the machine does not count
    page = make(script, folder)
    assert time.process_time() - begun < 20
    assert (folder / "report.html").stat().st_size < 8e6
    assert len(page.data) < 1e6
