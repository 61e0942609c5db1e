"""Numbers and weights as a terminal line has them."""

from collections.abc import Mapping
from typing import Any

from lstnet_search.config import METHODS
from lstnet_search.config.metrics import TARGET, accuracy_name


def duration(seconds: float) -> str:
    """Rounded for people: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
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
    """Bytes for people: 850 kB, 12 MB, 3.4 GB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"


def weights(settings: Mapping[str, Any]) -> str:
    """Weights in the paper's order, three digits each, separated by spaces; of a schedule its last ones.

    Args:
        settings: complete, or weights alone.
    """
    names = METHODS[settings["method"]].weight_names if "method" in settings else tuple(settings)
    last, since = dict(settings), ""
    for change in settings.get("schedule", ()):
        last |= change["weights"]
        since = f" since step {change['step']}"
    return " ".join(f"{last[name]:.3g}" for name in names) + since


def weights_heading(method: str) -> str:
    """What `weights` gives, by name; a dash for a method without."""
    return " ".join(METHODS[method].weight_names) or "–"


def shown(metric: str, value: float | None) -> str:
    """A metric's value: per cent of what is a share, else four digits; a dash where there is none."""
    if value is None or is_share(metric):
        return percent(value)
    return f"{value:.4g}"


def difference(metric: str, value: float) -> str:
    """How much a metric differs, with its sign: in points of a per cent of what is a share, else four digits."""
    return f"{100 * value:+.2f}" if is_share(metric) else f"{value:+.4g}"


def is_share(metric: str) -> bool:
    """Whether a metric is a share, which is shown in per cent."""
    return metric.startswith(_SHARES)


_SHARES = (TARGET, accuracy_name(""), "round_trip", "agreement", "permuted_share", "latent_probe", "discriminator_")

STATES = {"COMPLETE": "completed", "PRUNED": "stopped early", "FAIL": "failed", "RUNNING": "unfinished"}
"""How a trial ended, in words."""


LEAST_P = 0.001
"""Smaller ones are not told apart."""


def p_value(p: float | None) -> str:
    """A p with three decimals; a dash where there is none."""
    return "–" if p is None else f"< {LEAST_P}" if p < LEAST_P else f"{p:.3f}"


def percent(share: float | None) -> str:
    """A share as per cent with two decimals; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.2f} %"
