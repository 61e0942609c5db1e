"""The processes that a command has, by `/proc`."""

from contextlib import suppress
from pathlib import Path


def descendants(ancestor: int) -> list[int]:
    """Processes below one, however deep, zombies left out."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(status.parent.name)] = int(parent)
    found, level = [], {ancestor}
    while level := {process for process, parent in parents.items() if parent in level}:
        found += sorted(level)
    return found


def trial_processes(ancestor: int) -> list[int]:
    """Those of trials below a driver, or a node."""
    return [process for process in descendants(ancestor) if trains(process)]


def trains(process: int) -> bool:
    """Whether it is that of a trial, or was until a moment ago."""
    return "Trainable" in title_of(process)


def in_step(process: int) -> bool:
    """Whether it trains a trial at this moment: neither begins, nor saves, nor waits."""
    return title_of(process).endswith("Trainable.train")


def title_of(process: int) -> str:
    """What Ray says that a worker does; nothing of a process that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        title = Path(f"/proc/{process}/cmdline").read_bytes().partition(b"\0")[0].decode()
        return title if title.startswith("ray::") else ""
    return ""
