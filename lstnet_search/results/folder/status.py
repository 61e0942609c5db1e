"""The progress of a search, read only from its results folder."""

from collections.abc import Iterator
from datetime import datetime

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import STATES, duration, shown, swap_sentence, weights, weights_heading
from lstnet_search.results.study.ranking import ranked_rows, settings_of_row


def status_lines(folder: ResultsFolder) -> Iterator[str]:
    """Lines to print: whether the search runs, how its trials ended, and the best trial so far."""
    search = folder.read_search().search
    yield f"{folder.path}: {_running(folder)}"
    try:
        trials = folder.read_trials()
    except InputError:
        yield f"no reports yet; {search.trials} trials to run"
        return
    parts = [f"{(trials.state == state).sum()} {word}" for state, word in STATES.items()]
    yield f"of {search.trials} trials {', '.join(parts)}, {search.trials - len(trials)} not begun"
    metric = search.metric
    if f"best/{metric}" in trials and (ranking := ranked_rows(trials, metric)):
        best = ranking.best
        row = trials[trials["trial"] == best.shown_trial].iloc[0]
        settings = settings_of_row(row)
        seeds = f" (expected, {best.seeds} seeds)" if best.seeds > 1 else ""
        yield f"best: trial {best.shown_trial}, {metric} {shown(metric, best.expected)}{seeds}"
        if swaps := swap_sentence(row[row.index.str.startswith("best/")].to_dict()):
            yield f"ALARM: {swaps}"
        yield f"verdict so far: {ranking.verdict(metric)}"
        yield f"weights {weights(settings.model_dump())} ({weights_heading(settings.method)})"
    age = datetime.now().timestamp() - folder.trials_file.stat().st_mtime
    yield f"{duration(trials.seconds.sum())} of training; tables written {duration(age)} ago"


def _running(folder: ResultsFolder) -> str:
    if not folder.is_running():
        return "not running"
    where = folder.runs_where()
    return "running" if where is None else f"running on {where[0]}, process {where[1]}"
