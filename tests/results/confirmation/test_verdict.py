from dataclasses import replace

import pandas as pd
import pytest
from small_confirmations import ABOUT, BASELINE, DIRECTIONS, PAPER, SEEDS, named, rows, table

from lstnet_search.config.readers import LABELLER
from lstnet_search.results.confirmation.verdict import (
    TrainingRow,
    candidate_results,
    confirmation_content,
    confirmation_table,
    verdict_sentence,
)


def test_the_table_has_a_row_per_candidate_and_seed_with_the_mean_of_the_searched_directions() -> None:
    both = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)
    assert both["candidate"].tolist() == ["best"] * 3 + ["paper"] * 3 + ["no translation"] * 3
    assert both["trial"].tolist() == [4, 4, 4, 0, 0, 0, pd.NA, pd.NA, pd.NA]
    assert both["seed"].tolist() == [*SEEDS] * 3
    assert both["target_accuracy"].tolist()[:3] == pytest.approx([0.95, 0.96, 0.98])
    assert both["config/batch_size"].dtype == "Int64"
    assert both["config/domains"].iloc[0] == '["mnist", "usps"]'
    assert both["config/w1"].isna().tolist() == [False] * 6 + [True] * 3
    assert both["adapted/target_accuracy"].equals(both["target_accuracy"])
    one = table(rows("best", 4, [0.94, 0.95, 0.97]), PAPER, searched=DIRECTIONS[:1])
    assert one["target_accuracy"].tolist()[:3] == [0.94, 0.95, 0.97]


def test_beside_a_network_that_labels_images_itself_no_translation_is_read_as_in_the_paper() -> None:
    own = [replace(row, accuracies={LABELLER: row.accuracies["adapted"]}) for row in PAPER]
    resized = [replace(row, accuracies={"translated": row.accuracies["adapted"]}) for row in BASELINE]
    found = candidate_results(confirmation_table([*own, *resized], DIRECTIONS, DIRECTIONS, LABELLER))
    assert [each.failed for each in found] == [0, 0]
    assert named(found, "no translation").metrics["target_accuracy"].mean == pytest.approx(0.813333)


def test_the_winner_is_tested_uncorrected_and_the_others_by_holm() -> None:
    second, third = rows("2", 7, [0.91, 0.93, 0.93]), rows("3", 2, [0.90, 0.92, 0.90])
    found = candidate_results(table(rows("best", 4, [0.94, 0.95, 0.965]), second, third, PAPER, BASELINE))
    assert [each.name for each in found] == ["best", "2", "3", "paper", "no translation"]
    best, paper = named(found, "best"), named(found, "paper")
    assert best.against_paper is not None
    assert best.against_paper.p_holm is None
    assert best.against_paper.verdict == "better"
    assert best.against_no_translation is not None
    assert best.against_no_translation.verdict == "better"
    assert paper.against_paper is None
    others = [named(found, name).against_paper for name in ("2", "3")]
    assert all(test is not None and test.p is not None for test in others)
    raw = [test.p for test in others if test is not None and test.p is not None]
    assert others[0] is not None
    assert others[0].p_holm == pytest.approx(2 * min(raw))
    assert verdict_sentence(found).startswith(
        "Trial 4 is better than the paper's weights: 96.17 % on the test sets against 92.00 % (+4.17 points, "
    )
    assert "3 seeds" in verdict_sentence(found)


def test_a_winner_with_the_papers_weights_is_not_called_better() -> None:
    found = candidate_results(table(rows("best", 0, [0.9, 0.91, 0.92]), rows("2", 3, [0.8, 0.81, 0.83]), BASELINE))
    assert named(found, "best").against_paper is None
    worse = named(found, "2").against_paper
    assert worse is not None
    assert worse.verdict == "worse"
    assert verdict_sentence(found).startswith(
        "The search found nothing better than the paper's weights: trial 0 is its best, with 92.00 % on the test sets. "
        "It is better than no translation"
    )
    assert confirmation_content(found, ABOUT)["winner"] == {"trial": 0, "is_paper": True}


def test_failed_trainings_are_counted_and_left_out_of_the_pairs() -> None:
    found = candidate_results(table(rows("best", 4, [0.94, None, 0.97]), PAPER, BASELINE))
    best = named(found, "best")
    assert (best.trainings, best.failed) == (3, 1)
    assert best.against_paper is not None
    assert best.against_paper.differences.count == 2
    assert verdict_sentence(found).endswith(" 1 of 3 trainings of trial 4 failed.")


def test_a_winner_whose_trainings_all_failed_shows_no_difference() -> None:
    found = candidate_results(table(rows("best", 4, [None, None, None]), PAPER, BASELINE))
    assert verdict_sentence(found) == (
        "No difference is shown between trial 4 and the paper's weights: no score on the test sets "
        "against 92.00 %, no seed has both scores. 3 of 3 trainings of trial 4 failed."
    )


def test_one_seed_gives_no_interval_and_the_sentence_says_so() -> None:
    one = [part[:1] for part in (rows("best", 4, [0.94, 0.95, 0.97]), PAPER, BASELINE)]
    found = candidate_results(table(*one))
    assert "(+4.00 points with one seed, too few for an interval)" in verdict_sentence(found)
    assert "No difference is shown" in verdict_sentence(found)
    content = confirmation_content(found, ABOUT)["candidates"][0]
    assert content["metrics"]["target_accuracy"] == {
        "mean": pytest.approx(0.95),
        "standard_deviation": None,
        "interval": None,
    }
    assert content["against_paper"]["p"] is None


def test_a_direction_without_labels_is_empty() -> None:
    half = [
        TrainingRow(row.candidate, row.trial, row.seed, row.steps, row.settings, {"adapted": {DIRECTIONS[1]: 0.9}})
        for row in (*rows("best", 4, [0.9, 0.9, 0.9]), *PAPER, *BASELINE)
    ]
    made = confirmation_table(half, DIRECTIONS, DIRECTIONS[1:], "adapted")
    assert made["test_accuracy_mnist_to_usps"].isna().all()
    best = candidate_results(made)[0]
    assert best.metrics["test_accuracy_mnist_to_usps"].mean is None
    assert best.metrics["target_accuracy"].mean == 0.9
