"""The processes that a command has started, found in `/proc`."""

from contextlib import suppress
from pathlib import Path

from lstnet_search.tuning.tuner import ACTOR

TRIAL = f"ray::{ACTOR}"
"""How the title of a trial's process begins; what it does follows."""


def descendants(ancestor: int) -> list[int]:
    """All descendants of a process, except zombies."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(status.parent.name)] = int(parent)
    found, level = [], {ancestor}
    while level := {process for process, parent in parents.items() if parent in level}:
        found += sorted(level)
    return found


def trial_processes(ancestor: int) -> list[int]:
    """The trial processes below a driver or a node."""
    return [process for process in descendants(ancestor) if is_trial(process)]


def is_trial(process: int) -> bool:
    """Whether a process runs a trial, or did until a moment ago."""
    return title_of(process).split(".")[0] == TRIAL


def in_step(process: int) -> bool:
    """Whether a process trains at this moment, rather than starting, saving or waiting."""
    return title_of(process) == f"{TRIAL}.train"


def title_of(process: int) -> str:
    """The title that Ray gives a worker, which says what it does; empty if the process has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        title = Path(f"/proc/{process}/cmdline").read_bytes().partition(b"\0")[0].decode()
        return title if title.startswith("ray::") else ""
    return ""
