from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.config import TrialConfig
from lstnet_search.config.rungs import rungs


@given(steps=st.integers(12, 10**6))
def test_rungs_are_a_sixth_and_about_a_half_of_the_training(steps: int) -> None:
    first, second = rungs(steps)
    assert first == steps // 6
    assert steps / 2 - 3 < second <= steps / 2


@given(steps=st.integers(12, 10**6))
def test_of_12_reports_one_comes_just_after_each_rung(steps: int) -> None:
    for rung in rungs(steps):
        assert min(step for step in TrialConfig(steps=steps, reports=12).report_steps if step >= rung) - rung <= 2
