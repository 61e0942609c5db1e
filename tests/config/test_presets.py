"""The presets: the paper's settings, and small ones for a laptop."""

import pytest

from lstnet_search.config import PRESETS, Preset, TrialConfig
from lstnet_search.config.presets import METHOD_PRESETS, PresetName
from lstnet_search.config.rungs import rungs

ALL = [preset for presets in METHOD_PRESETS.values() for preset in presets.values()]


def test_the_paper_preset_is_the_default_trial_64_times() -> None:
    preset = PRESETS["paper"]
    assert preset.trial == TrialConfig()
    assert (preset.trial.steps, preset.trials) == (47_000, 64)


def test_the_cpu_preset_is_narrow_fast_and_averaged() -> None:
    trial = PRESETS["cpu"].trial
    assert (trial.width, trial.learning_rate, trial.batch_norm_momentum) == (1 / 16, 2e-3, 0.1)
    assert trial.ema_decay == 0.995
    assert trial.steps <= 1500
    assert trial.data == "bundled"
    assert PRESETS["cpu"].trials == 6


def test_the_paper_preset_has_nothing_that_is_not_published() -> None:
    trial = PRESETS["paper"].trial
    assert (trial.width, trial.min_filters, trial.learning_rate, trial.anchor, trial.cooldown) == (1, 4, 1e-4, 0, 0)


@pytest.mark.parametrize("name", ["cpu", "paper"])
def test_every_preset_of_every_method_has_the_published_weights(name: PresetName) -> None:
    for presets in METHOD_PRESETS.values():
        assert presets[name].trial.weights == presets[name].trial.published_weights()


@pytest.mark.parametrize("preset", ALL, ids=lambda preset: f"{preset.trial.method}-{preset.trials}")
def test_every_preset_reports_at_its_rungs_or_just_after(preset: Preset) -> None:
    trial = preset.trial
    if trial.method != "no_translation":  # it has one step
        for rung in rungs(trial.steps):
            assert min(step for step in trial.report_steps if step >= rung) - rung <= 2


@pytest.mark.parametrize("preset", ALL, ids=lambda preset: f"{preset.trial.method}-{preset.trials}")
def test_settings_survive_a_dump_and_a_parse(preset: Preset) -> None:
    assert TrialConfig.parse(preset.trial.model_dump(mode="json"), "dump") == preset.trial
