"""A point of a space goes through Optuna and comes back as the settings that it was made of."""

from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.config import Space, TrialConfig
from lstnet_search.tuning.study.study import distribution

from ..config.spaces import SPACES, draw_at  # noqa: TID252 (pytest's importlib mode has no absolute name for it)


def drawn_by(study: optuna.Study, space: Space) -> dict[str, Any]:
    trial = study.ask()
    drawn = space.draw(lambda name, bounds: trial._suggest(name, distribution(bounds)))
    assert trial.params == drawn
    study.tell(trial, 0.0)
    return drawn


@given(space=SPACES, share=st.floats(0, 1), seed=st.integers(0, 2**31))
def test_points_survive_the_way_into_optuna_and_back(space: Space, share: float, seed: int) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    trial = TrialConfig().override(space.complete(draw_at(space, share)), "a draw")
    study.enqueue_trial(space.point(trial))
    settings = space.complete(drawn_by(study, space))
    assert settings == pytest.approx({name: getattr(trial, name) for name in settings}, rel=1e-9, abs=1e-9)


@given(space=SPACES, seed=st.integers(0, 2**31))
def test_every_draw_of_optuna_lies_within_its_bounds_and_leads_back_to_its_settings(space: Space, seed: int) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    for _ in range(3):
        drawn = drawn_by(study, space)
        assert all(space.parameters[name].contains(value) for name, value in drawn.items())
        settings = space.complete(drawn)
        again = space.complete(space.point(TrialConfig().override(settings, "a draw")))
        assert again == pytest.approx(settings, rel=1e-9, abs=1e-9)
