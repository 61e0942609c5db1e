"""Why a trial failed, and which of Ray's stack traces are kept from the terminal."""

import logging
from pathlib import Path

import torch
from ray.exceptions import RayActorError
from ray.tune.experiment import Trial

from lstnet_search.io.secrets import masked
from lstnet_search.tuning.failures.storage_errors import storage_problem, storage_problem_in_text

LOW_MEMORY = "running low on memory"
"""Part of Ray's error for a process that it killed because the node was out of memory."""


def last_failure(trial: Trial) -> str:
    """The text that Ray recorded about a trial's last failure, or "" if there was none.

    `Trial.get_error` cannot be used: it reads from the storage, which does not have the last failure yet. And a process
    that could not even start leaves only text.
    """
    failures = Path(trial.error_file).read_text() if trial.error_file else ""
    return failures.rpartition("Failure # ")[2]


def describe_failure(trial: Trial) -> str:
    """What happened to the process of a trial that failed, as the predicate of a sentence."""
    failure = last_failure(trial).strip()
    if LOW_MEMORY in failure:
        return "was killed because its node is low on memory; --max-concurrent runs fewer trials at once"
    if "The actor died unexpectedly" in failure:
        return "died"
    *_, reason = failure.splitlines() or ["the reason is unknown"]
    return f"failed ({masked(reason):.200})"


def silence_known_failures() -> None:
    """Keep Ray's stack traces from the terminal if the search reports the failure in one line.

    Those are a disk that is full or cannot be written, a process that died, and a GPU without enough memory.
    """
    for handler in logging.getLogger("ray").handlers:
        handler.addFilter(_is_worth_showing)


def _is_worth_showing(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if storage_problem(error) or storage_problem_in_text(record.getMessage()):
        return False
    # The error of an actor that failed in its constructor contains one of ours, which is worth reading.
    died = isinstance(error, RayActorError) and not error.actor_init_failed
    return not (died or isinstance(error, torch.OutOfMemoryError))
