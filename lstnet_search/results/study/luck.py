"""How much of a score is luck: an empirical Bayes model of configurations that were trained with several seeds.

The score of a configuration c with a seed i is m + u_c + b_i + e: the mean of all configurations, what c's settings are
worth, what the seed is worth to every configuration alike, and luck. u, b and e are normal with unknown variances. The
ratios of the variances are integrated over a grid, with half-Cauchy priors on the ratios of standard deviations (Gelman
2006). The model compares configurations in pairs on the seeds that they share, and shrinks the best of many towards the
mean of all (Efron & Morris 1975).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_CONFIG_RATIOS = np.tan(np.pi / 2 * (np.arange(24) + 0.5) / 24) ** 2
"""Variance between configurations divided by the variance of luck."""
_SEED_RATIOS = np.tan(np.pi / 2 * (np.arange(12) + 0.5) / 12) ** 2
"""Variance between seeds divided by the variance of luck."""
_DRAWS = 4000
_COMPARED = 64
"""Configurations that are compared with each other: those with the highest expected scores."""
_NEAR = 3.0
"""Configurations this many standard deviations below the median say nothing about those near the best."""


@dataclass(frozen=True)
class Luck:
    """What the scores of C configurations tell about their expected scores.

    Attributes:
        expected: expected score of each configuration, (C,).
        deviation: standard deviation of that expectation, (C,).
        noise: standard deviation of a score between seeds.
        compared: indices of the configurations that are compared, (K,).
        draws: draws of their expected scores from the posterior, (D, K).
    """

    expected: np.ndarray
    deviation: np.ndarray
    noise: float
    compared: np.ndarray
    draws: np.ndarray

    @cached_property
    def probability_best(self) -> np.ndarray:
        """Probability that each configuration is the best of all, (C,); 0 for those that are not compared."""
        highest = self.draws == self.draws.max(axis=1, keepdims=True)  # several, if all scores are equal
        probability = np.zeros(len(self.expected))
        probability[self.compared] = (highest / highest.sum(axis=1, keepdims=True)).mean(axis=0)
        return probability

    def difference(self, one: int, other: int) -> np.ndarray:
        """Draws of the difference between the expected scores of two configurations that are compared, (D,)."""
        difference: np.ndarray = self._draws_of(one) - self._draws_of(other)
        return difference

    def probability_better(self, than: int) -> np.ndarray:
        """Probability that each configuration is better than one that is compared, (C,)."""
        probability = np.zeros(len(self.expected))
        difference = self.draws - self._draws_of(than)[:, None]
        probability[self.compared] = ((difference > 0) + 0.5 * (difference == 0)).mean(axis=0)
        return probability

    def _draws_of(self, index: int) -> np.ndarray:
        (position,) = np.flatnonzero(self.compared == index)
        return np.asarray(self.draws[:, position])


def luck(scores: np.ndarray, compared: int = _COMPARED, draws: int = _DRAWS) -> Luck | None:
    """What the scores of configurations tell.

    Args:
        scores: score of each configuration with each seed, NaN where it was not trained, (C, R). Each configuration
            has at least one. The first is always compared with the others.
        compared: how many configurations to compare.
        draws: number of draws from the posterior. The same scores always give the same draws.

    Returns:
        None if nothing can be told, because fewer than two scores are repeats: no spread between seeds is known.
    """
    known = ~np.isnan(scores)
    counts = known.sum(axis=1)
    if (counts - 1).sum() < 2:
        return None
    centre = float(np.nanmean(scores))
    values = np.where(known, scores - centre, 0.0)
    totals = values.sum(axis=1)
    near = _near_the_best(totals / counts)
    grid = _Grid(values[near], known[near])

    # The expected score of a configuration is linear in its total, and the same for all that have the same seeds.
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    pattern_of = pattern_of.reshape(-1)
    seeds_of = patterns.sum(axis=1)
    expected, variance = np.empty(len(scores)), np.empty(len(scores))
    for flat in (True, False):  # no shrinkage for configurations that are far below the best
        rows = near != flat
        prior = np.zeros_like(grid.mean) if flat else grid.mean
        factor = np.broadcast_to(1 / seeds_of, (len(grid.mean), len(seeds_of))) if flat else grid.shrinkage(seeds_of)
        shift = prior[:, None] - factor * (seeds_of * prior[:, None] + grid.seed_means @ patterns.T)  # (G, P)
        by_point = shift[:, pattern_of[rows]] + factor[:, pattern_of[rows]] * totals[rows]
        expected[rows] = grid.weights @ by_point
        spread = factor + factor**2 * np.einsum("pr,grs,ps->gp", patterns, grid.seed_covariances, patterns)
        within = grid.weights @ (grid.variances[:, None] * spread[:, pattern_of[rows]])
        variance[rows] = within + grid.weights @ (by_point - expected[rows]) ** 2

    chosen = np.union1d([0], np.argsort(-expected, kind="stable")[: max(1, compared - 1)])
    drawn = grid.draw(values[chosen], known[chosen], near[chosen], draws)
    noise = float(np.sqrt(grid.weights @ grid.variances))
    return Luck(expected + centre, np.sqrt(variance), noise, chosen, drawn + centre)


def _near_the_best(means: np.ndarray) -> np.ndarray:
    """Which configurations are near enough to the best to show how much good ones differ, (C,)."""
    median = np.median(means)
    spread = 1.4826 * np.median(means[means >= median] - median)  # of the upper half: poor settings have no limit
    return np.asarray(means >= median - _NEAR * spread)


class _Grid:
    """The posterior over the ratios of variances, a point for each pair of ratios (G in all)."""

    def __init__(self, values: np.ndarray, known: np.ndarray) -> None:
        """Weigh the points by the restricted likelihood of scores with mean 0, (N, R)."""
        patterns, pattern_of, sizes = np.unique(known, axis=0, return_inverse=True, return_counts=True)
        pattern_of = pattern_of.reshape(-1)
        totals = values.sum(axis=1)
        number = known.sum()
        sums = np.bincount(pattern_of, totals, len(sizes))
        squares = np.bincount(pattern_of, totals**2, len(sizes))
        seeds_of, seen = patterns.sum(axis=1), patterns.astype(float)
        of_seed, sum_of_squares = values.sum(axis=0), (values**2).sum()

        self.ratios = np.repeat(_CONFIG_RATIOS, len(_SEED_RATIOS))
        seed_ratios = np.tile(_SEED_RATIOS, len(_CONFIG_RATIOS))
        # With W = I + r 11' of a configuration's scores, 1/W = I - s 11'.
        shrunken = self.shrinkage(seeds_of)  # s, (G, P)
        left = 1 - shrunken * seeds_of
        identity = np.eye(known.shape[1])
        seeds = (sizes @ seen) * identity - np.einsum("gp,pr,ps->grs", shrunken * sizes, seen, seen)
        ones = (left * sizes) @ seen
        seen_values = of_seed - (shrunken * sums) @ seen
        self.seed_covariances = np.linalg.inv(seeds + identity / seed_ratios[:, None, None])

        def form(plain: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
            result: np.ndarray = plain - np.einsum("gr,grs,gs->g", one, self.seed_covariances, other)
            return result

        one_one = form((left * sizes) @ seeds_of, ones, ones)
        one_value = form(left @ sums, ones, seen_values)
        value_value = form(sum_of_squares - shrunken @ squares, seen_values, seen_values)
        self.mean = one_value / one_one
        residual = np.maximum(value_value - one_value**2 / one_one, 1e-300)
        determinant = np.log1p(self.ratios[:, None] * seeds_of) @ sizes
        determinant += np.linalg.slogdet(identity + seed_ratios[:, None, None] * seeds)[1]
        likelihood = -((number - 1) * np.log(residual) + determinant + np.log(one_one)) / 2
        weights = np.exp(likelihood - likelihood.max())
        self.weights = weights / weights.sum()
        self.seed_means = np.einsum("grs,gs->gr", self.seed_covariances, seen_values - ones * self.mean[:, None])
        self._freedom = max(int(number) - 1, 3)
        self._residual = residual
        self.variances = residual / (self._freedom - 2)
        """Expected variance of luck at each point, (G,)."""

    def shrinkage(self, seeds: np.ndarray) -> np.ndarray:
        """The factor of the sum of a configuration's deviations, by its number of seeds, (G, P)."""
        ratios = self.ratios[:, None]
        return np.asarray(ratios / (1 + ratios * seeds))

    def draw(self, values: np.ndarray, known: np.ndarray, near: np.ndarray, draws: int) -> np.ndarray:
        """Draws of the expected scores of configurations, (draws, N)."""
        random = np.random.default_rng(0)
        seeds, totals = known.sum(axis=1), values.sum(axis=1)
        drawn = []
        for point, count in enumerate(random.multinomial(draws, self.weights)):
            if not count:
                continue
            variances = self._residual[point] / random.chisquare(self._freedom, count)
            root = np.linalg.cholesky(self.seed_covariances[point])
            normal = random.standard_normal((count, known.shape[1])) @ root.T
            of_seeds = self.seed_means[point] + np.sqrt(variances)[:, None] * normal
            factor = np.where(near, self.shrinkage(seeds)[point], 1 / seeds)
            prior = np.where(near, self.mean[point], 0.0)
            means = prior + factor * (totals - seeds * prior - of_seeds @ known.T)
            noise = random.standard_normal(means.shape) * np.sqrt(variances[:, None] * factor)
            drawn.append(means + noise)
        return np.concatenate(drawn)
