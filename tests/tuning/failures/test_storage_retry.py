"""Writes to a storage that comes and goes."""

import errno

import pytest

from lstnet_search.errors import InputError
from lstnet_search.tuning.failures import storage_retry
from lstnet_search.tuning.failures.storage_retry import outlast, unwritable


class Refusing:
    """Refuses a number of writes."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left = times
        self.asked = 0
        self._error = error

    def __call__(self) -> str:
        self.asked += 1
        if self.left:
            self.left -= 1
            raise self._error
        return "written"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_retry, "AGAIN_AFTER_SECONDS", 0.0)


def test_what_a_storage_refuses_for_a_while_is_written_then() -> None:
    write = Refusing(3, OSError(errno.EROFS, "Read-only file system"))
    assert outlast(write) == "written"
    assert write.asked == 4


def test_what_it_refuses_for_too_long_is_let_through() -> None:
    with pytest.raises(OSError, match="Stale file handle"):
        outlast(Refusing(10**9, OSError(errno.ESTALE, "Stale file handle")), seconds=0.05)


def test_what_comes_of_it_is_waited_for_too() -> None:
    error = InputError("the file cannot be read")
    error.__cause__ = OSError(errno.EIO, "Input/output error")
    assert outlast(Refusing(3, error)) == "written"


def test_other_errors_are_let_through_at_once() -> None:
    write = Refusing(1, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        outlast(write)
    assert write.asked == 1


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
def test_a_storage_that_takes_no_writes_is_told_from_other_errors(error: BaseException | None, expected: bool) -> None:
    assert unwritable(error) == expected
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert unwritable(outer) == expected
