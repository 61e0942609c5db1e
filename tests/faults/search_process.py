"""A search's command as a running process: what it has printed and when."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from processes import descendants

ROOT = Path(__file__).parents[2]

_REPORT = re.compile(r"trial (\d+) +(\d+)/(\d+) ")
_TIMEOUT = 1200.0


@dataclass(frozen=True)
class Line:
    """A printed line, and when it was printed, in seconds of the monotonic clock."""

    time: float
    text: str


@dataclass(frozen=True)
class PrintedReport:
    """A trial's report, and when it was printed."""

    time: float
    trial: int
    step: int


class SearchProcess:
    """A running command.

    Attributes:
        lines: the lines that it has printed so far.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the command."""
        self.lines: list[Line] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for text in output:
                with self._news:
                    self.lines.append(Line(time.monotonic(), text.rstrip()))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """The driver's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the command has not ended."""
        return self._process.poll() is None

    @property
    def text(self) -> str:
        """Everything that it has printed."""
        return "\n".join(line.text for line in self.lines)

    @property
    def reports(self) -> list[PrintedReport]:
        """All reports that it has printed."""
        matches = ((line.time, _REPORT.match(line.text)) for line in list(self.lines))
        return [PrintedReport(time, int(match[1]), int(match[2])) for time, match in matches if match]

    def wait_for_reports(self, count: int) -> None:
        """Wait until it has printed a number of reports.

        Raises:
            RuntimeError: if it ends before that, or does not print them within 20 minutes.
        """
        deadline = time.monotonic() + _TIMEOUT
        with self._news:
            while len(self.reports) < count:
                if not self._reader.is_alive() or not self._news.wait(deadline - time.monotonic()):
                    raise RuntimeError(f"the search has not printed {count} reports:\n{self.text}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the driver alone."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait until it ends.

        Returns:
            Its exit code, or minus the number of the signal that killed it.

        Raises:
            RuntimeError: if it does not end within 20 minutes.
        """
        try:
            code = self._process.wait(_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"the search does not end:\n{self.text}") from None
        self._reader.join(_TIMEOUT)
        return code

    def kill(self) -> None:
        """Kill it and all its processes. Does nothing if it has ended: its process id may have been reused."""
        if self.running:
            for process in [self._process.pid, *descendants(self._process.pid)]:
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(process, signal.SIGKILL)
            self._process.wait()
        self._reader.join(_TIMEOUT)
