"""What the terminal shows of Ray's errors."""

import errno
import io
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from ray.exceptions import ActorDiedError, RayActorError, RayTaskError

from lstnet_search.tuning.failures.trial_failure import describe_failure, silence_known_failures


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What Ray's log shows after `silence_known_failures`."""
    text = io.StringIO()
    monkeypatch.setattr(logging.getLogger("ray"), "handlers", [logging.StreamHandler(text)])
    silence_known_failures()
    return text


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (OSError(errno.ENOSPC, "why"), False),
        (OSError(errno.EROFS, "why"), False),
        (OSError(errno.EACCES, "why"), True),
        (RayActorError(error_msg="why"), False),
        (ActorDiedError(RayTaskError("setup", "why", ValueError("why"))), True),
        (torch.OutOfMemoryError("why"), False),
        (RayTaskError("step", "why", torch.OutOfMemoryError("why")).as_instanceof_cause(), False),
        (ValueError("why"), True),
    ],
    ids=["full disk", "read-only", "denied", "died", "setup failed", "out of memory", "that in a worker", "another"],
)
def test_stack_traces_are_hidden_if_the_search_says_the_reason_in_one_line(
    error: Exception, shown: bool, terminal: io.StringIO
) -> None:
    logging.getLogger("ray.tune").error("a trial failed", exc_info=error)
    assert ("why" in terminal.getvalue()) == shown


def test_so_is_a_stack_trace_in_the_text_of_a_log_message(terminal: io.StringIO) -> None:
    logging.getLogger("ray").error("Unhandled error: ... OSError: Read-only file system")
    logging.getLogger("ray").error("Unhandled error: another")
    assert terminal.getvalue() == "Unhandled error: another\n"


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("Failure # 1 (occurred at noon)\nThe actor died unexpectedly before finishing this task.\n", "died"),
        (
            "Failure # 1 (occurred at noon)\nTask was killed due to the node running low on memory.\n",
            "was killed because its node is low on memory; --max-concurrent runs fewer trials at once",
        ),
        (
            "Failure # 1 (at noon)\nThe actor died unexpectedly\nFailure # 2 (at one)\nOSError: no\n",
            "failed (OSError: no)",
        ),
        (None, "failed (the reason is unknown)"),
    ],
)
def test_the_last_failure_is_described(tmp_path: Path, text: str | None, described: str) -> None:
    file = tmp_path / "error.txt"
    if text is not None:
        file.write_text(text)
    trial = SimpleNamespace(error_file=None if text is None else str(file))
    assert describe_failure(trial) == described  # type: ignore[arg-type]
