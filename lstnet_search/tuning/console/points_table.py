"""The final table of a search that tries given points only: each point is compared with trial 0."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from rich.table import Table

from lstnet_search.results.confirmation.paired_tests import compare_pairs
from lstnet_search.results.formatting import difference_with_interval, percent, shown
from lstnet_search.results.study.configurations import Configuration, configurations_of
from lstnet_search.results.study.records import PAPER_TRIAL, TrialRecord
from lstnet_search.tuning.console.search_display import HEADINGS, mean_percent


def points_table(
    records: Sequence[TrialRecord],
    points: Sequence[Mapping[str, float]],
    baseline: Mapping[str, float],
    directions: tuple[str, str],
    metric: str,
) -> Table:
    """One row per point, in the order of the points, with its difference from trial 0; then one row for plain resizing.

    A point that was trained with several seeds has the means over its whole trainings, and the 95 % interval of the
    difference of pairs with equal seeds (Student's t).

    Args:
        records: records of the trials.
        points: points that the trials after trial 0 try.
        baseline: scores of plain resizing, by metric.
        directions: names of both directions.
        metric: metric that chooses a trial's best report and compares trials.
    """
    by_number = {record.number: record for record in records}
    of_point = {each.number: each for each in configurations_of(records, metric)}
    most = max((each.seeds for each in of_point.values()), default=1)
    seeds = "one seed for all" if most == 1 else f"means over {most} seeds, the same for all"
    table = Table(title=f"validation accuracy at each trial's best report, {seeds}", title_justify="left")
    for heading in ("", "trial", *directions, HEADINGS.get(metric, metric), "difference", "state", "steps"):
        table.add_column(heading, no_wrap=True)
    names = ["unchanged", *(" ".join(f"{name}={value:g}" for name, value in point.items()) for point in points)]
    reference = of_point.get(PAPER_TRIAL)
    for number, name in enumerate(names):
        point, record = of_point.get(number), by_number.get(number)
        judged = point.judged_trials if point is not None and point.usable else []
        reports = [report for trial in judged if (report := by_number[trial].best(metric)) is not None]
        table.add_row(
            name,
            str(number),
            *(mean_percent(reports, f"val_accuracy_{direction}") for direction in directions),
            shown(metric, fmean(report.metrics[metric] for report in reports) if reports else None),
            _difference(metric, point, reference) if number and reports and reference is not None else "",
            "not begun" if record is None else "unfinished" if record.state == "RUNNING" else record.state.lower(),
            str(reports[0].step) if reports else "",
        )
    accuracies = (percent(baseline.get(f"val_accuracy_{direction}")) for direction in directions)
    table.add_row("no translation", "", *accuracies, shown(metric, baseline.get(metric)), "", "", "")
    return table


def _difference(metric: str, point: Configuration | None, reference: Configuration) -> str:
    if point is None:
        return ""
    compared = compare_pairs(point.highest, reference.highest).differences
    return difference_with_interval(metric, compared.mean, compared.interval) if compared.count else ""
