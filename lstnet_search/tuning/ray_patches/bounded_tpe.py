"""TPE whose draws do not get slower with the number of trials."""

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator
from optuna.trial import FrozenTrial

CONSIDERED_TRIALS = 1000
"""How many of the latest trials count in each of TPE's two groups."""


class BoundedTPESampler(TPESampler):
    """TPE that takes about as long for a draw after ten thousand trials as after one thousand.

    TPE splits the trials into good and poor ones, and gives older poor ones less weight anyway. There are at most 25
    good ones, which all count. Overrides `TPESampler._build_parzen_estimator` (Optuna 5.0.0).
    """

    def _build_parzen_estimator(
        self, study: Study, search_space: dict[str, BaseDistribution], trials: list[FrozenTrial], handle_below: bool
    ) -> _ParzenEstimator:
        return super()._build_parzen_estimator(study, search_space, trials[-CONSIDERED_TRIALS:], handle_below)
