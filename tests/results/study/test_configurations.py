"""Configurations: grouped, ranked by what is likely, and what a search may say about them."""

import numpy as np
import pandas as pd
import pytest

from lstnet_search.results.study.configurations import (
    Configuration,
    Ranking,
    Training,
    configurations_in,
    configurations_of,
    configurations_table,
    group,
    rank,
    with_expectations,
)
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord, trials_table

METRIC = "target_accuracy"


def configuration(number: int, *scores: float, state: State = "COMPLETE") -> Configuration:
    """A configuration whose trials are number, number + 100, …, with the seeds 0, 1, …."""
    return Configuration(tuple(Training(number + 100 * seed, seed, state, score) for seed, score in enumerate(scores)))


def numbers(ranking: Ranking) -> list[int]:
    return [each.number for each in ranking.configurations]


def test_with_one_seed_each_the_highest_score_comes_first_and_nothing_is_shown() -> None:
    ranking = rank([configuration(0, 0.9), configuration(1, 0.8), configuration(2, 0.95)])
    assert numbers(ranking) == [2, 0, 1]
    assert np.isnan(ranking.best.probability_best)
    assert ranking.verdict(METRIC).startswith("no difference shown between 3 configurations: with one seed each")


def test_what_is_better_on_every_seed_is_called_better_by_how_much_and_on_what_it_rests() -> None:
    ranking = rank(
        [
            configuration(0, 0.900, 0.910, 0.905),
            configuration(1, 0.930, 0.940, 0.936),
            *(configuration(number, 0.90 + 0.002 * number) for number in range(2, 8)),
        ]
    )
    assert ranking.best.number == 1
    said = ranking.verdict(METRIC)
    assert said.startswith("trial 1 is better than the paper's weights by +")
    assert "3 seeds, paired)" in said
    assert said.endswith("it is the best of 8 configurations")


def test_what_was_never_repeated_beside_trials_that_were_stopped_is_not_called_worse() -> None:
    ranking = rank(
        [
            configuration(0, 0.95, 0.951, 0.949),
            configuration(1, 0.80, 0.81, 0.80),
            configuration(2, 0.99),
            configuration(3, 0.2, state="PRUNED"),
        ]
    )
    assert ranking.verdict(METRIC) == (
        "the paper's weights are better than all 1 that were compared with them, of 4 configurations (2 seeds, paired)"
    )


def test_weights_of_the_paper_without_a_repeat_win_over_nothing_that_has_one() -> None:
    """A trial was stopped early, so only repeats count, and the paper's weights have none."""
    ranking = rank(
        [
            configuration(0, 0.5),
            configuration(1, 0.9, 0.91, 0.9),
            configuration(2, 0.6, 0.61, 0.6),
            configuration(3, 0.2, state="PRUNED"),
        ]
    )
    assert ranking.best.number == 1
    assert ranking.verdict(METRIC) == (
        "trial 1 is the likely best; the paper's weights have no second seed yet, so they cannot be compared"
    )


def test_the_luckiest_of_many_equal_ones_is_no_winner() -> None:
    """Its first seed gives 0.95, and two more show that this was luck."""
    ranking = rank(
        [
            configuration(0, 0.90, 0.91, 0.90),
            configuration(1, 0.95, 0.89, 0.91),
            *(configuration(number, 0.90 + 0.004 * (number % 3)) for number in range(2, 8)),
        ]
    )
    assert ranking.best.number == 0, "a difference that is not shown leaves the paper's weights first"
    said = ranking.verdict(METRIC)
    assert said.startswith("no difference shown between ")
    assert said.endswith("more seeds, not more trials, would tell")


def test_searches_without_any_difference_seldom_celebrate_a_winner() -> None:
    """Twelve equal configurations; the leader and the paper's weights are raced up to four seeds."""
    celebrated = 0
    for number in range(100):
        random = np.random.default_rng(number)
        scores = random.normal(0.9, 0.01, (12, 4)) + random.normal(0, 0.005, 4)
        leaders = np.argsort(-scores[:, 0])[:3]
        seeds = [4 if row == 0 or row in leaders else 1 for row in range(12)]
        ranking = rank(configuration(row, *scores[row, : seeds[row]]) for row in range(12))
        celebrated += " is better than " in ranking.verdict(METRIC)
    assert celebrated <= 5


def test_the_papers_weights_can_be_shown_to_be_the_best() -> None:
    ranking = rank([configuration(0, 0.95, 0.951, 0.949), configuration(1, 0.80, 0.81), configuration(2, 0.70)])
    assert ranking.verdict(METRIC) == (
        "the paper's weights are better than all other 2 configurations (3 seeds, paired)"
    )


def test_one_shared_seed_shows_nothing() -> None:
    ranking = rank([configuration(0, 0.5), configuration(1, 0.9, 0.91, 0.9), configuration(2, 0.6, 0.61)])
    assert ranking.best.number == 1
    said = ranking.verdict(METRIC)
    assert said.startswith("no difference shown between trial 1 and the paper's weights: the lead of +")
    assert said.endswith("rests on the seed that selected trial 1; more seeds, not more trials, would tell")


def test_one_configuration_has_nothing_to_be_compared_with() -> None:
    assert "nothing to compare it with" in rank([configuration(0, 0.9)]).verdict(METRIC)


def test_without_the_papers_weights_the_likely_best_is_named() -> None:
    ranking = rank([configuration(3, 0.9, 0.91), configuration(4, 0.8, 0.81)])
    assert "no second seed yet" in ranking.verdict(METRIC)


def test_a_training_that_is_not_whole_does_not_count_beside_whole_ones() -> None:
    whole = Training(1, 11, "COMPLETE", 0.9)
    begun = Training(2, 12, "RUNNING", 0.3)
    assert Configuration((whole, begun)).scores == {11: 0.9}
    ranking = rank([Configuration((whole, begun)), configuration(5, 0.95, state="PRUNED")])
    assert [each.expected for each in ranking.configurations] == [0.95, 0.9]


def test_once_luck_is_known_stopped_and_failed_ones_come_last() -> None:
    failed = Configuration((Training(4, 0, "COMPLETE", 0.97), Training(104, 1, "FAIL", 0.97)))
    stopped = configuration(5, 0.99, state="PRUNED")
    others = [configuration(0, 0.9, 0.9, 0.9), configuration(1, 0.91, 0.91, 0.92)]
    assert numbers(rank([failed, stopped, *others]))[2:] == [5, 4]
    assert numbers(rank([configuration(0, 0.9), stopped])) == [5, 0]


def test_failed_trials_have_no_place() -> None:
    assert not rank([configuration(0, 0.9, state="FAIL")])
    assert numbers(rank([configuration(0, 0.9, state="FAIL"), configuration(1, 0.5)])) == [1]


def record(number: int, seed: int, score: float, repeat_of: int | None = None) -> TrialRecord:
    settings = {"method": "lstnet", "w1": float(number if repeat_of is None else repeat_of), "seed": seed}
    report = ReportRecord(10, 1.0, {METRIC: score})
    return TrialRecord(number, "COMPLETE", settings, [report], seed=seed, repeat_of=repeat_of)


def test_records_and_tables_give_the_same_configurations() -> None:
    records = [record(0, 7, 0.9), record(1, 7, 0.8), record(2, 8, 0.92, repeat_of=0), record(3, 8, 0.7, repeat_of=1)]
    of_records = configurations_of(records, METRIC)
    assert [[each.trial for each in one.trainings] for one in of_records] == [[0, 2], [1, 3]]
    trials = trials_table(records, METRIC)
    scores = trials.set_index("trial")[f"best/{METRIC}"]
    assert configurations_in(trials, scores) == of_records
    assert len(configurations_in(trials.drop(columns="repeat_of"), scores)) == 4, "an earlier version's table"


def test_the_tables_tell_what_is_likely() -> None:
    records = [record(0, 7, 0.9), record(1, 7, 0.8), record(2, 8, 0.92, repeat_of=0), record(3, 8, 0.7, repeat_of=1)]
    trials, ranking = trials_table(records, METRIC), rank(configurations_of(records, METRIC))
    by_trial = with_expectations(trials, ranking).set_index("trial")
    assert by_trial["repeat_of"].isna().tolist() == [True, True, False, False]
    assert by_trial.loc[0, "expected"] == by_trial.loc[2, "expected"]
    assert by_trial["seeds"].tolist() == [2, 2, 2, 2]
    table = configurations_table(trials, ranking)
    assert table["configuration"].tolist() == [0, 1]
    assert table["best_trial"].tolist() == [2, 1]
    assert table["config/w1"].tolist() == [0, 1]
    assert "config/seed" not in table
    assert ((table["expected_low"] < table["expected"]) & (table["expected"] < table["expected_high"])).all()
    assert table["probability_best"].sum() == pytest.approx(1)


def test_tables_without_trials_are_empty() -> None:
    trials, ranking = trials_table([], METRIC), rank([])
    assert with_expectations(trials, ranking).empty
    assert configurations_table(trials, ranking).empty
    assert isinstance(configurations_table(trials, ranking), pd.DataFrame)


def test_trainings_are_grouped_in_the_order_of_their_trials() -> None:
    grouped = group([(0, Training(5, 1, "COMPLETE", 0.5)), (0, Training(0, 0, "COMPLETE", 0.4))])
    assert [each.trial for each in grouped[0].trainings] == [0, 5]


def test_where_trials_were_stopped_early_only_repeats_are_compared() -> None:
    """The first scores of trials that were not stopped are lucky: 2 points above those with other seeds."""
    others = [(0.90, 0.91), (0.91, 0.90), (0.895, 0.905)]
    lucky = [configuration(number, 0.92 + 0.001 * number, *others[number - 1]) for number in range(1, 4)]
    once = [configuration(number, 0.93) for number in range(4, 9)]
    paper = configuration(0, 0.90, 0.90, 0.90)
    stopped = [configuration(number, 0.85, state="PRUNED") for number in range(9, 20)]
    ranking = rank([paper, *lucky, *once, *stopped])
    assert ranking.best.number == 0
    assert numbers(ranking)[:4] != [0, 4, 5, 6], "what was not repeated comes after what was"
    assert max(each.expected for each in ranking.configurations[:4]) < 0.91
    assert rank([paper, *lucky, *once]).best.expected > 0.915


def test_what_the_first_seed_alone_says_is_no_gain() -> None:
    ranking = rank([configuration(0, 0.90, 0.90, 0.91), configuration(1, 0.99, 0.90, 0.91), configuration(2, 0.9)])
    assert " is better than " not in ranking.verdict(METRIC)


def test_equal_scores_show_no_difference() -> None:
    ranking = rank([configuration(number, 0.25, 0.25, 0.25) for number in range(4)])
    assert [each.probability_best for each in ranking.configurations] == [0.25] * 4
    assert ranking.verdict(METRIC).startswith("no difference shown between the 4 configurations")


def test_beside_trials_that_were_stopped_only_those_with_repeats_are_said_to_be_alike() -> None:
    ranking = rank(
        [
            configuration(0, 0.90, 0.91, 0.90, 0.92),
            configuration(1, 0.91, 0.90, 0.92, 0.91),
            configuration(2, 0.2, state="PRUNED"),
        ]
    )
    assert ranking.verdict(METRIC).startswith(
        "no difference shown between the 2 configurations that were compared, of 3,"
    )
