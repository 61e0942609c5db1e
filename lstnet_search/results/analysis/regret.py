"""What choosing by a label-free criterion costs, measured where labels are known."""

from dataclasses import dataclass

from lstnet_search.results.folder.studies import StudyTables


@dataclass(frozen=True)
class CriterionScore:
    """How well a criterion chooses among the trials of a study, judged by an oracle.

    Attributes:
        trials: Number of trials compared.
        correlation: Spearman's correlation of criterion and oracle, in [-1, 1]; NaN if either has one value in all
            trials.
        regret: Oracle score of the best trial minus that of the trial that the criterion picks, >= 0.
        picked: Number of the trial that the criterion picks.
    """

    trials: int
    correlation: float
    regret: float
    picked: int


def judge(study: StudyTables, criterion: str, oracle: str) -> CriterionScore | None:
    """Judge a criterion by the trial that a search would select with it.

    Each trial is judged at the report where the criterion is highest, the best trial at the report where the oracle
    is highest. Every trial counts by itself, whether it repeats another or not. Return None if no report has
    both metrics.
    """
    reports = study.best_reports(criterion)
    if oracle not in reports:
        return None
    reports = reports.dropna(subset=[oracle])
    if reports.empty:
        return None
    picked = int(reports.index[int(reports[criterion].argmax())])
    ranks = reports[[criterion, oracle]].rank()
    varied = bool((ranks.nunique() > 1).all())
    return CriterionScore(
        trials=len(reports),
        correlation=float(ranks[criterion].corr(ranks[oracle])) if varied else float("nan"),
        regret=float(study.best_reports(oracle)[oracle].max() - reports[oracle].loc[picked]),
        picked=picked,
    )
