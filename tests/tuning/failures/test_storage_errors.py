"""Full and unwritable disks are recognised by any error."""

import errno
import io

import pytest
from rich.console import Console

from lstnet_search.tuning.failures.storage_errors import (
    FULL,
    NO_WRITES,
    NOT_STORED,
    disk_full,
    print_storage_problem,
    storage_problem,
    storage_problem_in_text,
)


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "no"), True),
        (OSError(errno.EDQUOT, "no"), True),
        (OSError(errno.EACCES, "no"), False),
        (RuntimeError("OSError: [Errno 28] Error writing bytes to file. No space left on device"), True),
        (None, False),
    ],
)
def test_a_full_disk_is_distinguished_from_other_errors(error: BaseException | None, full: bool) -> None:
    assert disk_full(error) == full
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert disk_full(outer) == full


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EROFS, "Read-only file system"), NO_WRITES),
        (OSError(errno.EACCES, "Permission denied"), None),
    ],
)
def test_an_error_and_its_text_name_the_same_problem(error: OSError, problem: str | None) -> None:
    assert storage_problem(error) == problem
    assert storage_problem_in_text(f"OSError: {error}") == problem


def test_a_checkpoint_that_was_not_stored_for_any_reason_means_that_nothing_can_be_written() -> None:
    assert storage_problem_in_text(f"OSError: {NOT_STORED}: AWS Error ACCESS_DENIED") == NO_WRITES


def test_the_message_has_the_problem_and_the_command_in_one_line() -> None:
    text = io.StringIO()
    assert print_storage_problem(Console(file=text, width=40), FULL, "python run_search.py --resume") == 1
    assert text.getvalue() == (
        "error: the disk is full, here or where the checkpoints are; everything that was reported is saved; "
        "fix the disk, then resume with: python run_search.py --resume\n"
    )
