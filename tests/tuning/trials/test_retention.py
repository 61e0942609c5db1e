import errno

import pytest

from lstnet_search.results.study.records import ReportRecord, State, TrialRecord
from lstnet_search.tuning.failures.storage_errors import disk_full
from lstnet_search.tuning.trials.retention import superfluous


def record(number: int, score: float, state: State = "COMPLETE", other: float = 0.0) -> TrialRecord:
    return TrialRecord(number, state, {}, [ReportRecord(1, 1.0, {"score": score, "a": score, "b": other})])


def test_trials_that_run_and_the_five_best_of_the_study_keep_their_checkpoints() -> None:
    ended = [record(number, score=number / 10) for number in range(7)]
    failed, running = record(7, 0.9, "FAIL"), record(8, 0.0, "RUNNING")
    assert superfluous([*ended, failed, running], "score", ["score"]) == {0, 1, 7}


def test_trials_that_run_take_no_place_of_one_that_has_ended() -> None:
    ended, running = record(0, 0.1, other=0.1), [record(number, 0.5, "RUNNING", other=0.5) for number in range(1, 7)]
    assert superfluous([ended, *running], "score", ["score"]) == set()
    assert superfluous([ended, *running], "score", ["a", "b"]) == set()


def test_trials_on_the_pareto_front_keep_theirs() -> None:
    records = [record(number, score=number / 10, other=-number) for number in range(6)]
    assert superfluous(records, "score", ["score"]) == {0}
    assert superfluous(records, "score", ["a", "b"]) == set()


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "no"), True),
        (OSError(errno.EDQUOT, "no"), True),
        (OSError(errno.EACCES, "no"), False),
        (RuntimeError("OSError: [Errno 28] Error writing bytes to file. No space left on device"), True),
        (None, False),
    ],
)
def test_a_full_disk_is_told_from_other_errors(error: BaseException | None, full: bool) -> None:
    assert disk_full(error) == full
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert disk_full(outer) == full
