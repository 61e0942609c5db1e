import signal
import time

import pytest

from lstnet_search.tuning.stopping import Stopping


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_noted_and_gives_its_exit_code(number: signal.Signals, code: int) -> None:
    with Stopping() as stopping:
        assert not stopping.due
        signal.raise_signal(number)
        assert stopping.due
        assert stopping.exit_code == code


def test_a_second_ctrl_c_is_no_longer_held_back() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    with Stopping():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_the_time_budget_runs_from_the_start_and_is_no_failure() -> None:
    with Stopping(time_budget=0.05) as stopping:
        assert not stopping.due
        time.sleep(0.06)
        assert stopping.due
        assert stopping.exit_code == 0


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stopping():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
