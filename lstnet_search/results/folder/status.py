"""How a search stands, read from its results folder alone."""

from collections.abc import Iterator
from datetime import datetime

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder, metric_of
from lstnet_search.results.formatting import STATES, duration, shown, weights, weights_heading
from lstnet_search.results.study.ranking import rank_rows, settings_of_row


def status_lines(folder: ResultsFolder) -> Iterator[str]:
    """Lines for people: whether it runs, how many trials ended how, the best so far."""
    search = folder.read_search()
    wanted = search["search"]["trials"]
    yield f"{folder.path}: {'running' if folder.is_held() else 'not running'}"
    try:
        trials = folder.read_trials()
    except InputError:
        yield f"no report yet of {wanted} trials"
        return
    parts = [f"{(trials.state == state).sum()} {word}" for state, word in STATES.items()]
    yield f"of {wanted} trials {', '.join(parts)}, {wanted - len(trials)} not begun"
    metric = metric_of(search)
    if f"best/{metric}" in trials and not (order := rank_rows(trials, metric)).empty:
        best = order.iloc[0]
        settings = settings_of_row(best)
        repeats = search["search"].get("repeats", 1)
        mean = f" (mean of {repeats} seeds)" if repeats > 1 else ""
        yield f"best: trial {best['trial']}, {metric} {shown(metric, best[f'best/{metric}'])}{mean}"
        yield f"weights {weights(settings.model_dump())} ({weights_heading(settings.method)})"
    age = datetime.now().timestamp() - folder.trials_file.stat().st_mtime
    yield f"{duration(trials.seconds.sum())} of training; tables written {duration(age)} ago"
