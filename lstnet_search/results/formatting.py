"""Formats numbers and weights as text for users."""

from collections.abc import Mapping, Sequence
from typing import Any

from lstnet_search.config import METHODS
from lstnet_search.config.metrics import TARGET, accuracy_name, swapped_name


def duration(seconds: float) -> str:
    """A duration, rounded: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def size(count: float) -> str:
    """A number of bytes: 850 kB, 12 MB, 3.4 GB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"


def weights(settings: Mapping[str, Any]) -> str:
    """Weights in the paper's order with three digits each; the final ones if a schedule changes them.

    Args:
        settings: Complete settings of a training, or weights alone.
    """
    names = METHODS[settings["method"]].weight_names if "method" in settings else tuple(settings)
    last, since = final_weights(settings)
    return " ".join(f"{last[name]:.3g}" for name in names) + since


def final_weights(settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The settings with their final weights, and ` since step N` as text, or "" if no schedule changes them."""
    last, since = dict(settings), ""
    for change in settings.get("schedule", ()):
        last |= change["weights"]
        since = f" since step {change['step']}"
    return last, since


def weights_heading(method: str) -> str:
    """The names of the weights that `weights` prints, or a dash for a method that has none."""
    return " ".join(METHODS[method].weight_names) or "–"


EXCLUDES_NOTHING = 0.5
"""An interval of shares with half this width or more excludes nothing. Two seeds a few points apart can give one."""


def mean_with_half_width(mean: float | None, half: float | None) -> str:
    """A mean share ± half of its 95 % interval, such as `95.30 ± 0.50 %`; the mean alone if that excludes nothing."""
    if mean is None or half is None or half >= EXCLUDES_NOTHING:
        return percent(mean)
    return f"{100 * mean:.2f} ± {100 * half:.2f} %"


def swap_sentence(metrics: Mapping[Any, Any]) -> str:
    """How many classes each direction swaps, from a report or a row of `trials.parquet`; empty if none are swapped."""
    name = swapped_name("")
    swapped = {
        str(key).partition(name)[2]: value
        for key, value in metrics.items()
        if str(key).removeprefix("best/").startswith(name) and value > 0
    }
    return "; ".join(f"{value:.0f} classes swapped in {direction}" for direction, value in swapped.items())


def shown(metric: str, value: float | None) -> str:
    """The value of a metric: a share in per cent, others with four digits, a dash for None."""
    if value is None or is_share(metric):
        return percent(value)
    return f"{value:.4g}"


def difference(metric: str, value: float) -> str:
    """A difference of a metric with its sign: a share in percentage points, others with four digits."""
    return f"{100 * value:+.2f}" if is_share(metric) else f"{value:+.4g}"


def difference_with_interval(metric: str, mean: float | None, interval: Sequence[float] | None) -> str:
    """A mean difference with its 95 % interval, as far as they are known."""
    if mean is None:
        return "–"
    shown_mean = difference(metric, mean)
    if interval is None:
        return shown_mean
    low, high = (difference(metric, end) for end in interval)
    return f"{shown_mean} ({low} to {high})"


def is_share(metric: str) -> bool:
    """Whether a metric is a share, which is printed in per cent."""
    return metric.startswith(_SHARES)


_SHARES = (TARGET, accuracy_name(""), "round_trip", "agreement", "permuted_share", "latent_probe", "discriminator_")

STATES = {"COMPLETE": "completed", "PRUNED": "stopped early", "FAIL": "failed", "RUNNING": "unfinished"}
"""State of a trial -> how users read it."""

LEAST_P = 0.001
"""A smaller p is printed as below this bound."""


def p_value(p: float | None) -> str:
    """A p with three decimals, or a dash for None."""
    return "–" if p is None else f"< {LEAST_P}" if p < LEAST_P else f"{p:.3f}"


def percent(share: float | None) -> str:
    """A share in per cent with two decimals, or a dash for None."""
    return "–" if share is None else f"{100 * share:.2f} %"
