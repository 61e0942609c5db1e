"""Budgets that suit a kind of machine: `cpu` for a laptop, `paper` for the published settings."""

from dataclasses import dataclass
from typing import Literal

from lstnet_search.config.trial import TrialConfig

PresetName = Literal["cpu", "paper"]


@dataclass(frozen=True)
class Preset:
    """A training and the number of them that a search makes."""

    trial: TrialConfig
    trials: int


PRESETS: dict[PresetName, Preset] = {
    "cpu": Preset(
        trial=TrialConfig(
            data="bundled",
            width=1 / 16,
            learning_rate=1e-3,
            batch_norm_momentum=0.1,
            ema_decay=0.995,
            steps=1500,
            reports=12,
        ),
        trials=6,
    ),
    "paper": Preset(trial=TrialConfig(), trials=64),
}
