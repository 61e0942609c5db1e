"""What choosing by a label-free criterion costs, measured where labels are known."""

from dataclasses import dataclass

from lstnet_search.results.folder.studies import StudyTables


@dataclass(frozen=True)
class Verdict:
    """A criterion against the oracle, over the trials of a study.

    Attributes:
        trials: number of trials compared.
        correlation: Spearman's, of the criterion and the oracle, in [-1, 1]; NaN where either is
            the same in all trials.
        regret: oracle score of the best trial less that of the trial that the criterion picks, >= 0.
        picked: number of that trial.
    """

    trials: int
    correlation: float
    regret: float
    picked: int


def judge(study: StudyTables, criterion: str, oracle: str) -> Verdict | None:
    """Judge a criterion by what a search that selects by it would take from these trials.

    Each trial stands at the report where the criterion is highest, the best trial at the report
    where the oracle is. None without a report that has both.
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
    return Verdict(
        trials=len(reports),
        correlation=float(ranks[criterion].corr(ranks[oracle])) if varied else float("nan"),
        regret=float(study.ranking(oracle).iloc[0] - reports[oracle].loc[picked]),
        picked=picked,
    )
