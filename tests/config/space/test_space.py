"""The search space: the shipped files, ties, edges, draws, and everything that is refused."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.config import (
    METHODS,
    PRESETS,
    Choice,
    LogUniform,
    Preset,
    QUniform,
    RandInt,
    Space,
    TrialConfig,
    Uniform,
)
from lstnet_search.config.presets import METHOD_PRESETS
from lstnet_search.errors import InputError

SHIPPED = Path(__file__).parents[3] / "search_spaces"
DIMENSIONS = {
    "weights": 7,
    "weight_ratios": 6,
    "tied": 3,
    "simplex": 6,
    "optimizer": 5,
    "architecture": 5,
    "smoke": 2,
}
OF_OTHER_METHODS = {"unit": 4, "cogan": 3, "deepjdot": 3}


def shipped(name: str) -> Space:
    return Space.read(SHIPPED / f"{name}.yaml")


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"type": "uniform", "low": low, "high": high}


# The shipped spaces.


def test_every_shipped_space_is_known_here() -> None:
    assert {path.stem for path in SHIPPED.iterdir()} == {*DIMENSIONS, *OF_OTHER_METHODS}


@pytest.mark.parametrize(("name", "dimensions"), OF_OTHER_METHODS.items())
def test_the_space_of_another_method_holds_its_published_weights_and_its_presets(name: str, dimensions: int) -> None:
    space = Space.read(SHIPPED / f"{name}.yaml", METHODS[name])
    assert space.dimensions == dimensions
    for preset in METHOD_PRESETS[name].values():  # type: ignore[index]
        assert space.edges(preset.trial.model_dump()) == {}
        assert set(space.point(preset.trial)) == set(space.parameters)


@pytest.mark.parametrize("line", ["w1: 3", "w1: {type: loguniform, low: 1, high: 2}", "alpha: {tie: w1}"])
def test_a_space_of_another_method_knows_its_settings_alone(tmp_path: Path, line: str) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(f"lam: 1\n{line}\n")
    with pytest.raises(InputError, match=r"(unknown setting 'w1'|tied to 'w1', which is neither)"):
        Space.read(file, METHODS["deepjdot"])
    with pytest.raises(InputError, match=r"unknown setting 'lam' in .*; allowed: w1, w2"):
        Space.read(file)


def test_nothing_can_be_searched_of_plain_resizing(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text("batch_size: 8\n")
    with pytest.raises(InputError, match=r"^no_translation has nothing to search; leave .*space\.yaml out$"):
        Space.read(file, METHODS["no_translation"])


@pytest.mark.parametrize(("name", "dimensions"), DIMENSIONS.items())
def test_a_shipped_space_has_the_dimensions_that_it_promises(name: str, dimensions: int) -> None:
    assert shipped(name).dimensions == dimensions


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_shipped_space_holds_the_papers_weights(name: str) -> None:
    space, paper = shipped(name), TrialConfig()
    weights = paper.weights | space.complete(space.point(paper))
    assert {key: weights[key] for key in paper.weights} == pytest.approx(paper.weights, rel=1e-12)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_trial_0_of_every_preset_lies_in_every_shipped_space(name: str, preset: Preset) -> None:
    space = shipped(name)
    assert space.edges(preset.trial.model_dump()) == {}
    assert set(space.point(preset.trial)) <= set(space.parameters)


@pytest.mark.parametrize("name", DIMENSIONS)
def test_the_papers_weights_stand_at_no_edge_of_a_shipped_space(name: str) -> None:
    assert shipped(name).edges(TrialConfig().model_dump()) == {}


# What a space means.


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
    with pytest.raises(InputError, match=r"^w1=20\.0 is no draw from its range \(low=0\.0 high=10\.0 .*widen"):
        space.point(TrialConfig())


def test_edges_are_the_outer_hundredths_of_a_range() -> None:
    space = Space.parse(
        {
            "w1": uniform(0, 100),
            "w2": uniform(0, 100),
            "w4": uniform(0, 100),
            "w5": {"type": "loguniform", "low": 1, "high": 1000},
            "w6": {"type": "loguniform", "low": 1, "high": 1000},
            "batch_size": {"type": "randint", "low": 2, "high": 5},
            "latent_stride": {"type": "choice", "values": [1, 3]},
        },
        "mine.yaml",
    )
    drawn = {"w1": 0.9, "w2": 99.1, "w4": 1.1, "w5": 1.05, "w6": 940.0, "batch_size": 4, "latent_stride": 1}
    assert space.edges(drawn) == {"w1": "low", "w2": "high", "w5": "low", "w6": "high", "batch_size": "high"}


def test_a_value_in_the_middle_of_a_logarithmic_range_is_its_geometric_mean() -> None:
    assert LogUniform(low=1, high=10_000).position(100) == pytest.approx(0.5)
    assert LogUniform(low=1e-300, high=1e300).position(1) == pytest.approx(0.5)  # high / low is infinite


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        (Uniform(low=0, high=1), [0, 0.5, 1], [-0.1, 1.1]),
        (LogUniform(low=1, high=10), [1, 5, 10], [0.9, 11]),
        (QUniform(low=0.1, high=0.3, step=0.1), [0.1, 0.2, 0.1 + 2 * 0.1], [0.15, 0.0, 0.4]),
        (RandInt(low=1, high=3), [1, 2, 2.0], [0, 3, 1.5]),
        (Choice(values=(1, "a")), [1, "a"], [2, "b"]),
    ],
)
def test_a_range_contains_its_draws_and_nothing_else(bounds: Any, inside: list[Any], outside: list[Any]) -> None:
    assert all(bounds.contains(value) for value in inside)
    assert not any(bounds.contains(value) for value in outside)


def test_choices_are_numbers_as_a_trial_has_them() -> None:
    space = Space.parse({"learning_rate": {"type": "choice", "values": ["1e-4", 1e-3]}}, "mine.yaml")
    assert space.ranges["learning_rate"] == Choice(values=(1e-4, 1e-3))
    assert space.point(TrialConfig()) == {"learning_rate": 1e-4}


# What is refused.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"^mine\.yaml is empty or not a mapping; write one line a setting, such as 'w3: 100'$"),
        (None, r"^mine\.yaml is empty or not a mapping"),
        (["w1"], r"^mine\.yaml is empty or not a mapping"),
        ({1: 2}, r"^the key 1 in mine\.yaml must be the name of a setting$"),
        ({"w9": 1}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1, w2, .*shift$"),
        ({"w9": {"tie": "w1"}, "w1": 1}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1, "),
        ({"steps": 5}, r"^'steps' cannot be searched, .*; remove it from mine\.yaml$"),
        ({"seed": {"type": "randint", "low": 0, "high": 9}}, r"^'seed' cannot be searched"),
        ({"w1": -1.0}, r"^w1=-1\.0 must be >= 0; in mine\.yaml$"),
        ({"w1": math.nan}, r"^w1=nan must be a finite number; in mine\.yaml$"),
        ({"w1": math.inf}, r"^w1=inf must be a finite number; in mine\.yaml$"),
        ({"w1": None}, r"^w1=None must be a number; in mine\.yaml$"),
        ({"w1": True}, r"^w1=True must be a number; in mine\.yaml$"),
        ({"w1": [1, 2]}, r"^w1=\[1, 2\] must be a number; in mine\.yaml$"),
    ],
)
def test_a_wrong_setting_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (
            {},
            r"^w3 in mine\.yaml has type None; allowed: uniform, loguniform, quniform, randint, choice \(or",
        ),
        ({"type": "normal"}, r"^w3 in mine\.yaml has type 'normal'; allowed: uniform, "),
        ({"type": ["uniform"]}, r"^w3 in mine\.yaml has type \['uniform'\]; allowed: uniform, "),
        ({"type": "uniform", "low": 1}, r"^'high' is missing; add it; the range of w3 in mine\.yaml$"),
        (
            uniform(0, 1) | {"stp": 1},
            r"^unknown setting 'stp'; remove it or correct its name; the range of w3 in",
        ),
        (uniform(-1.0, 5), r"^w3=-1\.0 must be >= 0; lower bound 'low' of w3 in mine\.yaml$"),
        (uniform(0, math.inf), r"^high=inf must be a finite number; the range of w3 in mine\.yaml$"),
        (uniform(math.nan, 1), r"^low=nan must be a finite number; the range of w3 in mine\.yaml$"),
        (uniform(True, 2), r"^low=True must be a number; the range of w3 in mine\.yaml$"),
        (uniform(5, 1), r"^low=5 must be < high=1; raise high or lower low; the range of w3 in mine\.yaml$"),
        (uniform(1, 1), r"^low=1 must be < high=1; "),
        (
            {"type": "randint", "low": 3, "high": 3},
            r"^low=3 must be < high=3; raise high or lower low; the range",
        ),
        ({"type": "randint", "low": 0.5, "high": 3}, r"^low=0\.5 must be a whole number; the range of w3 in"),
        (
            {"type": "loguniform", "low": 0, "high": 1},
            r"^low=0 must be > 0 in a loguniform range; raise it or use uniform; the range of w3 in",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1, "step": 0.3},
            r"^high=1 must be low=0 plus a whole number of steps of 0\.3; change high or step; the range",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1, "step": 0},
            r"^step=0 must be > 0; the range of w3 in mine\.yaml$",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1e308, "step": 1e-308},
            r"^high=1e\+308 must be low=0 plus a whole",
        ),
        ({"type": "choice", "values": [1, -1]}, r"^w3=-1 must be >= 0; value 2 of w3 in mine\.yaml$"),
        (
            {"type": "choice", "values": []},
            r"^values: \[\] must be a list of at least one value.*range of w3 in",
        ),
        (
            {"type": "choice", "values": 5},
            r"^values: 5 must be a list of at least one value, such as \[1, 3\]; the",
        ),
        (
            {"type": "choice", "values": [[1]]},
            r"^values: \[1\] must be a number or a word; the range of w3 in",
        ),
    ],
)
def test_a_wrong_range_is_refused(bounds: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({"w3": bounds}, "mine.yaml")


@pytest.mark.parametrize(
    ("name", "bounds", "message"),
    [
        (
            "batch_size",
            uniform(2, 64),
            r"^batch_size must be a whole number, and a draw from uniform need not",
        ),
        (
            "batch_size",
            {"type": "quniform", "low": 2, "high": 4, "step": 0.5},
            r"^batch_size must be a whole number",
        ),
        (
            "latent_stride",
            {"type": "randint", "low": 1, "high": 4},
            r"^latent_stride takes listed values only, .*choice",
        ),
        (
            "latent_stride",
            uniform(1, 3),
            r"^latent_stride takes listed values only, and uniform draws what lies",
        ),
        (
            "beta1",
            {"type": "randint", "low": 0, "high": 2},
            r"^beta1=1 must be < 1; upper bound 'high' of beta1",
        ),
    ],
)
def test_a_range_whose_draws_a_setting_cannot_take_is_refused(name: str, bounds: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({name: bounds}, "mine.yaml")


@pytest.mark.parametrize(
    "bounds",
    [{"type": "randint", "low": 2, "high": 65}, {"type": "quniform", "low": 16, "high": 64, "step": 16}],
)
def test_whole_draws_suit_a_whole_setting(bounds: Any) -> None:
    assert Space.parse({"batch_size": bounds}, "mine.yaml").dimensions == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"w2": {"tie": "w1"}},
            r"^w2 is tied to 'w1', which is neither fixed nor searched; give it .* in mine\.yaml$",
        ),
        ({"w2": {"tie": "w2"}}, r"^w2 is tied to 'w2', which is neither fixed nor searched"),
        ({"w1": 1, "w2": {"tie": "w1"}, "w4": {"tie": "w2"}}, r"^w4 is tied to 'w2', which is neither"),
        (
            {"w2": {"tie": ["w1"]}},
            r"^w2 in mine\.yaml is tied by \{'tie': \['w1'\]\}; write 'tie: SETTING' and",
        ),
        ({"w1": 1, "w2": {"tie": "w1", "low": 1}}, r"^w2 in mine\.yaml is tied by .*and nothing else"),
        ({"steps": {"tie": "w1"}, "w1": 1}, r"^'steps' cannot be searched"),
        (
            {"w1": 3, "beta1": {"tie": "w1"}},
            r"^beta1=3\.0 must be < 1; the value of w1, to which it is tied, in",
        ),
        (
            {"w1": uniform(0, 3), "beta1": {"tie": "w1"}},
            r"^beta1=3\.0 must be < 1; upper bound 'high' of w1 in",
        ),
    ],
)
def test_a_wrong_tie_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")


# Files.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", r"space\.yaml is empty or not a mapping"),
        (b"# nothing yet\n", r"space\.yaml is empty or not a mapping"),
        (
            b"\xff\xfe\x00w1",
            r"^the space file .*space\.yaml is not text in UTF-8; give another with --space$",
        ),
        (b"w1: \x00", r"space\.yaml is not YAML: unacceptable character"),
        (
            b"w1: 1\nw2: [1",
            r"space\.yaml is not YAML, line 2: while parsing a flow sequence expected .*; mend it there$",
        ),
        (b"w1: 1\nw1: 2\n", r"space\.yaml is not YAML, line 2: 'w1' stands there twice; mend it there$"),
        (b"w1: {low: 1, low: 2}\n", r"space\.yaml is not YAML, line 1: 'low' stands there twice"),
        (b"w1: !!python/name:os.system\n", r"line 1: could not determine a constructor for the tag"),
        (
            b"w1: 2001-99-99\n",
            r"holds a value that YAML cannot read: month must be in 1\.\.12; quote or mend it$",
        ),
        (b"w1: !!int ''\n", r"holds a value that YAML cannot read"),
        (b"w1: " + b"[" * 5000, r"space\.yaml is nested too deeply; write one line a setting$"),
        (b"w1: &again [*again]\n", r"^w1=\[\[\[\.\.\.\]\]\] must be a number; in .*space\.yaml$"),
        (b"w1: yes\n", r"^w1=True must be a number"),
    ],
)
def test_a_file_that_is_no_space_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "space.yaml"
    file.write_bytes(text)
    with pytest.raises(InputError, match=message):
        Space.read(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^cannot read the space file .*: No such file or directory; .*--space$"):
        Space.read(tmp_path / "none.yaml")


def test_a_folder_is_no_space_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory"):
        Space.read(tmp_path)


def test_anchors_of_yaml_may_be_used(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text("w1: &wide {type: uniform, low: 1, high: 9}\nw2: *wide\n")
    assert Space.read(file).ranges == {"w1": Uniform(low=1, high=9), "w2": Uniform(low=1, high=9)}


def test_merges_of_yaml_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text("w1: &wide {type: uniform, low: 1, high: 9}\nw4: {<<: *wide, low: 2}\n")
    with pytest.raises(
        InputError, match=r"line 2: merges \(<<\) are not taken, write the settings out; mend it there$"
    ):
        Space.read(file)


# Properties.

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
