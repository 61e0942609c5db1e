"""The token of a cluster that a search starts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstnet_search.errors import InputError
from lstnet_search.tuning.cluster.auth_token import keep_token_private


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, in a session that lets all users read what it makes."""
    monkeypatch.setenv("HOME", str(tmp_path))
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


def test_a_token_is_made_once_for_its_user_alone(home: Path) -> None:
    keep_token_private({})
    file = home / ".ray" / "auth_token"
    made = file.read_text()
    assert len(made) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    keep_token_private({"RAY_AUTH_MODE": "token"})
    assert file.read_text() == made
    assert list(file.parent.iterdir()) == [file]


def test_a_token_that_others_could_read_is_closed_to_them(home: Path) -> None:
    file = home / ".ray" / "auth_token"
    file.parent.mkdir()
    file.write_text("made by Ray")
    keep_token_private({})
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "made by Ray"


def test_of_two_that_are_made_at_once_one_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / ".ray" / "auth_token"
    link = os.link

    def too_late(made: str, place: Path) -> None:
        file.write_text("of another search")
        link(made, place)

    monkeypatch.setattr("os.link", too_late)
    keep_token_private({})
    assert file.read_text() == "of another search"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "environment", [{"RAY_AUTH_TOKEN": "given"}, {"RAY_AUTH_TOKEN_PATH": "/given"}, {"RAY_AUTH_MODE": "disabled"}]
)
def test_nothing_is_made_where_another_way_in_is_given(home: Path, environment: dict[str, str]) -> None:
    keep_token_private(environment)
    assert not list(home.iterdir())


def test_a_home_that_cannot_be_written_to_is_told_with_a_way_out(home: Path) -> None:
    (home / ".ray").write_text("a file where Ray's folder is to be")
    with pytest.raises(InputError, match=r"cannot be written to .*auth_token: .*RAY_AUTH_TOKEN"):
        keep_token_private({})


ASK = """
import sys, urllib.error, urllib.request
from lstnet_search.tuning.cluster import local_cluster
from lstnet_search.tuning.resources import Placement
with local_cluster(Placement(cpus=1, gpus=0, concurrent=1)) as dashboard:
    for token in (None, open(sys.argv[1]).read()):
        request = urllib.request.Request(f"http://{dashboard}/api/jobs/")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            print(urllib.request.urlopen(request).status)
        except urllib.error.HTTPError as error:
            print(error.code)
"""


@pytest.mark.slow
def test_a_cluster_asks_for_the_token_though_nobody_said_that_it_should(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH")}
    file = home / ".ray" / "auth_token"
    ended = subprocess.run(
        [sys.executable, "-c", ASK, str(file)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.stdout.split() == ["401", "200"], ended.stderr
    assert file.stat().st_mode & 0o777 == 0o600
