"""Which of the searched settings matter: their values and scores by trial, and their importances."""

import optuna
import pandas as pd
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import create_trial

from lstnet_search.results.analysis.weight_ratios import is_logarithmic, searched_settings
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables

FEW = 20
"""With fewer trials, importances are mostly chance."""


def settings_and_scores(study: StudyTables, metric: str) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """The searched settings and the scores of trials, both by trial, the best first.

    The score of a trial is that of its best report; failed trials are left out. Weights are ratios to w3. Both are
    empty if there are no reports.
    """
    settings = searched_settings(study)
    scores = study.ranking(metric)
    scores = scores[scores.index.isin(settings.index)]
    return settings.loc[scores.index], scores


def importances(settings: pd.DataFrame, scores: "pd.Series[float]") -> dict[str, float]:
    """How important each setting is for being among the best trials (PED-ANOVA, Watanabe et al. 2023).

    Args:
        settings: one row per trial; a column without variation is left out.
        scores: the scores of the same trials.

    Returns:
        Importance by setting, the most important first, with sum 1. Empty if settings or scores do not vary.
    """
    varied = settings.loc[:, settings.nunique() > 1]
    if varied.empty or scores.nunique() < 2:
        return {}
    ranges: dict[str, BaseDistribution] = {
        str(name): FloatDistribution(values.min(), values.max(), log=is_logarithmic(values))
        for name, values in varied.items()
    }
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    study.add_trials(
        create_trial(params=dict(zip(ranges, row, strict=True)), distributions=ranges, value=score)
        for row, score in zip(varied.to_numpy().tolist(), scores, strict=True)
    )
    return optuna.importance.get_param_importances(study)


def importances_of(folder: ResultsFolder) -> dict[str, float]:
    """The importances of a study's settings for its own metric, as its report has them.

    Raises:
        InputError: if a file in the folder is damaged.
    """
    study = StudyTables.read(folder.path)
    return importances(*settings_and_scores(study, study.metric))
