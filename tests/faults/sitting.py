"""A search's command from its start to its end: when it said what, and which processes it has."""

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

_REPORT = re.compile(r"trial (\d+) +step +(\d+)/(\d+) ")
_PATIENCE = 1200.0


@dataclass(frozen=True)
class Line:
    """A printed line, and when: seconds of the monotonic clock."""

    at: float
    text: str


@dataclass(frozen=True)
class Reported:
    """A report of a trial, and when it was printed."""

    at: float
    trial: int
    step: int


class Sitting:
    """A running command.

    Attributes:
        begun: when it was started.
        lines: what it has printed so far.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it."""
        self.begun = time.monotonic()
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
        with self._process.stdout as printed:
            for text in printed:
                with self._news:
                    self.lines.append(Line(time.monotonic(), text.rstrip()))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """Of the driver."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def text(self) -> str:
        """All that it has printed."""
        return "\n".join(line.text for line in self.lines)

    @property
    def reports(self) -> list[Reported]:
        """All reports that it has printed."""
        matches = ((line.at, _REPORT.match(line.text)) for line in list(self.lines))
        return [Reported(at, int(match[1]), int(match[2])) for at, match in matches if match]

    def wait_for_reports(self, count: int) -> None:
        """Wait until it has printed so many reports.

        Raises:
            RuntimeError: if it ends before, or says nothing for minutes.
        """
        deadline = time.monotonic() + _PATIENCE
        with self._news:
            while len(self.reports) < count:
                if not self._reader.is_alive() or not self._news.wait(deadline - time.monotonic()):
                    raise RuntimeError(f"no {count} reports:\n{self.text}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the driver alone."""
        self._process.send_signal(number)

    def end(self, patience: float = _PATIENCE) -> int:
        """Wait until it ends.

        Returns:
            Its exit code; minus the signal that killed it.

        Raises:
            RuntimeError: if it does not.
        """
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"it does not end:\n{self.text}") from None
        self._reader.join(_PATIENCE)
        return code

    def stop(self) -> None:
        """End it and all its processes, if it has not ended: of one that has, the number may be another's by now."""
        if self.running:
            for process in [self._process.pid, *descendants(self._process.pid)]:
                with suppress(ProcessLookupError):  # it has ended meanwhile
                    os.kill(process, signal.SIGKILL)
            self._process.wait()
        self._reader.join(_PATIENCE)
