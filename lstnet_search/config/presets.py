"""Budgets that suit a kind of machine: `cpu` for a laptop, `paper` for the published settings."""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from lstnet_search.config.methods import CoGANConfig, DeepJDOTConfig, LSTNetConfig, NoTranslationConfig, UNITConfig
from lstnet_search.config.trial import TrialConfig

PresetName = Literal["cpu", "paper"]
MethodName = Literal["lstnet", "unit", "cogan", "deepjdot", "no_translation"]
Trial_co = TypeVar("Trial_co", bound=TrialConfig, covariant=True)


@dataclass(frozen=True)
class Preset(Generic[Trial_co]):
    """A training and the number of them that a search makes."""

    trial: Trial_co
    trials: int


_AUGMENTED: dict[str, Any] = {"rotation": 10, "scale": 0.1, "shift": 2}
"""As LSTNet is by default."""

_SMALL_TRANSLATOR: dict[str, Any] = {
    "data": "bundled",
    "width": 1 / 16,
    "learning_rate": 1e-3,
    "batch_norm_momentum": 0.1,
    "ema_decay": 0.995,
    "steps": 1500,
    "reports": 12,
}
"""Of the `cpu` preset of methods with the networks of Table 1."""

PRESETS: dict[PresetName, Preset[LSTNetConfig]] = {
    "cpu": Preset(
        trial=LSTNetConfig(**_SMALL_TRANSLATOR),
        trials=6,
    ),
    "paper": Preset(trial=LSTNetConfig(), trials=64),
}
"""Of LSTNet."""

METHOD_PRESETS: dict[MethodName, dict[PresetName, Preset[TrialConfig]]] = {
    "lstnet": {**PRESETS},
    "unit": {
        "cpu": Preset(
            trial=UNITConfig(**_SMALL_TRANSLATOR),
            trials=6,
        ),
        "paper": Preset(trial=UNITConfig(), trials=64),
    },
    "cogan": {
        "cpu": Preset(
            trial=CoGANConfig(
                data="bundled",
                width=1 / 8,
                learning_rate=5e-4,
                ema_decay=0.995,
                **_AUGMENTED,
                steps=1200,
                reports=12,
            ),
            trials=6,
        ),
        "paper": Preset(trial=CoGANConfig(), trials=64),
    },
    "deepjdot": {
        "cpu": Preset(
            trial=DeepJDOTConfig(
                data="bundled",
                width=1 / 2,
                pool_stride=2,
                batch_size=100,
                pretraining_steps=400,
                pretraining_batch_size=100,
                pretraining_rate=1e-3,
                learning_rate=5e-4,
                **_AUGMENTED,
                steps=2400,
                reports=12,
            ),
            trials=6,
        ),
        "paper": Preset(trial=DeepJDOTConfig(), trials=64),
    },
    "no_translation": {
        "cpu": Preset(trial=NoTranslationConfig(data="bundled"), trials=1),
        "paper": Preset(trial=NoTranslationConfig(), trials=1),
    },
}
"""Of every method: the `cpu` ones are ours, sized for minutes."""
