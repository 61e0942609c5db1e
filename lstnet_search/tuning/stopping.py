"""Asking a search to stop: by a signal, or by its time budget."""

import signal
import time
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Notes the first reason to stop; who runs the search looks at `due` between its steps.

    A second signal acts as if nothing were handled, so that an impatient user is not held.
    """

    def __init__(self, time_budget: float | None = None) -> None:
        """Wait for signals, and for a time budget in seconds."""
        self.signal: signal.Signals | None = None
        self.disk_full = False
        """Set by who notices it."""
        self._budget = time_budget
        self._earlier: dict[signal.Signals, Any] = {}
        self._deadline = float("inf")

    def __enter__(self) -> Self:
        """Handle the signals from now on, and start the time budget."""
        if self._budget is not None:
            self._deadline = time.monotonic() + self._budget
        self._earlier = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the signals to whoever handled them before."""
        self._release()

    @property
    def due(self) -> bool:
        """Whether the search is to stop."""
        return self.signal is not None or self.disk_full or time.monotonic() > self._deadline

    @property
    def exit_code(self) -> int:
        """What the process is to exit with: 128 plus the signal, 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = signal.Signals(number)
        self._release()

    def _release(self) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        self._earlier = {}
