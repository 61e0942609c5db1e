from pathlib import Path

import pytest
from pyarrow import fs

from lstnet_search.tuning.cluster import node_check
from lstnet_search.tuning.cluster.node_check import PACKAGES, look


def test_a_node_that_sees_the_file_and_has_all_packages_reports_nothing(tmp_path: Path) -> None:
    (tmp_path / "mark").touch()
    assert look(fs.LocalFileSystem(), str(tmp_path / "mark")) == ([], "")


def test_a_node_reports_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_check, "PACKAGES", (*PACKAGES, "no_such_package"))
    assert look(fs.LocalFileSystem(), str(tmp_path / "mark")) == (
        ["no_such_package"],
        "a file that was written here is not there",
    )
