"""Why a trial failed last, and which of Ray's stack traces nobody needs."""

import logging
from pathlib import Path

import torch
from ray.exceptions import RayActorError
from ray.tune.experiment import Trial

from lstnet_search.io.secrets import masked
from lstnet_search.tuning.failures.storage_errors import no_writes, says_no_writes

LOW_MEMORY = "running low on memory"
"""What Ray's error says when it ends a process for want of its node's memory."""


def last_failure(trial: Trial) -> str:
    """What Ray noted of a trial's last failure; empty where there was none.

    Ray's own `get_error` reads what has reached the storage, which the last failure has not. Text, for of a process
    that could not even begin there is nothing else.
    """
    failures = Path(trial.error_file).read_text() if trial.error_file else ""
    return failures.rpartition("Failure # ")[2]


def what_happened(trial: Trial) -> str:
    """To a trial's process, as the end of a sentence, by Ray's note of the last failure."""
    failure = last_failure(trial).strip()
    if LOW_MEMORY in failure:
        return "was ended, for its node runs low on memory; with --max-concurrent fewer trials run at once"
    if "The actor died unexpectedly" in failure:
        return "died"
    *_, reason = failure.splitlines() or ["no reason is known"]
    return f"failed ({masked(reason):.200})"


def hush_failures() -> None:
    """Keep Ray's stack traces from the terminal where one sentence of ours says it; others stay.

    That is so of a disk that is full or takes no writes, a process that died, and a share of a GPU that was too small.
    """
    for handler in logging.getLogger("ray").handlers:
        handler.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if no_writes(error) or says_no_writes(record.getMessage()):
        return False
    died = isinstance(error, RayActorError) and not error.actor_init_failed  # else it says which error of ours it was
    return not (died or isinstance(error, torch.OutOfMemoryError))
