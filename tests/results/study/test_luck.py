"""What scores with several seeds tell: against a textbook's formulas, and on made-up searches."""

import numpy as np
import pytest

from lstnet_search.results.study.luck import Luck, luck

NAN = float("nan")


def judged(scores: np.ndarray) -> Luck:
    found = luck(scores)
    assert found is not None
    return found


def made_up(
    random: np.random.Generator, values: np.ndarray, noise: float, seeds: int, seed_effect: float = 0.0
) -> np.ndarray:
    """Scores of configurations with these values, each with all seeds."""
    effects = random.normal(0, seed_effect, seeds) if seed_effect else np.zeros(seeds)
    return values[:, None] + effects + random.normal(0, noise, (len(values), seeds))


def test_one_score_each_or_one_repeat_tells_nothing() -> None:
    assert luck(np.array([[0.9], [0.8]])) is None
    assert luck(np.array([[0.9, 0.8], [0.8, NAN]])) is None
    assert luck(np.array([[0.9, 0.8], [0.8, 0.9]])) is not None


def test_an_expectation_lies_between_the_mean_of_its_scores_and_the_mean_of_all() -> None:
    random = np.random.default_rng(0)
    scores = made_up(random, random.normal(0.9, 0.01, 20), noise=0.01, seeds=2)
    found = judged(scores)
    means = scores.mean(axis=1)
    between = (found.expected - means.mean()) / (means - means.mean())
    assert (between > 0.2).all()
    assert (between < 1).all()


def test_with_equal_seeds_and_known_variances_the_shrinkage_is_that_of_the_normal_model() -> None:
    random = np.random.default_rng(1)
    scores = made_up(random, random.normal(0.9, 0.02, 300), noise=0.01, seeds=3)
    found = judged(scores)
    assert found.noise == pytest.approx(0.01, rel=0.1)
    kept = 0.02**2 / (0.02**2 + 0.01**2 / 3)
    means = scores.mean(axis=1)
    expected = means.mean() + kept * (means - means.mean())
    near = means > np.median(means) - 0.04
    assert found.expected[near] == pytest.approx(expected[near], abs=0.001)


def test_what_a_seed_is_worth_to_all_is_no_luck() -> None:
    """A seed adds or takes about a point from all configurations, which cancels when they are compared in pairs."""
    random = np.random.default_rng(2)
    values = np.array([0.80, 0.81, 0.78, 0.77])
    scores = made_up(random, values, noise=0.001, seeds=4, seed_effect=0.01)
    found = judged(scores)
    assert found.noise < 0.002
    low, high = np.quantile(found.difference(1, 0), (0.025, 0.975))
    assert 0.005 < low < 0.01 < high < 0.015


def test_a_configuration_with_the_lucky_seed_alone_is_not_the_best() -> None:
    """Seed 0 is worth 5 points more: the configuration that has it alone has the highest mean and the lowest value."""
    both = np.array([[0.95, 0.90], [0.951, 0.899], [0.949, 0.901]])
    alone = np.array([[0.93, NAN]])
    found = judged(np.vstack([both, alone]))
    assert found.expected[3] < found.expected[:3].min()
    assert found.probability_best[3] < 0.1


def test_poor_configurations_do_not_make_the_differences_between_the_good_ones_look_real() -> None:
    """A few configurations at chance level are no reason to believe in differences near the top."""
    random = np.random.default_rng(3)
    good = made_up(random, np.full(12, 0.95), noise=0.01, seeds=2)
    poor = np.array([[0.2, NAN], [0.1, NAN], [0.3, NAN]])
    found = judged(np.vstack([good, poor]))
    alone = judged(good)
    assert found.expected[:12] == pytest.approx(alone.expected, abs=0.003)
    assert found.expected[12:] == pytest.approx([0.2, 0.1, 0.3], abs=0.02), "and they are not drawn to the others"


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = []
    for number in range(60):
        random = np.random.default_rng(number)
        values = random.normal(0.9, 0.01, 10)
        scores = made_up(random, values, noise=0.008, seeds=3, seed_effect=0.005)
        scores[4:, 1:] = NAN  # most have one seed
        found = judged(scores)
        centred = found.expected - found.expected.mean(), values - values.mean()  # which cancels the effect of seeds
        inside += (np.abs(centred[0] - centred[1]) < 1.96 * found.deviation).tolist()
    assert 0.92 < np.mean(inside) < 0.995


def test_the_same_scores_give_the_same_draws() -> None:
    scores = made_up(np.random.default_rng(4), np.linspace(0.8, 0.9, 5), noise=0.01, seeds=2)
    assert (judged(scores).draws == judged(scores).draws).all()


def test_only_the_likely_best_and_the_first_are_compared() -> None:
    scores = made_up(np.random.default_rng(5), np.linspace(0.5, 0.9, 100), noise=0.001, seeds=2)
    found = luck(scores, compared=4)
    assert found is not None
    assert found.compared.tolist() == [0, 97, 98, 99]
    assert found.probability_best[[0, 50]].tolist() == [0, 0]
    assert found.probability_best.sum() == pytest.approx(1)
