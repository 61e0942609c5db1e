"""The final table of a search that tries given points only: each point is compared with trial 0."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from lstnet_search.config.metrics import accuracy_name
from lstnet_search.io.console import wrapped
from lstnet_search.results.confirmation.paired_tests import compare_pairs
from lstnet_search.results.formatting import difference_with_interval, percent, shown
from lstnet_search.results.screen.board import mean_heading
from lstnet_search.results.screen.layout import Column, arrows, table
from lstnet_search.results.study.configurations import Configuration, configurations_of
from lstnet_search.results.study.records import PAPER_TRIAL, ReportRecord, TrialRecord


def points_lines(
    records: Sequence[TrialRecord],
    points: Sequence[Mapping[str, float]],
    baseline: Mapping[str, float],
    directions: tuple[str, str],
    metric: str,
    width: int,
) -> list[str]:
    """One row per point, in the order of the points, with its difference from trial 0; then one row for plain resizing.

    A point that was trained with several seeds has the means over its whole trainings, and the 95 % interval of the
    difference of pairs with equal seeds (Student's t).

    Args:
        records: records of the trials.
        points: points that the trials after trial 0 try.
        baseline: scores of plain resizing, by metric.
        directions: names of both directions.
        metric: metric that chooses a trial's best report and compares trials.
        width: columns of the screen.
    """
    by_number = {record.number: record for record in records}
    of_point = {each.number: each for each in configurations_of(records, metric)}
    most = max((each.seeds for each in of_point.values()), default=1)
    seeds = "one seed for all" if most == 1 else f"means over {most} seeds, the same for all"
    names = ["unchanged", *(" ".join(f"{name}={value:g}" for name, value in point.items()) for point in points)]
    reference = of_point.get(PAPER_TRIAL)
    rows = []
    for number, name in enumerate(names):
        point, record = of_point.get(number), by_number.get(number)
        judged = point.judged_trials if point is not None and point.usable else []
        reports = [report for trial in judged if (report := by_number[trial].best(metric)) is not None]
        rows.append(
            [
                name,
                str(number),
                *(percent(_mean(reports, accuracy_name(direction))) for direction in directions),
                shown(metric, _mean(reports, metric)),
                _difference(metric, point, reference) if number and reports and reference is not None else "",
                "not begun" if record is None else "unfinished" if record.state == "RUNNING" else record.state.lower(),
                str(reports[0].step) if reports else "",
            ]
        )
    accuracies = (percent(baseline.get(accuracy_name(direction))) for direction in directions)
    rows.append(["no translation", "", *accuracies, shown(metric, baseline.get(metric)), "", "", ""])
    headings = ["", "trial", *arrows(directions), mean_heading(metric), "difference", "state", "steps"]
    keeps = [9, 4, 6, 5, 7, 8, 3, 2]
    columns = [
        Column(heading, cells, keep, left=keep == 9)
        for heading, keep, *cells in zip(headings, keeps, *rows, strict=True)
    ]
    return [*wrapped(f"validation accuracy at each trial's best report, {seeds}", width), *table(columns, width)]


def _mean(reports: Sequence[ReportRecord], metric: str) -> float | None:
    """The mean of a metric over the reports that have it."""
    values = [report.metrics[metric] for report in reports if metric in report.metrics]
    return fmean(values) if values else None


def _difference(metric: str, point: Configuration | None, reference: Configuration) -> str:
    if point is None:
        return ""
    compared = compare_pairs(point.highest, reference.highest).differences
    return difference_with_interval(metric, compared.mean, compared.interval) if compared.count else ""
