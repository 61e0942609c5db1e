"""What a result was made with."""

import subprocess
from pathlib import Path

import pytest

from lstnet_search.results.folder import provenance


def test_the_checkout_of_another_project_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = provenance.provenance()["git_commit"]
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    installed = tmp_path / ".venv" / "provenance.py"
    installed.parent.mkdir()
    installed.touch()
    monkeypatch.setattr(provenance, "__file__", str(installed))
    assert provenance.provenance()["git_commit"] == ""
    assert here != "" or not (Path(__file__).parents[3] / ".git").exists()


def test_a_disk_that_takes_too_long_gives_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*arguments: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("git", 10)

    monkeypatch.setattr(provenance.subprocess, "run", slow)
    assert provenance.provenance()["git_commit"] == ""
