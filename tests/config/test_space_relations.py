"""What the settings of a space can have to do with each other: ratios, conditions, shares of a sum."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.config import Choice, Space, TrialConfig, Uniform
from lstnet_search.errors import InputError

from .spaces import SPACES, draw_at, uniform


def logarithmic(low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"type": "loguniform", "low": low, "high": high, **more}


STRIDE = {"type": "choice", "values": [1, 3]}


# Ratios.


def test_a_ratio_multiplies_the_drawn_or_the_fixed_value_of_the_other() -> None:
    space = Space.parse(
        {
            "w3": uniform(50, 200),
            "w1": logarithmic(0.1, 10, ratio_of="w3"),
            "w4": 30,
            "wl": uniform(1, 2, ratio_of="w4"),
        },
        "mine.yaml",
    )
    drawn = {"w3": 80.0, "w1/w3": 0.25, "wl/w4": 1.5}
    assert set(space.parameters) == set(drawn)
    assert space.complete(drawn) == {"w3": 80.0, "w1": 20.0, "w4": 30.0, "wl": 45.0}


def test_the_point_of_a_trial_has_its_ratios() -> None:
    space = Space.parse({"w3": 100, "w1": logarithmic(0.01, 10, ratio_of="w3")}, "mine.yaml")
    assert space.point(TrialConfig(w1=50)) == {"w1/w3": 0.5}
    with pytest.raises(InputError, match=r"^w1/w3=20\.0 is no draw from its range \(low=0\.01 high=10\.0 .*widen"):
        space.point(TrialConfig(w1=2000))
    with pytest.raises(InputError, match=r"^w1 is a multiple of w3, which is 0; change one of them$"):
        space.point(TrialConfig(w3=0))


def test_a_ratio_stands_at_an_edge_by_itself_not_by_its_setting() -> None:
    space = Space.parse({"w3": 100, "w1": uniform(0, 10, ratio_of="w3")}, "mine.yaml")
    assert space.edges({"w3": 100, "w1": 5}) == {"w1/w3": "low"}
    assert space.edges({"w3": 1, "w1": 5}) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"w1": uniform(1, 2, ratio_of="w3")}, r"^w1 in mine\.yaml is a multiple of 'w3', which must be fixed, or"),
        ({"w1": uniform(1, 2, ratio_of=["w3"]), "w3": 1}, r"^w1 in mine\.yaml is a multiple of \['w3'\], which must"),
        ({"w1": uniform(1, 2, ratio_of="w3"), "w3": 0}, r"greater than 0; name such a setting$"),
        ({"w1": uniform(1, 2, ratio_of="w3"), "w3": uniform(0, 1)}, r"greater than 0; name such a setting$"),
        (
            {"w1": uniform(1, 2, ratio_of="w3"), "w3": uniform(1, 2, ratio_of="w4"), "w4": 1},
            r"in an interval of its own without 'when' or 'ratio_of'",
        ),
        (
            {"w1": {"type": "choice", "values": [1, 2], "ratio_of": "w3"}, "w3": 1},
            r"^w1 in mine\.yaml is a multiple of 'w3' drawn from choice; allowed: uniform, loguniform$",
        ),
        (
            {"beta1": uniform(0.5, 2, ratio_of="beta2"), "beta2": uniform(0.1, 0.8)},
            r"^beta1=1\.6 must be < 1; upper bound 'high' of beta1, times beta2, in mine\.yaml$",
        ),
        (
            {"w1": uniform(1, 1e300, ratio_of="w3"), "w3": 1e300},
            r"^w1=inf must be a finite number; upper bound 'high' of w1, times w3, in mine\.yaml$",
        ),
        (
            {"beta1": {"tie": "w1"}, "w1": uniform(0.5, 2, ratio_of="w3"), "w3": 1},
            r"^beta1=2\.0 must be < 1; upper bound 'high' of w1, times w3, in mine\.yaml$",
        ),
        ({"batch_size": uniform(1, 2, ratio_of="w3"), "w3": 4}, r"^batch_size must be a whole number, and a draw from"),
    ],
)
def test_a_wrong_ratio_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")


# Conditions.


def test_a_conditional_setting_is_drawn_only_where_its_condition_holds() -> None:
    space = Space.parse(
        {"wl": uniform(0, 9, when={"latent_stride": 3}), "w1": {"tie": "wl"}, "latent_stride": STRIDE}, "mine.yaml"
    )
    assert list(space.parameters) == ["latent_stride", "wl"]

    def suggest(stride: int) -> dict[str, Any]:
        return space.draw(lambda name, bounds: stride if name == "latent_stride" else 4.0)

    assert suggest(3) == {"latent_stride": 3, "wl": 4.0}
    assert space.complete(suggest(3)) == {"latent_stride": 3, "wl": 4.0, "w1": 4.0}
    assert suggest(1) == {"latent_stride": 1}
    assert space.complete(suggest(1)) == {"latent_stride": 1}  # wl, and what is tied to it, are the preset's


def test_the_point_of_a_trial_leaves_out_what_would_not_be_drawn() -> None:
    space = Space.parse({"wl": uniform(0, 9, when={"latent_stride": [3]}), "latent_stride": STRIDE}, "mine.yaml")
    assert space.point(TrialConfig(latent_stride=1)) == {"latent_stride": 1}
    assert space.point(TrialConfig(latent_stride=3, wl=5)) == {"latent_stride": 3, "wl": 5}
    assert space.edges({"latent_stride": 1, "wl": 9.0}) == {}


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (3, r"^the 'when' of wl in mine\.yaml is 3; name one setting and one or several of its values, such as"),
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


# Shares of a sum.


def thirds() -> Space:
    return Space.parse({"simplex": {"of": ["w1", "w2", "wl"], "sum": 12}, "w4": {"tie": "wl"}}, "mine.yaml")


def test_a_simplex_of_three_is_a_stick_broken_twice() -> None:
    # 1 - sqrt(1 - 5/9) is a third of 12; a half of the 8 that are left is 4; 4 are left.
    settings = thirds().complete({"simplex/w1": 5 / 9, "simplex/w2": 0.5})
    assert settings == pytest.approx({"w1": 4, "w2": 4, "wl": 4, "w4": 4})
    assert thirds().point(TrialConfig(w1=4, w2=4, wl=4)) == pytest.approx({"simplex/w1": 5 / 9, "simplex/w2": 0.5})


def test_a_share_may_be_all_or_nothing() -> None:
    assert thirds().complete({"simplex/w1": 1, "simplex/w2": 0.3}) == {"w1": 12, "w2": 0, "wl": 0, "w4": 0}
    assert thirds().point(TrialConfig(w1=12, w2=0, wl=0)) == {"simplex/w1": 1, "simplex/w2": 0}


def test_uniform_draws_make_every_share_equally_large_on_average() -> None:
    grid = [(index + 0.5) / 50 for index in range(50)]
    draws = [thirds().complete({"simplex/w1": a, "simplex/w2": b}) for a in grid for b in grid]
    for name in ("w1", "w2", "wl"):
        assert sum(drawn[name] for drawn in draws) / len(draws) == pytest.approx(4, rel=0.01)


def test_a_trial_of_another_sum_is_no_point_of_a_simplex() -> None:
    with pytest.raises(InputError, match=r"^w1 \+ w2 \+ wl = 70 is not the simplex' sum=12; set its sum to 70$"):
        thirds().point(TrialConfig())


@pytest.mark.parametrize(
    ("simplex", "more", "message"),
    [
        (5, {}, r"^simplex=5 in mine\.yaml must be like \{of: \[w1, w2, wl\], sum: 100\}$"),
        ({"of": ["w1", "w2"]}, {}, r"^'sum' is missing; add it; the simplex in mine\.yaml$"),
        ({"of": ["w1"], "sum": 1}, {}, r"the simplex in mine\.yaml$"),
        ({"of": ["w1", "w2"], "sum": 0}, {}, r"^sum=0 must be > 0; the simplex in mine\.yaml$"),
        ({"of": ["w1", "w1"], "sum": 1}, {}, r"^the simplex in mine\.yaml names a setting twice; remove one of them$"),
        ({"of": ["w1", "w9"], "sum": 1}, {}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1"),
        ({"of": ["w1", "beta1"], "sum": 1}, {}, r"^beta1=1\.0 must be < 1; upper bound 'high' of the simplex in mine"),
        (
            {"of": ["w1", "w2"], "sum": 1},
            {"w2": {"tie": "w1"}},
            r"^w2 in mine\.yaml has a line of its own and a share of the simplex; remove one$",
        ),
        (
            {"of": ["w1", "w2"], "sum": 1},
            {"beta1": {"tie": "w1"}},
            r"^beta1=1\.0 must be < 1; upper bound 'high' of the simplex in mine\.yaml$",
        ),
    ],
)
def test_a_wrong_simplex_is_refused(simplex: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({"simplex": simplex} | more, "mine.yaml")


# Redundancy.

ALL = {name: logarithmic(1, 1000) for name in TrialConfig().weights}


@pytest.mark.parametrize(
    ("content", "redundant"),
    [
        (ALL, True),
        (ALL | {"w3": 100}, False),
        (ALL | {"wl": 0}, True),  # stays 0
        (ALL | {"w2": {"tie": "w1"}}, True),
        (ALL | {"w1": logarithmic(0.1, 10, ratio_of="w3")}, True),
        (ALL | {"w1": {"type": "choice", "values": [1, 2]}}, False),
        ({name: bounds for name, bounds in ALL.items() if name != "w6"}, False),  # w6 is the preset's
        ({"simplex": {"of": list(ALL), "sum": 470}}, False),
        ({"learning_rate": logarithmic(1e-5, 1e-3)}, False),
    ],
)
def test_weights_scale_freely_where_none_is_held(content: dict[str, Any], redundant: bool) -> None:
    assert Space.parse(content, "mine.yaml").scales_freely is redundant


# Properties.


@given(space=SPACES)
def test_a_space_is_read_back_as_it_was_written(space: Space) -> None:
    assert Space.parse(space.content(), "again") == space
    assert Space.model_validate(space.model_dump(mode="json")) == space


@given(space=SPACES, share=st.floats(0, 1))
def test_a_trial_takes_every_draw_which_its_settings_lead_back_to(space: Space, share: float) -> None:
    drawn = draw_at(space, share)
    for name, value in drawn.items():
        assert space.parameters[name].contains(value)
    settings = space.complete(drawn)
    trial = TrialConfig().override(settings, "a draw")
    for name, bounds in space.ranges.items():
        if isinstance(bounds, Uniform) and name in settings and name not in space.ratios:
            assert bounds.low <= getattr(trial, name) <= bounds.high
    again = space.complete(space.point(trial))
    assert again == pytest.approx(settings, rel=1e-9, abs=1e-9)
    for name, bounds in space.parameters.items():
        if isinstance(bounds, Choice):
            assert space.point(trial)[name] == drawn[name]
