"""What a search has shown, in words, for methods that adapt without translating."""

import pytest

from lstnet_search.results.screen.board import Board
from lstnet_search.results.screen.outcome import Outcome
from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.records import ReportRecord, TrialRecord

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
NAMES = [f"val_accuracy_{each}" for each in DIRECTIONS]


def first_sentence(method: str, score: float) -> str:
    metrics = dict.fromkeys([*NAMES, "target_accuracy"], score)
    records = [TrialRecord(0, "COMPLETE", {}, [ReportRecord(10, 1.0, metrics)])]
    board = Board(DIRECTIONS, "target_accuracy", 10)
    board.add_records(records)
    outcome = Outcome(
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
    return next(outcome.sentences())


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
    assert first_sentence(method, score).startswith(sentence)
