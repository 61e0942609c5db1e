"""What a confirmation prints: one line per report, a table of verdicts at the end."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from lstnet_search.config.metrics import TARGET, read_name, tested_name
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.results.confirmation.paired_tests import Comparison, Sample
from lstnet_search.results.confirmation.plan import BEST, Candidate, ConfirmationPlan
from lstnet_search.results.confirmation.verdict import CandidateResult
from lstnet_search.results.formatting import (
    difference_with_interval,
    mean_with_half_width,
    p_value,
    weights,
    weights_heading,
)
from lstnet_search.results.study.records import PAPER_TRIAL, ReportRecord
from lstnet_search.tuning.console.search_display import SearchDisplay


class ConfirmationDisplay(SearchDisplay):
    """The lines of one run of a confirmation."""

    def __init__(
        self,
        console: Console,
        directions: tuple[str, str],
        steps: int,
        trainings: int,
        concurrent: int,
        names: Mapping[int, str],
    ) -> None:
        """Print to a console.

        Args:
            console: as for `SearchDisplay`.
            directions: names of both directions.
            steps: number of steps of each training.
            trainings: number of trainings.
            concurrent: trainings that run side by side.
            names: names of the trainings, by number.
        """
        super().__init__(console, directions, steps, trainings, concurrent, PROGRESS)
        self._names = names
        self._width = max(map(len, names.values()))

    def name(self, number: int) -> str:
        """Candidate and seed of a training."""
        return self._names[number]

    def report(
        self, number: int, settings: Mapping[str, float], report: ReportRecord, alarms: Sequence[str] = ()
    ) -> None:
        """Print how far a training is. Its accuracy is measured only after the last training has ended."""
        left = self._reported(number, report)
        self.say(
            f"{self._padded(number)}  step {report.step:>{len(str(self._steps))}}/{self._steps}"
            f"  weights {weights(settings)}  {left}"
        )

    def _padded(self, number: int) -> str:
        return self.name(number).ljust(self._width)


def verdict_table(
    results: Sequence[CandidateResult],
    candidates: Sequence[Candidate],
    directions: tuple[str, str],
    plan: ConfirmationPlan,
) -> Table:
    """One row per candidate and one for no translation: test accuracies, compared with the paper's weights."""
    seeds = max(each.trainings for each in results)
    title = f"test accuracy after {plan.steps} steps, reader {plan.reader}, "
    title += "mean of {seeds} seeds ± half of the 95 % interval; differences in points" if seeds > 1 else "one seed"
    table = Table(title=title.format(seeds=seeds), title_justify="left")
    names = weights_heading(candidates[0].config.method)
    for heading in ("", "trial", *directions, "target", "to the paper", "p", "verdict", f"weights {names}"):
        table.add_column(heading, no_wrap=True)
    settings = {candidate.trial: candidate.config.model_dump() for candidate in candidates}
    for each in results:
        accuracies = (_mean(each.metrics[name]) for name in (*map(tested_name, directions), TARGET))
        test = each.against_paper
        table.add_row(
            (f"{each.name}, the paper's" if each.name == BEST and each.trial == PAPER_TRIAL else each.name)
            + (f" ({each.failed} failed)" if each.failed else ""),
            "" if each.trial is None else str(each.trial),
            *accuracies,
            *(
                ("", "", "")
                if test is None
                else (
                    difference_with_interval(TARGET, test.differences.mean, test.differences.interval),
                    _p(test),
                    test.verdict,
                )
            ),
            "" if each.trial is None else weights(settings[each.trial]),
        )
    return table


def readers_table(results: Sequence[CandidateResult], readers: Sequence[str], directions: tuple[str, str]) -> Table:
    """Test accuracies by each reader: what the translator, and an adapted classifier, are worth."""
    table = Table(title="by reader", title_justify="left")
    for heading in ("", "reader", *directions, "target"):
        table.add_column(heading, no_wrap=True)
    for each in results:
        for reader in readers:
            metrics = (read_name(reader, metric) for metric in (*map(tested_name, directions), TARGET))
            table.add_row(each.name, reader, *(_mean(each.metrics[metric]) for metric in metrics))
    return table


def _mean(sample: Sample) -> str:
    return mean_with_half_width(sample.mean, sample.half_width)


def _p(test: Comparison) -> str:
    """The p-value that decides the verdict."""
    return p_value(test.p if test.p_holm is None else test.p_holm)
