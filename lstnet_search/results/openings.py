"""The log of a study's test sets: each time they were opened, by which command."""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path


def log_opening(path: Path, command: str) -> int:
    """Note that test sets are about to be opened.

    Args:
        path: of the log, a line of JSON an opening: `opening` (1, 2, …), `time` (UTC), `command`.
        command: as it was typed.

    Returns:
        The how-manieth opening it is.
    """
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two commands that open at once are two openings
        file.seek(0)
        opening = sum(1 for line in file if line.strip()) + 1
        entry = {"opening": opening, "time": datetime.now(UTC).isoformat(timespec="seconds"), "command": command}
        file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return opening


def ordinal(number: int) -> str:
    """A number as in 1st, 2nd, 3rd, 4th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
