from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import fs

from lstnet_search.tuning.cluster import node_check
from lstnet_search.tuning.cluster.node_check import PACKAGES, NodeReport, look

HERE: dict[str, str | None] = {"torch": "2.14.1", "numpy": "2.4.0"}
FINE = NodeReport(HERE, clock=1000.5, shared_free=10**9, storage_problem="")


def test_a_node_that_sees_the_file_and_has_all_packages_reports_nothing(tmp_path: Path) -> None:
    (tmp_path / "mark").touch()
    report = look(fs.LocalFileSystem(), str(tmp_path / "mark"))
    assert report.storage_problem == ""
    assert set(report.versions) == set(PACKAGES)
    assert report.problem(report.versions, report.clock, report.clock) is None


def test_a_node_reports_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_check, "PACKAGES", (*PACKAGES, "no_such_package"))
    report = look(fs.LocalFileSystem(), str(tmp_path / "mark"))
    assert report.storage_problem == "a file that was written here is not there"
    assert [name for name, version in report.versions.items() if version is None] == ["no_such_package"]


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (FINE, None),
        (replace(FINE, clock=1060.0), None),
        (replace(FINE, versions=HERE | {"torch": None}), "cannot run the search: it has no package torch"),
        (
            replace(FINE, versions=HERE | {"torch": "2.13.0"}),
            "has other packages: torch 2.13.0 (here: 2.14.1); install the same requirements.lock on every node",
        ),
        (
            replace(FINE, clock=4601.0),
            "has a clock that is 3600 s ahead of this machine's; set both, for example with NTP",
        ),
        (
            replace(FINE, clock=-2600.0),
            "has a clock that is 3600 s behind this machine's; set both, for example with NTP",
        ),
        (
            replace(FINE, shared_free=5 * 2**20),
            "has 5 MiB left in /dev/shm, where Ray keeps objects; free it, or give a container more",
        ),
        (
            replace(FINE, storage_problem="a file that was written here is not there"),
            "does not reach --storage: a file that was written here is not there; give a folder that every node "
            "mounts, or an object store whose credentials every node has",
        ),
    ],
)
def test_what_a_node_lacks_is_one_sentence(report: NodeReport, sentence: str | None) -> None:
    assert report.problem(HERE, begun=1000.0, ended=1001.0) == sentence
