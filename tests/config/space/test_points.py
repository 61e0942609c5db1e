"""Points that a user wants tried: the file, and what a space makes of them."""

from pathlib import Path
from typing import Any

import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.config.space.points import read_points
from lstnet_search.errors import InputError

CONTENT = {
    "w1": {"type": "uniform", "low": 1, "high": 100},
    "w2": {"tie": "w1"},
    "w3": 100,
    "w4": {"ratio_of": "w3", "type": "loguniform", "low": 0.1, "high": 10},
}


def search(*points: dict[str, Any], trials: int = 9, space: dict[str, Any] = CONTENT) -> SearchConfig:
    return SearchConfig.parse(
        {
            "preset": "cpu",
            "trial": PRESETS["cpu"].trial,
            "trials": trials,
            "space_file": "mine.yaml",
            "space": Space.parse(space, "mine.yaml") if space else Space(),
            "points": points,
        },
        "the options",
    )


def test_a_list_of_points_is_read(tmp_path: Path) -> None:
    file = tmp_path / "points.yaml"
    file.write_text("- {w1: 50, wl: 5}\n- learning_rate: 1e-4\n")
    assert read_points(file) == ({"w1": 50.0, "wl": 5.0}, {"learning_rate": 1e-4})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"points\.yaml must be a list of points; write one a line, such as '- \{w1: 50, wl: 5\}'$"),
        ("w1: 5\n", r"points\.yaml must be a list of points"),
        ("- 5\n", r"^point 1 of .*points\.yaml is 5; write settings with values, such as"),
        ("- {w1: 1}\n- {}\n", r"^point 2 of .*points\.yaml is \{\}; write"),
        ("- {1: 2}\n", r"^the key 1 of point 1 of .*points\.yaml must be the name of a setting$"),
        ("- {w1: -1}\n", r"^w1=-1 must be >= 0; in point 1 of .*points\.yaml$"),
        ("- {w9: 1}\n", r"^unknown setting 'w9' in point 1 of .*points\.yaml; allowed: w1"),
        ("- {steps: 1}\n", r"^'steps' cannot be searched"),
    ],
)
def test_a_file_that_is_no_list_of_points_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "points.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_points(file)


def test_a_missing_file_of_points_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^cannot read the points file .*; give another with --points$"):
        read_points(tmp_path / "none.yaml")


def test_a_point_keeps_what_it_does_not_name_as_in_trial_0() -> None:
    assert search().start({"w1": 50.0}, "here") == {"w1": 50.0, "w4/w3": 1.0}
    assert search().start({"w4": 20.0, "w2": 20.0}, "here") == {"w1": 20.0, "w4/w3": 0.2}


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"w1": 500.0}, r"^point 2: w1=500\.0 is no draw from its range \(low=1\.0 high=100\.0 .*widen the range$"),
        ({"w4": 5.0}, r"^point 2: w4/w3=0\.05 is no draw from its range"),
        ({"w2": 7.0}, r"^point 2: w2=7\.0, which mine\.yaml makes 20\.0; leave it out, or let the space reach it$"),
        ({"wl": 5.0}, r"^point 2: wl=5\.0, which mine\.yaml makes 30\.0"),
        ({"w3": 50.0}, r"^point 2: w3=50\.0, which mine\.yaml makes 100\.0"),
    ],
)
def test_a_point_outside_the_space_is_refused(point: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search({"w1": 50.0}, point)


def test_more_points_than_trials_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"^--trials 2 leaves no room for trial 0 and 2 points; raise it to at least 3"
    ):
        search({"w1": 2.0}, {"w1": 3.0}, trials=2)


def test_nothing_but_points_may_be_searched() -> None:
    assert search({"wl": 0.0}, trials=2, space={}).start({"wl": 0.0}, "here") == {}
    with pytest.raises(InputError, match=r"^mine\.yaml searches nothing"):
        search(space={})
    with pytest.raises(InputError, match=r"^mine\.yaml has 2 trials and searches nothing more; leave --add-trials"):
        search({"wl": 0.0}, trials=3, space={})


def test_a_search_is_enlarged_by_trials_alone() -> None:
    begun = search()
    begun.enlarged(3).refuse_difference(search(trials=12), "results/it")
    with pytest.raises(InputError, match=r"^results/it was begun with trials 9, and is asked to go on with 12"):
        begun.refuse_difference(search(trials=12), "results/it")
