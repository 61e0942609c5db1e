"""The token of a cluster that a search starts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstnet_search.errors import InputError
from lstnet_search.tuning.cluster.auth_token import ensure_private_token


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of its own, with a umask that lets all users read new files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


def test_a_token_is_created_once_and_is_readable_by_its_user_only(home: Path) -> None:
    ensure_private_token({})
    file = home / ".ray" / "auth_token"
    made = file.read_text()
    assert len(made) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    ensure_private_token({"RAY_AUTH_MODE": "token"})
    assert file.read_text() == made
    assert list(file.parent.iterdir()) == [file]


def test_a_token_that_others_could_read_is_made_private(home: Path) -> None:
    file = home / ".ray" / "auth_token"
    file.parent.mkdir()
    file.write_text("made by Ray")
    ensure_private_token({})
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "made by Ray"


def test_of_two_tokens_created_at_once_the_first_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / ".ray" / "auth_token"
    link = os.link

    def too_late(made: str, place: Path) -> None:
        file.write_text("of another search")
        link(made, place)

    monkeypatch.setattr("os.link", too_late)
    ensure_private_token({})
    assert file.read_text() == "of another search"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "environment", [{"RAY_AUTH_TOKEN": "given"}, {"RAY_AUTH_TOKEN_PATH": "/given"}, {"RAY_AUTH_MODE": "disabled"}]
)
def test_nothing_is_created_if_the_environment_has_another_token_or_needs_none(
    home: Path, environment: dict[str, str]
) -> None:
    ensure_private_token(environment)
    assert not list(home.iterdir())


def test_a_home_that_cannot_be_written_to_is_an_error_with_a_way_out(home: Path) -> None:
    (home / ".ray").write_text("a file where Ray's folder should be")
    with pytest.raises(InputError, match=r"cannot be written to .*auth_token: .*RAY_AUTH_TOKEN"):
        ensure_private_token({})


ASK = """
import sys, urllib.error, urllib.request
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement
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
def test_a_cluster_requires_the_token_by_default(home: Path) -> None:
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
