"""Reads and writes of a storage that is unavailable for a while."""

import errno

import pytest

from lstnet_search.errors import InputError
from lstnet_search.tuning.failures import storage_retry
from lstnet_search.tuning.failures.storage_retry import is_unavailable, retry_while_unavailable


class Refusing:
    """Raises an error a number of times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left = times
        self.calls = 0
        self._error = error

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self._error
        return "written"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_retry, "RETRY_EVERY_SECONDS", 0.0)


def test_an_action_is_repeated_until_the_storage_is_available() -> None:
    write = Refusing(3, OSError(errno.EROFS, "Read-only file system"))
    assert retry_while_unavailable(write) == "written"
    assert write.calls == 4


def test_after_a_time_the_error_is_raised() -> None:
    with pytest.raises(OSError, match="Stale file handle"):
        retry_while_unavailable(Refusing(10**9, OSError(errno.ESTALE, "Stale file handle")), seconds=0.05)


def test_an_error_that_the_storage_caused_is_retried_too() -> None:
    error = InputError("the file cannot be read")
    error.__cause__ = OSError(errno.EIO, "Input/output error")
    assert retry_while_unavailable(Refusing(3, error)) == "written"


def test_other_errors_are_raised_at_once() -> None:
    write = Refusing(1, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        retry_while_unavailable(write)
    assert write.calls == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EROFS, "no"), True),
        (OSError("Cannot create directory '/x'. Detail: [errno 30] Read-only file system"), True),
        (OSError("When completing upload: AWS Error NETWORK_CONNECTION: curlCode: 7, Couldn't connect"), True),
        (OSError("When reading: AWS Error SLOW_DOWN (HTTP status 503)"), True),
        (OSError("When reading: AWS Error ACCESS_DENIED (HTTP status 403)"), False),
        (OSError(errno.EACCES, "Permission denied"), False),
        (RuntimeError("Read-only file system"), False),
        (None, False),
    ],
)
def test_an_unavailable_storage_is_distinguished_from_other_errors(error: BaseException | None, expected: bool) -> None:
    assert is_unavailable(error) == expected
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert is_unavailable(outer) == expected
