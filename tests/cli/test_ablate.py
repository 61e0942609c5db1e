"""`ablate` refuses folders that it cannot use."""

from pathlib import Path

import pytest
from commands import refused


def test_a_search_without_a_winner_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "search.yaml").write_text("format_version: 1\n")
    assert "has no best_config.yaml yet" in refused(capsys, "ablate", tmp_path)
