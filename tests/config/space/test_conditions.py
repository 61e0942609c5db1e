"""Settings that are searched only if a choice has certain values."""

from typing import Any

import pytest

from lstnet_search.config import Space, TrialConfig
from lstnet_search.errors import InputError

from ..spaces import uniform  # noqa: TID252 (pytest's importlib mode has no absolute name for it)

STRIDE = {"type": "choice", "values": [1, 3]}


def test_a_conditional_setting_is_drawn_only_if_its_condition_holds() -> None:
    space = Space.parse(
        {"wl": uniform(0, 9, when={"latent_stride": 3}), "w1": {"tie": "wl"}, "latent_stride": STRIDE}, "mine.yaml"
    )
    assert list(space.parameters) == ["latent_stride", "wl"]

    def draw(stride: int) -> dict[str, Any]:
        return space.draw(lambda name, bounds: stride if name == "latent_stride" else 4.0)

    assert draw(3) == {"latent_stride": 3, "wl": 4.0}
    assert space.complete(draw(3)) == {"latent_stride": 3, "wl": 4.0, "w1": 4.0}
    assert draw(1) == {"latent_stride": 1}
    assert space.complete(draw(1)) == {"latent_stride": 1}  # wl, and w1 that is tied to it, keep the preset's value


def test_the_point_of_a_trial_leaves_out_what_would_not_be_drawn() -> None:
    space = Space.parse({"wl": uniform(0, 9, when={"latent_stride": [3]}), "latent_stride": STRIDE}, "mine.yaml")
    assert space.point(TrialConfig(latent_stride=1)) == {"latent_stride": 1}
    assert space.point(TrialConfig(latent_stride=3, wl=5)) == {"latent_stride": 3, "wl": 5}
    assert space.edges({"latent_stride": 1, "wl": 9.0}) == {}


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (3, r"^the 'when' of wl in mine\.yaml is 3; name one setting and one or more of its values, such as"),
        ({}, r"^the 'when' of wl in mine\.yaml is \{\}; name one setting"),
        (
            {"w1": 3},
            r"^wl in mine\.yaml depends on 'w1', which must be a choice without a condition of its own; depend",
        ),
        ({"w9": 3}, r"^wl in mine\.yaml depends on 'w9', which must be a choice"),
        ({"adversarial_loss": "minimax"}, r"^wl in mine\.yaml depends on 'adversarial_loss', which must be"),
        ({"latent_stride": 2}, r"^latent_stride=2 must be one of 1 or 3; the 'when' of wl in mine\.yaml$"),
        (
            {"batch_size": 64},
            r"^wl in mine\.yaml is searched when batch_size is 64, which it never is; allowed: 8, 16$",
        ),
        ({"latent_stride": []}, r"^the 'when' of wl in mine\.yaml names no value of latent_stride; name at least one$"),
    ],
)
def test_a_wrong_condition_is_refused(condition: Any, message: str) -> None:
    content = {
        "latent_stride": STRIDE,
        "batch_size": {"type": "choice", "values": [8, 16]},
        "adversarial_loss": {"type": "choice", "values": ["minimax"], "when": {"latent_stride": 1}},
        "w1": uniform(1, 2),
        "wl": uniform(1, 2, when=condition),
    }
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")
