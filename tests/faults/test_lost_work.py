"""The cost of a fault, from made-up reports of trial 0: (seconds, step)."""

import pytest

from faults.lost_work import Cost, lost_work
from faults.search_process import PrintedReport

NEVER = float("inf")


def cost(*reports: tuple[float, int], moment: float, earlier: float = -NEVER) -> Cost:
    return lost_work([PrintedReport(time, 0, step) for time, step in reports], earlier, moment, NEVER, 8, "all")


def test_work_since_the_report_that_a_trial_continues_from_is_lost() -> None:
    assert cost((1, 1), (2, 2), (8, 3), moment=2.5) == Cost(repeated=0.5, reports_again=0, recovered=5.5, interval=1)


def test_a_repeated_report_adds_its_interval() -> None:
    repeated = cost((1, 1), (2, 2), (8, 2), (9, 3), moment=2.5)
    assert repeated == Cost(repeated=1.5, reports_again=1, recovered=5.5, interval=1)


def test_recovery_from_an_earlier_fault_is_neither_work_nor_an_interval() -> None:
    second = cost((1, 1), (2, 2), (8, 3), (15, 4), earlier=2.5, moment=8.5)
    assert second == Cost(repeated=0.5, reports_again=0, recovered=6.5, interval=0)
    assert cost((1, 1), (2, 2), (15, 3), earlier=2.5, moment=7).repeated == 0


def test_a_trial_that_falls_back_behind_an_earlier_fault_lost_everything_since_then() -> None:
    behind = cost((1, 1), (2, 2), (8, 3), (9, 4), (15, 2), earlier=2.5, moment=9.5)
    assert behind.repeated == pytest.approx(2.5)
    assert behind.reports_again == 1
    assert behind.complaints(0) == []


def test_what_exceeds_the_allowance_is_a_complaint() -> None:
    assert "2 reports of one trial were printed twice" in Cost(0, 2, 0, 1).complaints(0)[0]
    assert Cost(0, 2, 0, 1).complaints(1) == []
    assert "12.0 s of work were repeated, 10.0 s are allowed" in Cost(12, 0, 0, 1).complaints(0)[0]


def test_reports_that_an_earlier_fault_has_lost_are_not_counted_again() -> None:
    assert cost((1, 1), (2, 2), (3, 3), (15, 2), (16, 3), earlier=3.5, moment=7).reports_again == 0
    assert cost((1, 1), (2, 2), (3, 3), (8, 2), (15, 2), (16, 3), earlier=3.5, moment=9).reports_again == 1
