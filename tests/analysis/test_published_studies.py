"""The studies in docs/studies were made by version 0.1.0; every command still reads them."""

import io
import re
from pathlib import Path

import pytest
from commands import exit_code
from rich.console import Console

from lstnet_search.analysis.table2 import table2_table

from .made_up import ROOT
from .pages import Page

STUDIES = ROOT / "docs" / "studies"
TABLE2 = STUDIES / "table2-small"
ALL = sorted(path.parent for path in STUDIES.rglob("search.yaml"))
OF_ONE_PAIR = [each for each in ALL if each.name != "mnist-textured"]


def test_the_published_studies_have_reports_and_best_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(ALL) == 7
    for folder in ALL:
        assert exit_code("report", folder, "--output", tmp_path / "page.html") == 0
        assert Page(tmp_path / "page.html").sections[:2] == ["result", "confirmation"]
        assert exit_code("status", folder) == 0
        assert exit_code("select-best", folder, "--output", tmp_path / "chosen.yaml") == 0
        assert "settings of trial " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("mnist-usps", 0, ""),
        ("mnist-textured", 0, ""),
        ("table2-small/no_translation", 2, "no_translation searched no numeric setting"),
    ],
)
def test_the_published_studies_are_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: int, message: str
) -> None:
    folder, page = STUDIES / name, tmp_path / "page.html"
    assert exit_code("dynamics", folder, "--output", page) == 0
    assert "dynamics-score" in Page(page).figures
    assert exit_code("landscape", folder, "--output", page) == code
    assert message in capsys.readouterr().err
    assert exit_code("images", folder, "--output", tmp_path) == 2
    assert "has no samples of a trial with target_accuracy" in capsys.readouterr().err


def test_the_published_studies_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert exit_code("compare", *OF_ONE_PAIR, "--output", page) == 0
    assert "Compare with care: the studies differ in steps, width.\n" in capsys.readouterr().out
    assert set(Page(page).figures) == {"compare-trials", "compare-hours", "compare-spread"}
    assert exit_code("criteria", *OF_ONE_PAIR[:2], "--output", page) == 0
    assert Page(page).sections == ["criteria-1", "criteria-2"]


def test_the_published_table_2_is_a_page(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert exit_code("report", TABLE2, "--output", file) == 0
    page = Page(file)
    assert page.sections == ["result", "table", "studies", "reproduce"]
    assert page.figures == {}  # bars need no JavaScript
    assert "5 of 5 methods confirmed" in page.text
    assert "The paper prints 97.31 % for LSTNet." in page.text  # the mean of 97.01 and 97.61
    diamonds = [each for tag, each in page.tags if tag == "span" and each.get("class") == "diamond"]
    assert len(diamonds) == 3 * 4  # four published methods: both directions, and their mean
    assert page.text.count("74.72 ± 12.22") == 2


def test_several_studies_are_one_page_with_a_verdict_each(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert exit_code("report", OF_ONE_PAIR[0], OF_ONE_PAIR[-1], "--output", file) == 0
    page = Page(file)
    assert page.sections == ["verdict-1", "verdict-2", "compare"]
    assert page.text.count("Accuracy on the test sets in %.") == 2  # both are confirmed


def test_on_a_terminal_the_published_table_2_is_a_table_of_80_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Console(force_terminal=True, width=80, file=io.StringIO(), color_system=None)
    monkeypatch.setattr("lstnet_search.analysis.table2.console", lambda: screen)
    table2_table(TABLE2, tmp_path / "table2.md")
    lines = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= 80
    (row,) = (line.split() for line in lines if "CoGAN" in line)
    assert " ".join(row) == "CoGAN 74.72 ± 12.22 95.65 78.54 ± 5.14 93.15 0.19"
    assert not any("|" in line for line in lines)
    assert (tmp_path / "table2.md").read_text().startswith("| method |")


def test_the_published_table_2_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "table2.md"
    assert exit_code("table2-table", TABLE2, "--output", file) == 0
    printed = capsys.readouterr().out
    assert printed == file.read_text()
    (row,) = (line for line in printed.splitlines() if line.startswith("| LSTNet "))
    assert "| 97.01 | 97.61 |" in row
    assert re.search(r"\| \d\d\.\d\d ± \d\.\d\d \|", row)
    published = (TABLE2 / "README.md").read_text()
    assert row in published
    assert exit_code("table2-table", ALL[0]) == 2
    assert "has no table2.yaml; give the folder of a table2" in capsys.readouterr().err
