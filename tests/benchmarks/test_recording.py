from pathlib import Path

import pytest
from recording import points

from lstnet_search.config import PRESETS, Space


def test_points_are_the_papers_weights_and_then_a_sobol_sequence() -> None:
    trials = points(Space.read(Path("search_spaces/weight_ratios.yaml")), PRESETS["cpu"].trial, 3)
    assert list(trials[0].weights.values()) == [20, 20, 100, 100, 100, 100, 30]
    # The middle of six ranges from 1 to 1000. w3 is fixed.
    assert [trials[1].weights[name] for name in ("w1", "w3", "wl")] == pytest.approx([1000**0.5, 100, 1000**0.5])
    assert len({trial.seed for trial in trials}) == 3
