"""The sampler that knows the published weights."""

from math import log
from typing import Any

import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial

from lstnet_search.tuning.study.prior_sampler import CENTRES, PriorSampler

SPACE: dict[str, BaseDistribution] = {
    "a": FloatDistribution(1, 1000, log=True),
    "b": FloatDistribution(0, 1),
    "c": FloatDistribution(0, 1, step=0.25),
    "d": IntDistribution(1, 9),
    "e": CategoricalDistribution(["x", "y"]),
}
PUBLISHED = {"a": 30.0, "b": 0.4, "c": 0.5, "d": 3, "e": "x"}


def study_of(trials: int, score: Any, seed: int = 0) -> optuna.Study:
    study = optuna.create_study(direction="maximize", sampler=PriorSampler(PUBLISHED, seed))
    study.enqueue_trial(PUBLISHED)
    for _ in range(trials):
        trial = study.ask(SPACE)
        study.tell(trial, score(trial.params))
    return study


def centres(study: optuna.Study) -> list[str | None]:
    return [trial.system_attrs.get("prior:centre") for trial in study.trials]


def of(study: optuna.Study, centre: str) -> list[FrozenTrial]:
    return [trial for trial in study.trials if trial.system_attrs.get("prior:centre") == centre]


def test_draws_lie_in_their_ranges_and_given_points_have_no_centre() -> None:
    study = study_of(150, lambda params: params["b"])
    assert centres(study)[0] is None
    assert set(centres(study)[1:]) == set(CENTRES)
    for trial in study.trials:
        for name, bounds in SPACE.items():
            assert bounds._contains(bounds.to_internal_repr(trial.params[name])), (name, trial.params[name])


def test_draws_around_the_published_point_are_nearer_to_it_than_others() -> None:
    study = study_of(200, lambda params: 0.0)

    def distance(trial: FrozenTrial) -> float:
        return abs(log(trial.params["a"] / 30)) / log(1000) + abs(trial.params["b"] - 0.4)

    near, far = ([distance(trial) for trial in of(study, centre)] for centre in ("published", "anywhere"))
    assert sum(near) / len(near) < 0.6 * sum(far) / len(far)
    assert max(near) > 0.3, "and some of them are wide"


def test_parameters_of_the_leader_are_kept_or_moved_a_little() -> None:
    study = study_of(200, lambda params: -abs(params["b"] - 0.9))
    for trial in of(study, "leader")[-20:]:
        assert trial.params["b"] > 0.4


@pytest.mark.parametrize(("centre", "good"), [("published", 0.4), ("anywhere", 0.95)])
def test_what_succeeds_is_tried_more_often(centre: str, good: float) -> None:
    """The best points lie at the published one, or far away from it."""

    def score(params: dict[str, Any]) -> float:
        return -abs(params["b"] - good) - abs(log(params["a"] / 30)) if centre == "published" else params["b"]

    late = centres(study_of(120, score))[60:]
    assert late.count("published") + late.count("leader") > 30
    if centre == "published":
        assert late.count("anywhere") < 20
    else:
        assert late.count("leader") > late.count("published")


def test_several_objectives_count_by_their_mean() -> None:
    study = optuna.create_study(directions=["maximize", "maximize"], sampler=PriorSampler(PUBLISHED, 0))
    for _ in range(12):
        trial = study.ask(SPACE)
        study.tell(trial, [trial.params["b"], 1 - trial.params["b"]])
    assert len(study.trials) == 12


def test_the_same_seed_gives_the_same_draws() -> None:
    drawn = [[trial.params for trial in study_of(20, lambda params: params["b"], seed).trials] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
