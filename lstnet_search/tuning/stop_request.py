"""A request to stop a run: by a signal, by its time budget, or because nothing can be written."""

import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGHUP means that the terminal was closed."""
AGAIN_AFTER = 0.01
"""Seconds after which an interruption that Python swallowed is repeated."""


class StopRequest:
    """Notes the first reason to stop. A run looks at `due` between its steps.

    A second signal acts as if nothing were handled, so an impatient user can always stop the process.
    """

    def __init__(self, time_budget: float | None = None) -> None:
        """Prepare for signals and for a time budget in seconds."""
        self.signal: signal.Signals | None = None
        self.storage_problem: str | None = None
        """Why nothing can be written, as `failures.storage_errors.storage_problem` returns it."""
        self.interrupted = False
        """Whether an `interruptible` block was left early."""
        self._interruptible = False
        self._budget = time_budget
        self._earlier: dict[signal.Signals, Any] = {}
        self._deadline = float("inf")

    def __enter__(self) -> Self:
        """Handle the signals from now on, and start the time budget."""
        if self._budget is not None:
            self._deadline = time.monotonic() + self._budget
        self.handle_signals()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the previous handlers."""
        self._restore_handlers()

    def handle_signals(self) -> None:
        """Install the handlers. Call this again after another library has replaced them, as Ray does when it starts."""
        for number in SIGNALS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup: the run outlives its terminal
            # Keep only the first one: a later one belongs to the library that replaced ours.
            self._earlier.setdefault(number, signal.getsignal(number))
            signal.signal(number, self._note)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """A block that has nothing to save, and is left at once when there is a reason to stop.

        Raises:
            KeyboardInterrupt: when it is left early; `interrupted` is set.
        """

        def out_of_time(number: int, frame: FrameType | None) -> None:
            self._interrupt()

        if self.signal is not None:
            self._interrupt()
        self._interruptible = True
        before = signal.signal(signal.SIGALRM, out_of_time)
        unraisable_before = sys.unraisablehook

        def again(unraisable: "sys.UnraisableHookArgs") -> None:
            # Python swallows what a handler raises inside a finalizer or a weak reference's callback.
            if isinstance(unraisable.exc_value, KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, AGAIN_AFTER)
            else:
                unraisable_before(unraisable)

        sys.unraisablehook = again
        try:
            if self._budget is not None:
                signal.setitimer(signal.ITIMER_REAL, max(1e-3, self._deadline - time.monotonic()))
            yield
        except SystemExit as error:  # from Ray's own handler, while Ray starts
            if error.code != signal.SIGTERM:
                raise
            self._note(signal.SIGTERM, None)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            sys.unraisablehook = unraisable_before
            self._interruptible = False

    @property
    def due(self) -> bool:
        """Whether the run has to stop."""
        return self.signal is not None or self.storage_problem is not None or time.monotonic() > self._deadline

    @property
    def exit_code(self) -> int:
        """Exit code of the process: 128 plus the signal, or 0 without a signal."""
        return 0 if self.signal is None else 128 + self.signal

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = signal.Signals(number)
        self._restore_handlers()
        if number == signal.SIGHUP:
            # The shell sends it a second time.
            self._earlier = {signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
            _leave_terminal()
        if self._interruptible:
            self._interrupt()

    def _interrupt(self) -> None:
        self.interrupted = True
        raise KeyboardInterrupt

    def _restore_handlers(self) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        self._earlier = {}


@contextmanager
def hangup_blocked() -> Iterator[None]:
    """A block whose new processes are not killed with the terminal: they belong to a run that ends by itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_terminal() -> None:
    """Send output to the null device instead of a closed terminal: each write to it would raise an error."""
    with open(os.devnull, "w") as null:
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None and stat.S_ISCHR(os.fstat(stream.fileno()).st_mode):
                os.dup2(null.fileno(), stream.fileno())
