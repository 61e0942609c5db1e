"""`export`, `status` and `dashboard`: which folders they accept, and what they refuse."""

import shutil
import socket
from pathlib import Path

import pytest
import small_studies
from commands import exit_code, refused

from lstnet_search.tuning.study import dashboard
from lstnet_search.tuning.study.study import Study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A search that has just started."""
    (tmp_path / "search.yaml").write_text("format_version: 1\n")
    return tmp_path


@pytest.fixture
def study(folder: Path) -> Study:
    study = Study(folder / "study.journal")
    study.study.ask()
    return study


@pytest.mark.parametrize("command", ["ablate", "confirm", "dashboard", "export", "status"])
def test_a_folder_that_is_not_a_results_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    extra = ["--to", tmp_path / "out"] if command == "export" else []
    assert "is not a results folder" in refused(capsys, command, tmp_path, *extra)
    assert not (tmp_path / "out").exists()


def test_a_study_can_be_named(
    winner: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(winner, "results/mine")
    assert exit_code("export", "mine", "--to", "exported") == 0
    assert Path("exported/best_config.yaml").read_bytes() == (winner / "best_config.yaml").read_bytes()
    assert "neither other nor results/other is a results folder" in refused(
        capsys, "status", "other", out="exported to exported\n"
    )


def test_the_dashboard_of_a_search_without_a_study_is_refused_and_makes_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "study.journal is not there; wait until" in refused(capsys, "dashboard", folder)
    assert [path.name for path in folder.iterdir()] == ["search.yaml"]


@pytest.mark.parametrize("line", [b"garbage\n[1]\n", b"[1]\n"])
def test_the_dashboard_of_a_damaged_study_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], line: bytes
) -> None:
    (folder / "study.journal").write_bytes(line)
    assert "study.journal is damaged" in refused(capsys, "dashboard", folder)


def test_without_its_package_the_dashboard_says_how_to_install_it(
    folder: Path, study: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "find_spec", lambda name: None)
    assert "install it with: pip install optuna-dashboard" in refused(capsys, "dashboard", folder)


def test_a_port_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small_studies.study(tmp_path, []).folder.path
    Study(folder / "study.journal").study.ask()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        message = f"--port {port} cannot be used: Address already in use; choose another"
        assert message in refused(capsys, "dashboard", folder, "--port", port)


def test_a_number_that_is_not_a_port_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "65535" in refused(capsys, "dashboard", folder, "--port", "70000")
