"""The settings of a trial: the paper's defaults, when reports are due, and what is refused."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lstnet_search.config import PRESETS, WEIGHT_NAMES, LSTNetConfig, TrialConfig
from lstnet_search.errors import InputError


def test_the_default_is_the_papers_trial() -> None:
    trial = TrialConfig()
    assert trial.weights == {"w1": 20, "w2": 20, "w3": 100, "w4": 100, "w5": 100, "w6": 100, "wl": 30}
    assert (trial.learning_rate, trial.beta1, trial.beta2) == (1e-4, 0.8, 0.999)
    assert trial.batch_size == 64
    assert (trial.rotation, trial.scale, trial.shift) == (10, 0.1, 2)
    assert (trial.width, trial.latent_stride, trial.batch_norm_momentum) == (1, 1, 0.01)
    assert trial.adversarial_loss == "non_saturating"
    assert trial.ema_decay == 0


def test_weights_come_in_the_order_of_equation_1_with_wl_last() -> None:
    assert tuple(TrialConfig().weights) == WEIGHT_NAMES == ("w1", "w2", "w3", "w4", "w5", "w6", "wl")


def test_reports_are_evenly_spaced_end_with_the_last_step_and_are_no_more_than_steps() -> None:
    assert TrialConfig(steps=100, reports=4).report_steps == (25, 50, 75, 100)
    assert TrialConfig(steps=10, reports=3).report_steps == (3, 6, 10)
    assert TrialConfig(steps=3, reports=12).report_steps == (1, 2, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 10**26}, r"steps=10{26} must be <= 1e\+12; in here"),
        ({"method": "unit", "steps": 10**26}, r"steps=10{26} must be <= 1e\+12; in here"),
        ({"reports": 10**26}, r"reports=10{26} must be <= 1000000; in here"),
        ({"schedule": [{"step": 10**26, "weights": {"w1": 1}}]}, r"schedule.0.step=10{26} must be <= 1e\+12; in here"),
    ],
)
def test_counts_have_an_upper_limit(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrialConfig.parse(settings, "here")


@given(steps=st.integers(1, 10**6), reports=st.integers(1, 200))
def test_report_steps_rise_evenly_from_above_zero_to_steps(steps: int, reports: int) -> None:
    due = TrialConfig(steps=steps, reports=reports).report_steps
    gaps = [after - before for before, after in zip((0, *due), due, strict=False)]
    assert due[-1] == steps
    assert len(due) == min(steps, reports)
    assert min(gaps) >= 1
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"w7": 1}, r"^unknown setting 'w7'; remove it or correct its name; in mine\.yaml$"),
        ({"w1": -1.0}, r"^w1=-1\.0 must be >= 0; in mine\.yaml$"),
        ({"w1": math.nan}, r"^w1=nan must be a finite number; in mine\.yaml$"),
        ({"wl": math.inf}, r"^wl=inf must be a finite number; in mine\.yaml$"),
        ({"w1": True}, r"^w1=True must be a number; in mine\.yaml$"),
        ({"w1": None}, r"^w1=None must be a number; in mine\.yaml$"),
        ({"w1": "heavy"}, r"^w1='heavy' must be a number; in mine\.yaml$"),
        ({"w1": 10**400}, r"^w1=10+\.\.\.0+ must be a number; in mine\.yaml$"),
        ({"learning_rate": 0}, r"^learning_rate=0 must be > 0; in mine\.yaml$"),
        ({"beta1": 1.0}, r"^beta1=1\.0 must be < 1; in mine\.yaml$"),
        ({"batch_size": 1}, r"^batch_size=1 must be >= 2; in mine\.yaml$"),
        ({"batch_size": 2.5}, r"^batch_size=2\.5 must be a whole number; in mine\.yaml$"),
        ({"batch_size": True}, r"^batch_size=True must be a number; in mine\.yaml$"),
        ({"seed": 2**31}, r"^seed=2147483648 must be < 2147483648; in mine\.yaml$"),
        ({"latent_stride": 2}, r"^latent_stride=2 must be one of 1 or 3; in mine\.yaml$"),
        ({"latent_stride": True}, r"^latent_stride=True must be a number; in mine\.yaml$"),
        ({"adversarial_loss": "hinge"}, r"^adversarial_loss='hinge' must be one of 'non_saturating', "),
        ({"domains": ["mnist"]}, r"^'domains\.1' is missing; add it; in mine\.yaml$"),
        (None, r"^None must be a mapping from settings to values; in mine\.yaml$"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_and_limit(settings: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrialConfig.parse(settings, "mine.yaml")


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(InputError, match=r"w1=-1 must be >= 0; w2=-2 must be >= 0; in mine\.yaml"):
        TrialConfig.parse({"w1": -1, "w2": -2}, "mine.yaml")


def test_a_number_that_yaml_takes_for_text_is_accepted() -> None:
    assert TrialConfig.parse({"learning_rate": "1e-5"}, "mine.yaml").learning_rate == 1e-5


def test_a_whole_number_from_a_table_may_be_a_float() -> None:
    batch_size = TrialConfig.parse({"batch_size": 32.0}, "trials.parquet").batch_size
    assert batch_size == 32
    assert isinstance(batch_size, int)


def test_a_trial_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        TrialConfig().w1 = 1.0  # type: ignore[misc]


def test_override_changes_only_the_named_settings() -> None:
    before = PRESETS["cpu"].trial
    after = before.override({"w1": 5}, "the command line")
    assert after.w1 == 5
    assert after.model_dump() == before.model_dump() | {"w1": 5.0}


def test_override_checks_again() -> None:
    with pytest.raises(InputError, match=r"steps=0 must be >= 1; in the command line"):
        TrialConfig().override({"steps": 0}, "the command line")


def test_settings_that_decide_what_a_score_means_are_not_searchable() -> None:
    searchable = set(LSTNetConfig.searchable())
    assert set(WEIGHT_NAMES) <= searchable
    assert not {"steps", "seed", "split_seed", "validation_fraction", "domains", "method"} & searchable


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ([{"step": 4, "weights": {"w1": 1}}, {"step": 4, "weights": {"w1": 2}}], "the schedule, 4, 4, must ascend"),
        ([{"step": 4, "weights": {"w1": 1}}, {"step": 2, "weights": {"w1": 2}}], "the schedule, 4, 2, must ascend"),
        ([{"step": 4, "weights": {"w9": 1}}], r"schedule\.0\.weights\.w9"),
        ([{"step": 4, "weights": {"learning_rate": 1}}], r"schedule\.0\.weights\.learning_rate"),
        ([{"step": 4, "weights": {"w1": -1}}], r"schedule\.0\.weights\.w1=-1 must be >= 0"),
        ([{"step": 0, "weights": {"w1": 1}}], r"schedule\.0\.step=0 must be >= 1"),
        ([{"step": 4, "w1": 1}], r"schedule\.0"),
    ],
)
def test_a_schedule_out_of_order_or_with_unknown_settings_is_refused(schedule: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrialConfig.parse({"schedule": schedule}, "mine.yaml")


def test_weights_that_a_change_does_not_name_stay() -> None:
    config = TrialConfig.parse({"schedule": [{"step": 4, "weights": {"w1": 1}}]}, "mine.yaml")
    assert config.weights_after(3) == config.weights
    assert config.weights_after(4) == config.weights | {"w1": 1}


def test_a_schedule_is_written_only_if_there_is_one() -> None:
    config = TrialConfig.parse({"schedule": [{"step": 4, "weights": {"w1": 1}}]}, "mine.yaml")
    assert config.model_dump(mode="json")["schedule"] == [{"step": 4, "weights": {"w1": 1.0}}]
    assert TrialConfig.parse(config.model_dump(mode="json"), "again") == config
    assert "schedule" not in TrialConfig().model_dump()
