"""Files of points that a user wants to try."""

from pathlib import Path

import pytest

from lstnet_search.config.space.points import read_points
from lstnet_search.errors import InputError


def test_a_list_of_points_is_read(tmp_path: Path) -> None:
    file = tmp_path / "points.yaml"
    file.write_text("- {w1: 50, wl: 5}\n- learning_rate: 1e-4\n")
    assert read_points(file) == ({"w1": 50.0, "wl": 5.0}, {"learning_rate": 1e-4})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"points\.yaml must be a list of points; write one per line, such as '- \{w1: 50, wl: 5\}'$"),
        ("w1: 5\n", r"points\.yaml must be a list of points"),
        ("- 5\n", r"^point 1 of .*points\.yaml is 5; write settings with values, such as"),
        ("- {w1: 1}\n- {}\n", r"^point 2 of .*points\.yaml is \{\}; write"),
        ("- {1: 2}\n", r"^the key 1 of point 1 of .*points\.yaml must be the name of a setting$"),
        ("- {w1: -1}\n", r"^w1=-1 must be >= 0; in point 1 of .*points\.yaml$"),
        ("- {w9: 1}\n", r"^unknown setting 'w9' in point 1 of .*points\.yaml; allowed: w1"),
        ("- {steps: 1}\n", r"^'steps' cannot be searched"),
    ],
)
def test_a_file_that_is_not_a_list_of_points_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "points.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_points(file)


def test_a_missing_file_of_points_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^cannot read the points file .*; give another with --points$"):
        read_points(tmp_path / "none.yaml")
