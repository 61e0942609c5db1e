"""What a confirmation prints: how far its trainings are, and tables of verdicts at the end."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from lstnet_search.config.metrics import TARGET, read_name, tested_name
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.io.console import wrapped
from lstnet_search.results.confirmation.paired_tests import Comparison, Sample
from lstnet_search.results.confirmation.plan import BEST, ConfirmationPlan
from lstnet_search.results.confirmation.verdict import CandidateResult
from lstnet_search.results.formatting import difference_with_interval, mean_with_half_width, p_value
from lstnet_search.results.screen.layout import Column, arrows, table
from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import PAPER_TRIAL, ReportRecord
from lstnet_search.tuning.console.search_display import SearchDisplay


class ConfirmationDisplay(SearchDisplay):
    """The lines of one run of a confirmation. Accuracies are measured only after the last training has ended."""

    def __init__(
        self, console: Console, directions: tuple[str, str], progress: Progress, names: Mapping[int, str]
    ) -> None:
        """Print to a console.

        Args:
            console: as for `SearchDisplay`.
            directions: names of both directions.
            progress: counts the steps of all trainings.
            names: names of the trainings, by number.
        """
        super().__init__(console, directions, progress, PROGRESS)
        self._names = names
        self._width = max(map(len, names.values()))

    def name(self, number: int) -> str:
        """Candidate and seed of a training."""
        return self._names[number]

    def _values(self, report: ReportRecord) -> list[list[str]]:
        return [[]]

    def _table(self, width: int, rows: int) -> list[str]:
        """The trainings that run, then those that ended last."""
        order = sorted(self._board.standings.values(), key=lambda each: (each.state != "RUNNING", -each.number))
        chosen = sorted(order[:rows], key=lambda each: each.number)
        states = {"RUNNING": "running", "COMPLETE": "done"}
        columns = [
            Column("training", [self.name(each.number) for each in chosen], left=True),
            Column("step", [f"{each.step}/{self._progress.steps}" for each in chosen], keep=8),
            Column(
                "state", [states.get(each.state, f"failed: {each.error}") for each in chosen], keep=7, flexible=True
            ),
        ]
        return table(columns, width) if chosen else []

    def _padded(self, number: int) -> str:
        return self.name(number).ljust(self._width)


def verdict_lines(
    results: Sequence[CandidateResult], directions: tuple[str, str], plan: ConfirmationPlan, width: int
) -> list[str]:
    """One row per candidate and one for no translation: test accuracies, compared with the paper's weights."""
    seeds = max(each.trainings for each in results)
    title = f"test accuracy after {plan.steps} steps, reader {plan.reader}, "
    title += f"mean of {seeds} seeds ± half of the 95 % interval; differences in points" if seeds > 1 else "one seed"
    tests = [each.against_paper for each in results]
    columns = [
        Column("", [_label(each) for each in results], 9, left=True),
        Column("trial", ["" if each.trial is None else str(each.trial) for each in results], 2),
        *(
            Column(heading, [_mean(each.metrics[tested_name(name)]) for each in results], 3)
            for heading, name in zip(arrows(directions), directions, strict=True)
        ),
        Column("mean", [_mean(each.metrics[TARGET]) for each in results], 7),
        Column("to the paper", [_difference(test) for test in tests], 6),
        Column("p", ["" if test is None else _p(test) for test in tests], 5),
        Column("verdict", ["" if test is None else test.verdict.removesuffix(" shown") for test in tests], 8),
    ]
    return [*wrapped(title, width), *table(columns, width)]


def reader_lines(
    results: Sequence[CandidateResult], readers: Sequence[str], directions: tuple[str, str], width: int
) -> list[str]:
    """Test accuracies by each reader: what the translator, and an adapted classifier, are worth."""
    rows = [(each, reader) for each in results for reader in readers]
    metrics = [*map(tested_name, directions), TARGET]
    columns = [
        Column("", [each.name for each, _ in rows], 9, left=True),
        Column("reader", [reader for _, reader in rows], 8, left=True),
        *(
            Column(heading, [_mean(each.metrics[read_name(reader, metric)]) for each, reader in rows], keep)
            for heading, metric, keep in zip([*arrows(directions), "mean"], metrics, (5, 6, 7), strict=True)
        ),
    ]
    return ["by reader", *table(columns, width)]


def _label(each: CandidateResult) -> str:
    name = f"{each.name}, the paper's" if each.name == BEST and each.trial == PAPER_TRIAL else each.name
    return f"{name} ({each.failed} failed)" if each.failed else name


def _difference(test: Comparison | None) -> str:
    if test is None:
        return ""
    return difference_with_interval(TARGET, test.differences.mean, test.differences.interval)


def _mean(sample: Sample) -> str:
    return mean_with_half_width(sample.mean, sample.half_width).removesuffix(" %")


def _p(test: Comparison) -> str:
    """The p-value that decides the verdict."""
    return p_value(test.p if test.p_holm is None else test.p_holm)
