"""What of Ray's errors reaches the terminal."""

import errno
import io
import logging

import pytest
import torch
from ray.exceptions import ActorDiedError, RayActorError, RayTaskError

from lstnet_search.tuning.failure import hush_failures


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "why"), False),
        (OSError(errno.EACCES, "why"), True),
        (RayActorError(error_msg="why"), False),
        (ActorDiedError(RayTaskError("setup", "why", ValueError("why"))), True),
        (torch.OutOfMemoryError("why"), False),
        (RayTaskError("step", "why", torch.OutOfMemoryError("why")).as_instanceof_cause(), False),
        (ValueError("why"), True),
    ],
    ids=["full disk", "denied", "process died", "setup failed", "out of memory", "that in a worker", "another"],
)
def test_rays_stack_traces_are_kept_from_the_terminal_where_a_sentence_says_it(
    error: Exception, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, text = logging.getLogger("ray"), io.StringIO()
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(text)])
    hush_failures()
    logging.getLogger("ray.tune").error("a trial failed", exc_info=error)
    assert ("why" in text.getvalue()) == said
