"""Settings and numbers of trials for two kinds of machine: `cpu` for a laptop, `paper` for the published settings."""

from dataclasses import dataclass
from typing import Any, Literal

from lstnet_search.config.methods import CoGANConfig, DeepJDOTConfig, LSTNetConfig, NoTranslationConfig, UNITConfig
from lstnet_search.config.trial import CLASSIFIER_AUGMENTATIONS, TrialConfig

PresetName = Literal["cpu", "paper"]
MethodName = Literal["lstnet", "unit", "cogan", "deepjdot", "no_translation"]


@dataclass(frozen=True)
class Preset:
    """The settings of trial 0, the number of trials in a search, and the maximum number of seeds per configuration."""

    trial: TrialConfig
    trials: int
    seeds: int = 1


_SMALL_TRANSLATOR: dict[str, Any] = {
    "data": "bundled",
    "width": 1 / 16,
    "learning_rate": 2e-3,
    "cooldown": 0.5,
    "batch_norm_momentum": 0.1,
    "ema_decay": 0.995,
    "classifier_steps": 1000,
    "steps": 1500,
    "reports": 12,
}
"""The `cpu` settings of methods with the networks of Table 1."""

_SMALL_COGAN: dict[str, Any] = {
    "data": "bundled",
    "width": 1 / 8,
    "learning_rate": 5e-4,
    "ema_decay": 0.995,
    **CLASSIFIER_AUGMENTATIONS["wide"],
    "classifier_steps": 1000,
    "steps": 1200,
    "reports": 12,
}

_SMALL_DEEPJDOT: dict[str, Any] = {
    "data": "bundled",
    "width": 1 / 2,
    "pool_stride": 2,
    "batch_size": 100,
    "pretraining_steps": 400,
    "pretraining_batch_size": 100,
    "pretraining_rate": 1e-3,
    "learning_rate": 5e-4,
    **CLASSIFIER_AUGMENTATIONS["wide"],
    "classifier_steps": 1000,
    "steps": 2400,
    "reports": 12,
}


def _presets(cpu: TrialConfig, paper: TrialConfig) -> dict[PresetName, Preset]:
    return {"cpu": Preset(cpu, trials=6, seeds=5), "paper": Preset(paper, trials=64, seeds=5)}


METHOD_PRESETS: dict[MethodName, dict[PresetName, Preset]] = {
    "lstnet": _presets(cpu=LSTNetConfig(**_SMALL_TRANSLATOR, anchor=200), paper=LSTNetConfig()),
    "unit": _presets(cpu=UNITConfig(**_SMALL_TRANSLATOR, anchor=2), paper=UNITConfig()),
    "cogan": _presets(cpu=CoGANConfig(**_SMALL_COGAN), paper=CoGANConfig()),
    "deepjdot": _presets(cpu=DeepJDOTConfig(**_SMALL_DEEPJDOT), paper=DeepJDOTConfig()),
    "no_translation": {
        "cpu": Preset(NoTranslationConfig(data="bundled", classifier_steps=1000), trials=1),
        "paper": Preset(NoTranslationConfig(), trials=1),
    },
}
"""The presets of every method. Those for `cpu` are not published ones, and take minutes."""

PRESETS = METHOD_PRESETS["lstnet"]
