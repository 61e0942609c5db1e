"""The table at the end of a search of points alone: each beside the first."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from lstnet_search.results.formatting import difference, percent, shown
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.console.search_display import HEADINGS


def comparison(
    records: Sequence[TrialRecord],
    points: Sequence[Mapping[str, float]],
    baseline: Mapping[str, float],
    directions: tuple[str, str],
    metric: str,
    repeats: int = 1,
) -> Table:
    """A row a trial, in the order of the points, with what it loses to trial 0; then the no-translation baseline.

    Args:
        records: of the trials.
        points: of the trials after trial 0.
        baseline: what plain resizing reaches, by metric.
        directions: names of both.
        metric: by which a trial's best report is found, and trials are compared.
        repeats: seeds of each trial, of which metrics are means.
    """
    seeds = "one seed for all" if repeats == 1 else f"means over {repeats} seeds, the same for all"
    table = Table(title=f"validation accuracy at each trial's best report, {seeds}", title_justify="left")
    for heading in ("", "trial", *directions, HEADINGS.get(metric, metric), "difference", "state", "steps"):
        table.add_column(heading, no_wrap=True)
    names = ["as it is", *(" ".join(f"{name}={value:g}" for name, value in point.items()) for point in points)]
    known = {record.number: record for record in records}
    whole = known[0].best(metric) if 0 in known else None
    for number, name in enumerate(names):
        record = known.get(number)
        best = record.best(metric) if record is not None else None
        metrics = best.metrics if best is not None else {}
        table.add_row(
            name,
            str(number),
            *(percent(metrics.get(f"val_accuracy_{direction}")) for direction in directions),
            shown(metric, metrics.get(metric)),
            difference(metric, metrics[metric] - whole.metrics[metric]) if number and best and whole else "",
            "not begun" if record is None else "unfinished" if record.state == "RUNNING" else record.state.lower(),
            str(best.step) if best is not None else "",
        )
    accuracies = (percent(baseline.get(f"val_accuracy_{direction}")) for direction in directions)
    table.add_row("no translation", "", *accuracies, shown(metric, baseline.get(metric)), "", "", "")
    return table
