"""Nothing that is recorded or printed contains a secret."""

import sys
from pathlib import Path

import pytest
from commands import exit_code
from ray.tune.logger import LoggerCallback

from lstnet_search.cli.options.resources import command_line
from lstnet_search.config.search import TrackerName
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage, masked_error
from lstnet_search.tuning.monitoring.trackers import Tracker, make_trackers

SECRET = "wJalrXUtnFEMI-K7MDENG"


def test_the_recorded_command_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", SECRET)
    monkeypatch.setattr(sys, "argv", ["run_search.py", "--storage", "s3://me:pw@bucket/x", "--name", SECRET])
    assert command_line() == "python run_search.py --storage 's3://***@bucket/x' --name '***'"


def test_a_storage_with_a_password_is_refused_without_printing_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--preset", "cpu", "--results-dir", tmp_path / "r", "--storage", f"s3://me:{SECRET}@b/x")
    assert exit_code("search", *asked) == 2
    said = capsys.readouterr()
    assert "--storage contains credentials" in said.err
    assert SECRET not in said.err + said.out
    assert not (tmp_path / "r").exists()


def test_errors_of_a_storage_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert masked_error(OSError(f"403 for\n{SECRET} at http://a:b@host/")) == "403 for *** at http://***@host/"


def test_the_file_system_that_ray_keeps_holds_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    storage = Storage.at("s3://bucket/x?region=eu-west-1", "study")
    assert SECRET not in repr(storage.filesystem.__reduce__())


def test_the_address_of_a_tracker_is_printed_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:{SECRET}@host:5000")
    said: list[str] = []
    make_trackers([TrackerName.MLFLOW], ResultsFolder(tmp_path / "study"), said.append)
    assert said == ["mlflow: experiment study in http://***@host:5000"]


class Failing(LoggerCallback):
    """A tracker whose server is gone."""

    def setup(self, **info: object) -> None:
        raise OSError(f"cannot reach http://me:{SECRET}@host:5000")


def test_the_error_of_a_tracker_is_printed_without_its_password() -> None:
    said: list[str] = []
    Tracker("mlflow", Failing(), said.append).setup()
    assert said == [
        "--log mlflow ends here, the search continues: OSError: cannot reach http://***@host:5000",
    ]
