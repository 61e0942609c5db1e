"""Studies side by side: what is confirmed, and what makes them hard to compare."""

import re
from pathlib import Path

import pytest
import yaml

from lstnet_search.analysis.compare import compare

from .made_up import make_study, write_confirmation
from .pages import Page


def test_the_table_shows_what_is_confirmed(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    confirmed, output = make_study(tmp_path / "confirmed", 8), tmp_path / "compare.html"
    write_confirmation(confirmed)
    compare([confirmed, study], output=output)
    rows = [re.split(r"\s*│\s*", line.strip("│ ")) for line in capsys.readouterr().out.splitlines() if "│" in line]
    cells = {row[0]: row[1:] for row in rows}
    assert cells["confirmed trial"] == ["7", "not confirmed"]
    assert cells["its test accuracy"] == ["95.30 ± 0.50 %", "–"]
    assert cells["paper's weights, test"] == ["94.30 ± 0.50 %", "–"]
    assert cells["against the paper's"] == ["better", "–"]
    assert "confirmed trial 7 not confirmed its test accuracy 95.30 ± 0.50 %" in Page(output).text


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ({"data_fingerprint": "other"}, "data"),
        ({"classifiers": {"mnist": "1a", "usps": "2c"}}, "classifiers"),
        ({"classifiers": {"mnist": "1a", "usps": "2b"}}, ""),
    ],
)
def test_differences_between_studies_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], differing: str
) -> None:
    folders = [make_study(tmp_path / name, 4) for name in ("one", "other", "older")]
    for folder, more in zip(folders, ({"classifiers": {"mnist": "1a", "usps": "2b"}}, change), strict=False):
        search = yaml.safe_load((folder / "search.yaml").read_text())
        (folder / "search.yaml").write_text(yaml.safe_dump(search | more))
    compare(folders)
    remark = f"Compare with care: the studies differ in {differing}." if differing else ""
    for text in (capsys.readouterr().out, Page(folders[0] / "analysis" / "compare.html").text):
        assert remark in text
        assert ("Compare with care" in text) == bool(differing)
