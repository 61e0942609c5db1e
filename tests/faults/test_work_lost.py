"""What a fault cost, from reports made by hand: seconds, trial 0, steps."""

import pytest

from faults.sitting import Reported
from faults.verdict import Work, work_lost

NEVER = float("inf")


def lost(*reports: tuple[float, int], struck: float, earlier: float = -NEVER) -> Work:
    return work_lost([Reported(at, 0, step) for at, step in reports], earlier, struck, NEVER, 8, "all")


def test_work_since_the_report_that_a_trial_goes_on_from_is_lost() -> None:
    work = lost((1, 1), (2, 2), (8, 3), struck=2.5)
    assert work == Work(repeated=0.5, again=0, recovered=5.5, interval=1)


def test_a_report_that_comes_again_adds_its_interval() -> None:
    work = lost((1, 1), (2, 2), (8, 2), (9, 3), struck=2.5)
    assert work == Work(repeated=1.5, again=1, recovered=5.5, interval=1)


def test_the_way_back_from_an_earlier_fault_is_neither_work_nor_an_interval() -> None:
    work = lost((1, 1), (2, 2), (8, 3), (15, 4), earlier=2.5, struck=8.5)
    assert work == Work(repeated=0.5, again=0, recovered=6.5, interval=0)
    assert lost((1, 1), (2, 2), (15, 3), earlier=2.5, struck=7).repeated == 0


def test_a_trial_that_falls_back_behind_an_earlier_fault_lost_all_since_that() -> None:
    work = lost((1, 1), (2, 2), (8, 3), (9, 4), (15, 2), earlier=2.5, struck=9.5)
    assert work.repeated == pytest.approx(2.5)
    assert work.again == 1
    assert work.too_much(0) == []
    assert "2 reports of one trial came twice" in Work(0, 2, 0, 1).too_much(0)[0]
    assert "12.0 s of work were done again, 10.0 are allowed" in Work(12, 0, 0, 1).too_much(0)[0]


def test_reports_that_an_earlier_fault_took_are_not_counted_again() -> None:
    assert lost((1, 1), (2, 2), (3, 3), (15, 2), (16, 3), earlier=3.5, struck=7).again == 0
    assert lost((1, 1), (2, 2), (3, 3), (8, 2), (15, 2), (16, 3), earlier=3.5, struck=9).again == 1
