from lstnet_search.results.study.records import ReportRecord, State, TrialRecord
from lstnet_search.tuning.trials.retention import discardable_trials


def record(number: int, score: float, state: State = "COMPLETE", other: float = 0.0) -> TrialRecord:
    return TrialRecord(number, state, {}, [ReportRecord(1, 1.0, {"score": score, "a": score, "b": other})])


def test_running_trials_and_the_five_best_ended_ones_keep_their_checkpoints() -> None:
    ended = [record(number, score=number / 10) for number in range(7)]
    failed, running = record(7, 0.9, "FAIL"), record(8, 0.0, "RUNNING")
    assert discardable_trials([*ended, failed, running], "score", ["score"]) == {1, 7}


def test_the_papers_weights_keep_theirs_because_they_may_come_first_later() -> None:
    assert discardable_trials([record(number, score=number) for number in range(8)], "score", ["score"]) == {1, 2}


def test_running_trials_do_not_displace_an_ended_one() -> None:
    ended, running = record(0, 0.1, other=0.1), [record(number, 0.5, "RUNNING", other=0.5) for number in range(1, 7)]
    assert discardable_trials([ended, *running], "score", ["score"]) == set()
    assert discardable_trials([ended, *running], "score", ["a", "b"]) == set()


def test_trials_on_the_pareto_front_keep_theirs() -> None:
    records = [record(number, score=number / 10, other=-number) for number in range(7)]
    assert discardable_trials(records, "score", ["score"]) == {1}
    assert discardable_trials(records, "score", ["a", "b"]) == set()
