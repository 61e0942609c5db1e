"""The search space: shipped files, draws, points, edges, and any content."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.config import METHODS, PRESETS, Choice, LogUniform, Preset, Space, TrialConfig, Uniform
from lstnet_search.config.presets import METHOD_PRESETS
from lstnet_search.errors import InputError

from ..spaces import SPACES, draw_at, loguniform, uniform  # noqa: TID252 (importlib mode has no absolute name for it)

SHIPPED = Path(__file__).parents[3] / "search_spaces"
DIMENSIONS = {
    "weights": 7,
    "weight_ratios": 6,
    "tied": 3,
    "simplex": 6,
    "optimizer": 5,
    "architecture": 5,
    "recipe": 5,
    "smoke": 2,
}
OF_OTHER_METHODS = {"unit": 4, "cogan": 3, "deepjdot": 3}


def shipped(name: str) -> Space:
    return Space.read(SHIPPED / f"{name}.yaml")


# The shipped spaces.


def test_every_shipped_space_is_tested_here() -> None:
    assert {path.stem for path in SHIPPED.iterdir()} == {*DIMENSIONS, *OF_OTHER_METHODS}


@pytest.mark.parametrize(("name", "dimensions"), OF_OTHER_METHODS.items())
def test_the_space_of_another_method_contains_its_presets(name: str, dimensions: int) -> None:
    space = Space.read(SHIPPED / f"{name}.yaml", METHODS[name])
    assert space.dimensions == dimensions
    for preset in METHOD_PRESETS[name].values():  # type: ignore[index]
        assert space.edges(preset.trial.model_dump()) == {}
        assert set(space.point(preset.trial)) == set(space.parameters)


@pytest.mark.parametrize("line", ["w1: 3", "w1: {type: loguniform, low: 1, high: 2}", "alpha: {tie: w1}"])
def test_a_space_of_another_method_accepts_only_its_settings(tmp_path: Path, line: str) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(f"lam: 1\n{line}\n")
    with pytest.raises(InputError, match=r"(unknown setting 'w1'|tied to 'w1', which is neither)"):
        Space.read(file, METHODS["deepjdot"])
    with pytest.raises(InputError, match=r"unknown setting 'lam' in .*; allowed: w1, w2"):
        Space.read(file)


def test_plain_resizing_has_nothing_to_search(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text("batch_size: 8\n")
    with pytest.raises(InputError, match=r"^no_translation has nothing to search; leave .*space\.yaml out$"):
        Space.read(file, METHODS["no_translation"])


@pytest.mark.parametrize(("name", "dimensions"), DIMENSIONS.items())
def test_a_shipped_space_has_the_dimensions_that_its_comment_says(name: str, dimensions: int) -> None:
    assert shipped(name).dimensions == dimensions


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_shipped_space_contains_the_papers_weights(name: str) -> None:
    space, paper = shipped(name), TrialConfig()
    weights = paper.weights | space.complete(space.point(paper))
    assert {key: weights[key] for key in paper.weights} == pytest.approx(paper.weights, rel=1e-12)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_shipped_space_contains_trial_0_of_every_preset_away_from_edges(name: str, preset: Preset) -> None:
    space = shipped(name)
    assert space.edges(preset.trial.model_dump()) == {}
    assert set(space.point(preset.trial)) <= set(space.parameters)


# Draws and points.


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^cannot read the space file .*: No such file or directory; .*--space$"):
        Space.read(tmp_path / "none.yaml")


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(
        "w3: 100\n"
        "w1: {type: loguniform, low: 1, high: 1000}\n"
        "learning_rate: {type: loguniform, low: 1.0e-5, high: 1.0e-3}\n"
        "latent_stride: {type: choice, values: [1, 3]}\n"
    )
    assert Space.read(file) == Space(
        fixed={"w3": 100.0},
        ranges={
            "w1": LogUniform(low=1, high=1000),
            "learning_rate": LogUniform(low=1e-5, high=1e-3),
            "latent_stride": Choice(values=(1, 3)),
        },
    )


def test_complete_adds_fixed_values_and_applies_ties() -> None:
    drawn = {"w1": 2.0, "w5": 7.0, "wl": 3.0}
    assert shipped("tied").complete(drawn) == {
        "w1": 2.0,
        "w2": 2.0,
        "w3": 100.0,
        "w4": 100.0,
        "w5": 7.0,
        "w6": 7.0,
        "wl": 3.0,
    }


def test_a_tie_may_follow_a_fixed_value_and_stand_before_it() -> None:
    space = Space.parse({"w2": {"tie": "w1"}, "w1": 5}, "mine.yaml")
    assert space.complete({}) == {"w1": 5.0, "w2": 5.0}


def test_a_point_outside_its_range_is_refused() -> None:
    space = Space.parse({"w1": uniform(0, 10)}, "mine.yaml")
    with pytest.raises(InputError, match=r"^w1=20\.0 is not in its range \(low=0\.0 high=10\.0 .*widen"):
        space.point(TrialConfig())


def test_edges_are_the_outer_hundredths_of_a_range() -> None:
    space = Space.parse(
        {
            "w1": uniform(1, 101),
            "w2": uniform(0, 100),
            "w4": uniform(0, 100),
            "w5": {"type": "loguniform", "low": 1, "high": 1000},
            "w6": {"type": "loguniform", "low": 1, "high": 1000},
            "batch_size": {"type": "randint", "low": 2, "high": 5},
            "latent_stride": {"type": "choice", "values": [1, 3]},
        },
        "mine.yaml",
    )
    drawn = {"w1": 1.9, "w2": 99.1, "w4": 1.1, "w5": 1.05, "w6": 940.0, "batch_size": 4, "latent_stride": 1}
    assert space.edges(drawn) == {"w1": "low", "w2": "high", "w5": "low", "w6": "high", "batch_size": "high"}


def test_a_ratio_multiplies_the_drawn_or_the_fixed_value_of_the_other() -> None:
    space = Space.parse(
        {
            "w3": uniform(50, 200),
            "w1": loguniform(0.1, 10, ratio_of="w3"),
            "w4": 30,
            "wl": uniform(1, 2, ratio_of="w4"),
        },
        "mine.yaml",
    )
    drawn = {"w3": 80.0, "w1/w3": 0.25, "wl/w4": 1.5}
    assert set(space.parameters) == set(drawn)
    assert space.complete(drawn) == {"w3": 80.0, "w1": 20.0, "w4": 30.0, "wl": 45.0}


def test_the_point_of_a_trial_has_its_ratios() -> None:
    space = Space.parse({"w3": 100, "w1": loguniform(0.01, 10, ratio_of="w3")}, "mine.yaml")
    assert space.point(TrialConfig(w1=50)) == {"w1/w3": 0.5}
    with pytest.raises(InputError, match=r"^w1/w3=20\.0 is not in its range \(low=0\.01 high=10\.0 .*widen"):
        space.point(TrialConfig(w1=2000))
    with pytest.raises(InputError, match=r"^w1 is a multiple of w3, which is 0; change one of them$"):
        space.point(TrialConfig(w3=0))


def test_a_ratio_is_at_an_edge_by_its_own_value() -> None:
    space = Space.parse({"w3": 100, "w1": uniform(1, 11, ratio_of="w3")}, "mine.yaml")
    assert space.edges({"w3": 100, "w1": 105}) == {"w1/w3": "low"}

    assert space.edges({"w3": 1, "w1": 5}) == {}


def test_a_range_that_begins_at_0_has_no_lower_edge_for_no_setting_can_be_lower() -> None:
    space = Space.parse({"anchor": uniform(0, 500), "w1": uniform(0, 100)}, "mine.yaml")
    assert space.edges({"anchor": 0, "w1": 0}) == {}


# Redundancy.

ALL = {name: loguniform(1, 1000) for name in TrialConfig().weights}


@pytest.mark.parametrize(
    ("content", "redundant"),
    [
        (ALL, True),
        (ALL | {"w3": 100}, False),
        (ALL | {"wl": 0}, True),  # a weight of 0 stays 0
        (ALL | {"w2": {"tie": "w1"}}, True),
        (ALL | {"w1": loguniform(0.1, 10, ratio_of="w3")}, True),
        (ALL | {"w1": {"type": "choice", "values": [1, 2]}}, False),
        ({name: bounds for name, bounds in ALL.items() if name != "w6"}, False),  # w6 is the preset's
        ({"simplex": {"of": list(ALL), "sum": 470}}, False),
        ({"learning_rate": loguniform(1e-5, 1e-3)}, False),
    ],
)
def test_weights_scale_freely_if_none_is_fixed(content: dict[str, Any], redundant: bool) -> None:
    assert Space.parse(content, "mine.yaml").scales_freely is redundant


# Properties.


@given(space=SPACES)
def test_a_space_is_read_back_as_it_was_written(space: Space) -> None:
    assert Space.parse(space.content(), "again") == space
    assert Space.model_validate(space.model_dump(mode="json")) == space


@given(space=SPACES, share=st.floats(0, 1))
def test_a_trial_accepts_every_draw_and_its_settings_lead_back_to_it(space: Space, share: float) -> None:
    drawn = draw_at(space, share)
    for name, value in drawn.items():
        assert space.parameters[name].contains(value)
    settings = space.complete(drawn)
    trial = TrialConfig().override(settings, "a draw")
    for name, bounds in space.ranges.items():
        if isinstance(bounds, Uniform) and name in settings and name not in space.ratios:
            assert bounds.low <= getattr(trial, name) <= bounds.high
    assert space.complete(space.point(trial)) == pytest.approx(settings, rel=1e-9, abs=1e-9)
    for name, bounds in space.parameters.items():
        if isinstance(bounds, Choice):
            assert space.point(trial)[name] == drawn[name]


NAMES = st.sampled_from(["w1", "w3", "wl", "beta1", "batch_size", "latent_stride", "adversarial_loss", "steps"])
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.integers(0, 5),
    st.floats(0, 1),
    st.sampled_from([10**400, 5e-324]),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5), NAMES)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
TYPES = st.sampled_from(["uniform", "loguniform", "quniform", "randint", "choice"])
RANGES = st.fixed_dictionaries(
    {"type": TYPES | JSON},
    optional={
        "low": NUMBERS | JSON,
        "high": NUMBERS | JSON,
        "step": NUMBERS | JSON,
        "values": st.lists(SCALARS, max_size=3) | JSON,
    },
)
TIES = st.fixed_dictionaries({"tie": NAMES | JSON})
RELATED = st.fixed_dictionaries(
    {"type": TYPES, "low": NUMBERS, "high": NUMBERS},
    optional={"ratio_of": NAMES | JSON, "when": st.dictionaries(NAMES, SCALARS | st.lists(SCALARS), max_size=2) | JSON},
)
SIMPLEXES = st.fixed_dictionaries({"of": st.lists(NAMES, max_size=3), "sum": NUMBERS}) | JSON
CONTENTS = (
    st.dictionaries(
        NAMES | st.just("simplex") | st.text(max_size=5), RANGES | RELATED | TIES | SIMPLEXES | JSON, max_size=4
    )
    | JSON
)


@given(content=CONTENTS)
def test_any_content_is_a_space_or_an_input_error(content: Any) -> None:
    try:
        space = Space.parse(content, "mine.yaml")
    except InputError:
        return
    assert Space.parse(space.content(), "again") == space


STRIDES = {"type": "choice", "values": [1, 3]}


@pytest.mark.parametrize(
    ("ranges", "points"),
    [
        (
            {
                "latent_stride": {"type": "choice", "values": [1, 3]},
                "w1": {"type": "quniform", "low": 1, "high": 2, "step": 1},
            },
            4,
        ),
        ({"batch_size": {"type": "randint", "low": 8, "high": 11}}, 3),
        ({"latent_stride": STRIDES, "w1": {"type": "uniform", "low": 1, "high": 2}}, None),
        ({"w1": 20}, None),
    ],
)
def test_the_points_of_a_space_are_counted(ranges: dict[str, object], points: int | None) -> None:
    assert Space.parse(ranges, "mine.yaml").points == points
