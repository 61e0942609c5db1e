"""`space show`."""

from pathlib import Path

import pytest
from commands import exit_code

SHIPPED = Path(__file__).parents[2] / "search_spaces"


def words(line: str) -> list[str]:
    return line.split()


def shown(file: Path, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The lines as words, without the table's frame."""
    assert exit_code("space", "show", file) == 0
    return [line.replace("│", " ").split() for line in capsys.readouterr().out.splitlines()]


def test_every_setting_is_shown_with_its_range_and_the_papers_value(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(SHIPPED / "architecture.yaml", capsys)
    assert lines[0][1:] == ["5", "free", "dimensions"]
    assert ["w2", "as", "w1", "20"] in lines
    assert words("wl w3 × 0.01 to 10, logarithmic, when adversarial_loss is least_squares 30") in lines
    assert words("batch_norm_momentum 0.001 to 0.5, logarithmic 0.01") in lines
    assert words("latent_stride one of 1, 3 1") in lines


def test_a_share_a_step_and_whole_numbers_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(
        "simplex: {of: [w1, w2], sum: 40}\n"
        "batch_size: {type: randint, low: 8, high: 65}\n"
        "scale: {type: quniform, low: 0, high: 0.2, step: 0.05}\n"
    )
    lines = shown(file, capsys)
    assert lines[0][1:] == ["3", "free", "dimensions"]
    assert words("w2 share of 40 20") in lines
    assert words("batch_size whole, 8 to 64 64") in lines
    assert words("scale 0 to 0.2 by 0.05 0.1") in lines


def test_only_a_space_of_all_weights_is_said_to_have_a_redundant_dimension(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shown(SHIPPED / "weights.yaml", capsys)[-1][:4] == ["One", "dimension", "is", "redundant:"]
    for name in ("weight_ratios", "tied", "simplex"):
        assert "redundant:" not in shown(SHIPPED / f"{name}.yaml", capsys)[-1]
