"""What a few seeds say about a mean: Student's t intervals, paired tests, Holm's correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Literal
from warnings import catch_warnings, filterwarnings

from scipy.stats import ttest_1samp

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05

Outcome = Literal["better", "worse", "no difference shown"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """A summary of some values.

    Attributes:
        count: How many values there are.
        mean: Their mean, or None without a value.
        standard_deviation: Their sample standard deviation (n - 1 in the denominator), or None for fewer than two.
        interval: The 95 % interval of the mean by Student's t, or None for fewer than two.
    """

    count: int
    mean: float | None
    standard_deviation: float | None
    interval: Interval | None

    @property
    def half_width(self) -> float | None:
        """Half of the width of the interval."""
        return None if self.interval is None else (self.interval[1] - self.interval[0]) / 2


@dataclass(frozen=True)
class Comparison:
    """Differences of pairs, and what they show.

    Attributes:
        differences: The first value of each pair minus the second.
        p: The p-value of the two-sided paired t-test, or None for fewer than two pairs. If all differences are equal,
            it is 1 if they are zero and 0 if they are not.
        p_holm: The p-value after correction for the other tests of its family, or None if nothing is corrected.
    """

    differences: Sample
    p: float | None
    p_holm: float | None = None

    @property
    def verdict(self) -> Outcome:
        """The outcome at the 5 % level, by the corrected p-value if there is one."""
        p = self.p if self.p_holm is None else self.p_holm
        mean = self.differences.mean
        if p is None or mean is None or p >= SIGNIFICANCE:
            return "no difference shown"
        return "better" if mean > 0 else "worse"


def summarize(values: Sequence[float]) -> Sample:
    """Mean, standard deviation and interval of the mean."""
    if len(values) < 2:
        return Sample(len(values), values[0] if values else None, None, None)
    mean, deviation = fmean(values), stdev(values)
    if deviation == 0:  # scipy's interval would be NaN
        return Sample(len(values), mean, deviation, (mean, mean))
    interval = _t_test(values).confidence_interval(CONFIDENCE)
    return Sample(len(values), mean, deviation, (float(interval.low), float(interval.high)))


def compare_pairs(first: Mapping[int, float], second: Mapping[int, float]) -> Comparison:
    """Compare two candidates whose values are paired by seed. A seed that only one of them has is left out.

    Args:
        first: Values by seed.
        second: Values by seed.
    """
    differences = [value - second[seed] for seed, value in first.items() if seed in second]
    sample = summarize(differences)
    if sample.standard_deviation is None:
        p = None
    elif sample.standard_deviation == 0:  # the statistic would be infinite or NaN
        p = 0.0 if sample.mean else 1.0
    else:
        p = float(_t_test(differences).pvalue)
    return Comparison(sample, p)


def _t_test(values: Sequence[float]) -> Any:
    with catch_warnings():  # equal differences of accuracies often vary in their last digit alone
        filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        return ttest_1samp(values, 0.0)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for the number of tests (Holm 1979); the order stays."""
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
