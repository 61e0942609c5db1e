"""The final table of a search that tries given points only: each point is compared with trial 0."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from lstnet_search.results.formatting import difference, percent, shown
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.console.search_display import HEADINGS


def points_table(
    records: Sequence[TrialRecord],
    points: Sequence[Mapping[str, float]],
    baseline: Mapping[str, float],
    directions: tuple[str, str],
    metric: str,
    repeats: int = 1,
) -> Table:
    """One row per trial, in the order of the points, with its difference from trial 0; then one row for plain resizing.

    Args:
        records: records of the trials.
        points: points that the trials after trial 0 try.
        baseline: scores of plain resizing, by metric.
        directions: names of both directions.
        metric: metric that chooses a trial's best report and compares trials.
        repeats: number of seeds of each trial. A trial's metrics are means over its seeds.
    """
    seeds = "one seed for all" if repeats == 1 else f"means over {repeats} seeds, the same for all"
    table = Table(title=f"validation accuracy at each trial's best report, {seeds}", title_justify="left")
    for heading in ("", "trial", *directions, HEADINGS.get(metric, metric), "difference", "state", "steps"):
        table.add_column(heading, no_wrap=True)
    names = ["unchanged", *(" ".join(f"{name}={value:g}" for name, value in point.items()) for point in points)]
    by_number = {record.number: record for record in records}
    reference = by_number[0].best(metric) if 0 in by_number else None
    for number, name in enumerate(names):
        record = by_number.get(number)
        best = record.best(metric) if record is not None else None
        metrics = best.metrics if best is not None else {}
        table.add_row(
            name,
            str(number),
            *(percent(metrics.get(f"val_accuracy_{direction}")) for direction in directions),
            shown(metric, metrics.get(metric)),
            difference(metric, metrics[metric] - reference.metrics[metric]) if number and best and reference else "",
            "not begun" if record is None else "unfinished" if record.state == "RUNNING" else record.state.lower(),
            str(best.step) if best is not None else "",
        )
    accuracies = (percent(baseline.get(f"val_accuracy_{direction}")) for direction in directions)
    table.add_row("no translation", "", *accuracies, shown(metric, baseline.get(metric)), "", "", "")
    return table
