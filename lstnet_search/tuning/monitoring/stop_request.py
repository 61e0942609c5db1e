"""Asking a search to stop: by a signal, or by its time budget."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
        self.no_writes: str | None = None
        """Why nothing can be written, as `disk.no_writes` has it; set by who notices it."""
        self.broken_off = False
        """Whether a block was left by `breaking_off`."""
        self._breaking_off = False
        self._budget = time_budget
        self._earlier: dict[signal.Signals, Any] = {}
        self._deadline = float("inf")

    def __enter__(self) -> Self:
        """Handle the signals from now on, and start the time budget."""
        if self._budget is not None:
            self._deadline = time.monotonic() + self._budget
        self.handle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the signals to whoever handled them before."""
        self._release()

    def handle(self) -> None:
        """Take over the signals, also from who took them over since: Ray does when it starts."""
        for number in SIGNALS:
            before = signal.signal(number, self._note)
            if before != self._note:
                self._earlier[number] = before

    @contextmanager
    def breaking_off(self) -> Iterator[None]:
        """A block that has nothing to save, and is left at once when there is a reason to stop.

        Raises:
            KeyboardInterrupt: then; `broken_off` is set.
        """

        def out_of_time(number: int, frame: FrameType | None) -> None:
            self._break_off()

        if self.signal is not None:
            self._break_off()
        self._breaking_off = True
        before = signal.signal(signal.SIGALRM, out_of_time)
        try:
            if self._budget is not None:
                signal.setitimer(signal.ITIMER_REAL, max(1e-3, self._deadline - time.monotonic()))
            yield
        except SystemExit as error:  # Ray's own handler, while it starts
            if error.code != signal.SIGTERM:
                raise
            self._note(signal.SIGTERM, None)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self._breaking_off = False

    @property
    def due(self) -> bool:
        """Whether the search is to stop."""
        return self.signal is not None or self.no_writes is not None or time.monotonic() > self._deadline

    @property
    def exit_code(self) -> int:
        """What the process is to exit with: 128 plus the signal, 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = signal.Signals(number)
        self._release()
        if self._breaking_off:
            self._break_off()

    def _break_off(self) -> None:
        self.broken_off = True
        raise KeyboardInterrupt

    def _release(self) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        self._earlier = {}
