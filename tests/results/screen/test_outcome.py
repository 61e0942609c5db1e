"""What a search has shown, in words and as a table."""

from collections.abc import Sequence
from statistics import fmean

import pytest

from lstnet_search.results.screen.board import Board
from lstnet_search.results.screen.outcome import Outcome
from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
NAMES = [f"val_accuracy_{each}" for each in DIRECTIONS]


def training(
    number: int, seed: int, accuracies: Sequence[float], repeat_of: int | None = None, state: State = "COMPLETE"
) -> TrialRecord:
    metrics = dict(zip(NAMES, accuracies, strict=True)) | {"target_accuracy": fmean(accuracies)}
    return TrialRecord(number, state, {}, [ReportRecord(10, 1.0, metrics)], seed=seed, repeat_of=repeat_of)


def outcome_of(records: Sequence[TrialRecord], method: str = "lstnet") -> Outcome:
    board = Board(DIRECTIONS, "target_accuracy", 10)
    board.add_records(records)
    return Outcome(
        ranked_by(records, "target_accuracy"),
        board.standings,
        dict.fromkeys(NAMES, 0.5),
        dict.fromkeys(DIRECTIONS, 1000),
        DIRECTIONS,
        DIRECTIONS,
        "target_accuracy",
        10,
        method,
    )


@pytest.mark.parametrize(
    ("method", "score", "sentence"),
    [
        ("unit", 0.9, "Translation works: 90.00 % read right, 50.00 % without it"),
        ("unit", 0.1, "Translated images are read worse than resized ones: 10.00 % against 50.00 %"),
        ("deepjdot", 0.9, "DeepJDOT works: 90.00 % read right, 50.00 % without it"),
        ("deepjdot", 0.1, "With DeepJDOT images are read worse than resized ones: 10.00 % against 50.00 %"),
        ("no_translation", 0.9, "Only trial 0 has a score"),
    ],
)
def test_what_adapts_without_translating_is_called_by_its_name(method: str, score: float, sentence: str) -> None:
    outcome = outcome_of([training(0, 1, [score, score])], method)
    assert next(outcome.sentences()).startswith(sentence)


def test_accuracies_are_means_over_the_seeds_that_the_expected_score_rests_on() -> None:
    stopped = training(6, 1, [0.0, 0.1], state="PRUNED")  # so the first seed has selected, and does not count
    trainings = [training(0, 1, [0.1, 0.3]), training(1, 1, [0.1, 0.3]), stopped]
    trainings += [training(2 + one, 2, [0.6, 0.8], repeat_of=one) for one in (0, 1)]
    trainings += [training(4 + one, 3, [0.7, 0.9], repeat_of=one) for one in (0, 1)]
    headings, best, *_ = outcome_of(trainings).table(80)
    assert headings.split()[2:5] == ["→usps", "→mnist", "expected"]
    cells = best.split()
    assert [*cells[5:8], cells[9]] == ["65.00", "85.00", "75.00", "2"]
