"""The log of a study's test sets: when and by which command they were opened."""

import fcntl
import json
import os
from datetime import UTC, datetime

from lstnet_search.results.folder.folder import ResultsFolder


def log_opening(folder: ResultsFolder, command: str) -> int:
    """Record that the test sets are opened.

    Args:
        folder: The folder with the log, which has one line of JSON per opening: `opening` (1, 2, …), `time` (UTC) and
            `command`.
        command: The command that opens them, as it was typed.

    Returns:
        How often this study's test sets have been opened, this time included.

    Raises:
        InputError: if the log is a link that leads out of the folder.
    """
    folder.refuse_link(folder.openings_file)
    with folder.openings_file.open("a+", encoding="utf-8", errors="replace") as file:  # damaged lines count too
        fcntl.flock(file, fcntl.LOCK_EX)  # two commands that open the test sets at once count twice
        file.seek(0)
        opening = sum(1 for line in file if line.strip()) + 1
        entry = {"opening": opening, "time": datetime.now(UTC).isoformat(timespec="seconds"), "command": command}
        file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return opening


def ordinal(number: int) -> str:
    """A number as an ordinal: 1st, 2nd, 3rd, 4th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
