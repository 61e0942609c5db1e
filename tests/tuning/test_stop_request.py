import signal
import sys
import time

import pytest

from lstnet_search.tuning.stop_request import StopRequest

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A list with an entry for each call that would leave the terminal. The real terminal stays open."""
    left: list[bool] = []
    monkeypatch.setattr("lstnet_search.tuning.stop_request._leave_terminal", lambda: left.append(True))
    return left


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_is_noted_and_gives_its_exit_code(number: signal.Signals, code: int) -> None:
    with StopRequest() as stop_request:
        assert not stop_request.due
        signal.raise_signal(number)
        assert stop_request.due
        assert stop_request.exit_code == code


def test_a_second_ctrl_c_is_no_longer_held_back() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    with StopRequest():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_the_time_budget_runs_from_the_start_and_is_no_failure() -> None:
    with StopRequest(time_budget=0.05) as stop_request:
        assert not stop_request.due
        time.sleep(0.06)
        assert stop_request.due
        assert stop_request.exit_code == 0


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_block_with_nothing_to_save_is_left_at_once_by_a_signal(number: signal.Signals, code: int) -> None:
    with StopRequest() as stop_request:
        with pytest.raises(KeyboardInterrupt), stop_request.interruptible():
            signal.raise_signal(number)
        assert stop_request.interrupted
        assert stop_request.exit_code == code


def test_a_block_with_nothing_to_save_is_left_when_the_time_budget_is_over() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with StopRequest(time_budget=0.05) as stop_request:
        with pytest.raises(KeyboardInterrupt), stop_request.interruptible():
            time.sleep(60)
        assert stop_request.interrupted
        assert stop_request.due
        assert stop_request.exit_code == 0
    assert signal.getsignal(signal.SIGALRM) == before


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_during_a_finalizer_interrupts_such_a_block_too(number: signal.Signals, code: int) -> None:
    """Python swallows what a finalizer raises, even if a signal's handler raised it."""

    class Dying:
        def __del__(self) -> None:
            signal.raise_signal(number)

    def wait() -> None:
        Dying()
        time.sleep(60)

    with StopRequest() as stop_request:
        with pytest.raises(KeyboardInterrupt), stop_request.interruptible():
            wait()
        assert stop_request.exit_code == code


def test_what_else_a_finalizer_raises_is_reported_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[BaseException | None] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_value))

    class Dying:
        def __del__(self) -> None:
            raise ValueError

    with StopRequest() as stop_request, stop_request.interruptible():
        Dying()
    assert [type(error) for error in reported] == [ValueError]


def test_a_signal_from_before_such_a_block_is_not_forgotten() -> None:
    with StopRequest() as stop_request:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), stop_request.interruptible():
            time.sleep(60)


def test_after_such_a_block_the_time_budget_is_only_noted() -> None:
    with StopRequest(time_budget=0.05) as stop_request:
        with stop_request.interruptible():
            pass
        time.sleep(0.06)
        assert stop_request.due
        assert not stop_request.interrupted


def test_handlers_that_a_library_replaced_are_taken_back_and_those_from_before_restored() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopRequest() as stop_request:
        assert signal.getsignal(signal.SIGTERM) != before
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as Ray does when it starts
        stop_request.handle_signals()
        signal.raise_signal(signal.SIGTERM)
        assert stop_request.exit_code == 143
        assert signal.getsignal(signal.SIGTERM) == before, "not the library's"
    with StopRequest() as stop_request:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop_request.handle_signals()
        stop_request.handle_signals()
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_handler_that_ray_has_while_it_starts_stops_such_a_block_as_ours_does() -> None:
    with StopRequest() as stop_request:
        with pytest.raises(KeyboardInterrupt), stop_request.interruptible():
            raise SystemExit(signal.SIGTERM)
        assert stop_request.exit_code == 143


def test_a_closed_terminal_may_say_so_twice_and_gets_no_more_output(no_terminal: list[bool]) -> None:
    before = signal.getsignal(signal.SIGHUP)
    with StopRequest() as stop_request:
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        assert stop_request.exit_code == 129
        assert no_terminal == [True]
    assert signal.getsignal(signal.SIGHUP) == before


def test_a_run_with_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with StopRequest() as stop_request:
        signal.raise_signal(signal.SIGHUP)
        assert not stop_request.due
    assert signal.signal(signal.SIGHUP, before) == signal.SIG_IGN
