"""What a few seeds say of a mean: intervals of Student's t, paired tests, Holm's correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Literal

from scipy.stats import t

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05

Verdict = Literal["better", "worse", "no difference shown"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """Some values, summed up.

    Attributes:
        count: of the values.
        mean: None of no value.
        standard_deviation: of the sample, n - 1 in its denominator; None of fewer than two values.
        interval: 95 % interval of the mean by Student's t; None of fewer than two values.
    """

    count: int
    mean: float | None
    standard_deviation: float | None
    interval: Interval | None

    @property
    def half_width(self) -> float | None:
        """Of the interval."""
        return None if self.interval is None else (self.interval[1] - self.interval[0]) / 2


@dataclass(frozen=True)
class Comparison:
    """Differences of pairs, and what they show.

    Attributes:
        differences: summed up; the first of a pair less the second.
        p: of the two-sided paired t-test; None of fewer than two pairs. Where all differences are
            the same it is 0, or 1 if that is none.
        p_holm: the same, corrected for the other tests of its family; None where nothing is corrected.
    """

    differences: Sample
    p: float | None
    p_holm: float | None = None

    @property
    def verdict(self) -> Verdict:
        """By the corrected p where there is one, at 5 %."""
        p = self.p if self.p_holm is None else self.p_holm
        mean = self.differences.mean
        if p is None or mean is None or p >= SIGNIFICANCE:
            return "no difference shown"
        return "better" if mean > 0 else "worse"


def summed_up(values: Sequence[float]) -> Sample:
    """Mean, standard deviation and interval of the mean."""
    count = len(values)
    if count < 2:
        return Sample(count, values[0] if values else None, None, None)
    mean, deviation = fmean(values), stdev(values)
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * deviation / sqrt(count)
    return Sample(count, mean, deviation, (mean - half, mean + half))


def compared(first: Mapping[int, float], second: Mapping[int, float]) -> Comparison:
    """Values of two candidates, paired by their keys; those that only one has are left out.

    Args:
        first: values by seed.
        second: values by seed.
    """
    differences = summed_up([value - second[seed] for seed, value in first.items() if seed in second])
    return Comparison(differences, _paired_p(differences))


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p corrected for there being so many tests (Holm 1979), in the order given."""
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = largest
    return corrected


def _paired_p(differences: Sample) -> float | None:
    mean, deviation = differences.mean, differences.standard_deviation
    if mean is None or deviation is None:
        return None
    if deviation == 0:  # where the statistic is no number, or infinite
        return 0.0 if mean else 1.0
    statistic = abs(mean) / (deviation / sqrt(differences.count))
    return float(2 * t.sf(statistic, differences.count - 1))
