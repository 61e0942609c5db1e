"""Which trials are drawn, and how their latents become two-dimensional."""

from pathlib import Path

import numpy as np
import pytest

from lstnet_search.analysis.images import choose_trials, flatten
from lstnet_search.results.folder.studies import StudyTables

from .made_up import make_study


def test_the_best_the_middle_and_the_worst_trial_with_samples_are_drawn_each_once(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = StudyTables.read(study)
    ranking = tables.ranking("target_accuracy")
    sampled = [trial for trial in ranking.index if trial < 5]
    chosen = choose_trials(tables, ranking)
    assert [(each.rank, each.trial) for each in chosen] == [
        ("best", sampled[0]),
        ("middle", sampled[2]),
        ("worst", sampled[4]),
    ]
    assert f"study: {len(ranking) - 5} trials have no samples and are left out" in capsys.readouterr().out
    few = StudyTables.read(make_study(tmp_path / "few", 2, samples=1))
    assert [each.rank for each in choose_trials(few, few.ranking("target_accuracy"))] == ["best"]


def test_latents_always_get_the_same_points_and_neighbours_stay_together() -> None:
    generator = np.random.default_rng(0)
    latents = np.concatenate((generator.normal(size=(40, 6)), 30 + generator.normal(size=(40, 6))))
    points = flatten(latents)
    assert points.shape == (80, 2)
    assert np.array_equal(points, flatten(latents))
    middles = points[:40].mean(0), points[40:].mean(0)
    distances = [np.linalg.norm(points - middle, axis=1) for middle in middles]
    assert ((distances[0] < distances[1]) == (np.arange(80) < 40)).all()


def test_latents_that_are_all_alike_are_one_point() -> None:
    assert (flatten(np.ones((5, 3))) == 0).all()
    assert flatten(np.ones((2, 1))).shape == (2, 2)
