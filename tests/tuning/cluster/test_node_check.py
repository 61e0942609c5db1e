from pathlib import Path

import pytest
from pyarrow import fs

from lstnet_search.tuning.cluster import node_check
from lstnet_search.tuning.cluster.node_check import PACKAGES, look


def test_a_node_that_sees_the_file_and_has_all_packages_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "mark").touch()
    assert look(fs.LocalFileSystem(), str(tmp_path / "mark")) == ([], "")


def test_a_node_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_check, "PACKAGES", (*PACKAGES, "no_such_package"))
    assert look(fs.LocalFileSystem(), str(tmp_path / "mark")) == (
        ["no_such_package"],
        "it shows other content there than here",
    )
