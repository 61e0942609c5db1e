"""What a trial of Optuna does not offer under a public name."""

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial


def id_of(trial: FrozenTrial | optuna.Trial) -> int:
    """The id by which the study's storage knows a trial. Uses `_trial_id` (Optuna 5.0.0)."""
    return trial._trial_id


def set_system_attribute(study: optuna.Study, trial: FrozenTrial, name: str, value: Any) -> None:
    """Note something about a trial that dashboards do not show. Uses `_storage` and `_trial_id` (Optuna 5.0.0)."""
    study._storage.set_trial_system_attr(trial._trial_id, name, value)


def suggest(trial: optuna.Trial, name: str, distribution: BaseDistribution) -> Any:
    """Draw a parameter from any distribution; the public methods take one kind each. Uses `_suggest` (Optuna 5.0.0)."""
    return trial._suggest(name, distribution)
