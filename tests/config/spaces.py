"""Valid spaces for property tests, and draws from them."""

from typing import Any

from hypothesis import strategies as st

from lstnet_search.config import Choice, LogUniform, QUniform, RandInt, Range, Space


def uniform(low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"type": "uniform", "low": low, "high": high, **more}


def loguniform(low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"type": "loguniform", "low": low, "high": high, **more}


INTERVALS = st.tuples(
    st.sampled_from(["uniform", "loguniform"]), st.floats(1e-6, 0.4, exclude_max=True), st.floats(0.4, 0.9)
).map(lambda parts: uniform(parts[1], parts[2]) | {"type": parts[0]})
STEPS = st.integers(1, 8).map(lambda n: {"type": "quniform", "low": 0.1, "high": round(0.1 + n / 10, 1), "step": 0.1})
WHOLE = st.tuples(st.integers(2, 9), st.integers(10, 99)).map(
    lambda ends: {"type": "randint", "low": ends[0], "high": ends[1]}
)
CHOICES = st.lists(st.floats(1e-6, 0.9), min_size=1, max_size=4, unique=True).map(
    lambda values: {"type": "choice", "values": values}
)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """A space with ranges and some of the relations that settings can have: ratios, ties, conditions, a simplex."""
    content: dict[str, Any] = {
        "latent_stride": {"type": "choice", "values": [1, 3]},
        "batch_size": draw(WHOLE),
        "learning_rate": draw(INTERVALS),
        "scale": draw(STEPS | CHOICES | st.floats(0.01, 0.9)),
        "w3": draw(INTERVALS | st.floats(0.01, 100)),
    }
    if draw(st.booleans()):
        content["w1"] = draw(INTERVALS) | {"ratio_of": "w3"}
        content["w2"] = {"tie": "w1"}
    if draw(st.booleans()):
        content["ema_decay"] = draw(INTERVALS) | {"when": {"latent_stride": 3}}
    if draw(st.booleans()):
        content["simplex"] = {
            "of": draw(st.permutations(["w4", "w5", "w6", "wl"]))[: draw(st.integers(2, 4))],
            "sum": draw(st.floats(0.1, 1000)),
        }
    left_out = draw(st.sets(st.sampled_from(["batch_size", "learning_rate", "scale"])))
    return Space.parse({name: line for name, line in content.items() if name not in left_out}, "mine.yaml")


SPACES = spaces()


def draw_at(space: Space, share: float) -> dict[str, Any]:
    """The draw that lies at the same position in every range, from 0 at its beginning to 1 at its end."""

    def suggest(name: str, bounds: Range) -> Any:
        match bounds:
            case Choice():
                return bounds.values[min(int(share * len(bounds.values)), len(bounds.values) - 1)]
            case RandInt():
                return min(int(bounds.low + share * (bounds.high - bounds.low)), bounds.high - 1)
            case QUniform():
                return bounds.low + round(share * (bounds.high - bounds.low) / bounds.step) * bounds.step
            case LogUniform():
                return min(max(bounds.low * (bounds.high / bounds.low) ** share, bounds.low), bounds.high)
            case _:
                return min(bounds.low + share * (bounds.high - bounds.low), bounds.high)

    return space.draw(suggest)
