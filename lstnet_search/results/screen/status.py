"""The progress of a search, read only from its results folder: for running, stopped, finished and failed searches."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from lstnet_search.config.metrics import accuracy_name
from lstnet_search.config.rungs import rungs_with
from lstnet_search.errors import InputError, plain
from lstnet_search.io.console import sentence_and_command, wrapped
from lstnet_search.io.program import dashboard_command
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import SearchRecord
from lstnet_search.results.formatting import STATES, duration, swap_sentence
from lstnet_search.results.screen.board import Board, Standing
from lstnet_search.results.screen.layout import pair
from lstnet_search.results.screen.next_steps import advice, confirm_seconds, next_steps
from lstnet_search.results.screen.outcome import Outcome, weights_line
from lstnet_search.results.screen.progress import Progress, bar
from lstnet_search.results.study.configurations import Ranking
from lstnet_search.results.study.ranking import ranked_rows, settings_of_row
from lstnet_search.results.study.records import PAPER_TRIAL

ROWS = 12
"""Trials in the table of a running search."""


def status_lines(folder: ResultsFolder, width: int = 80) -> Iterator[str]:
    """Lines to print, at most `width` columns wide unless a name or path is too long."""
    record = folder.read_search()
    search = record.search
    settings = f"{search.trials} trials × {search.trial.steps} steps"
    yield from wrapped(f"{folder.path} · {pair(search.domain_names)} · {settings}", width)
    running = folder.is_running()
    try:
        trials = folder.read_trials()
    except InputError:
        if folder.trials_file.exists():
            raise
        state = f"{_running(folder)}; no report yet" if running else "stopped before its first report"
        yield from wrapped(f"{state}; {search.trials} trials to run", width)
        if not running:
            yield from sentence_and_command("resume with", folder.resume_command(), width)
        return
    status = _Status(folder, record, trials, width)
    left = search.trials - int((trials["state"] != "RUNNING").sum())
    if running:
        yield from status.running(_running(folder))
    elif left > 0:
        yield from status.stopped()
    else:
        yield from status.ended()
    age = datetime.now().timestamp() - folder.trials_file.stat().st_mtime
    yield from wrapped(f"{duration(trials['seconds'].sum())} of training; tables written {duration(age)} ago", width)


class _Status:
    """The lines of a search that has tables."""

    def __init__(self, folder: ResultsFolder, record: SearchRecord, trials: pd.DataFrame, width: int) -> None:
        self._folder, self._record, self._trials, self._width = folder, record, trials, width
        self._search = record.search
        self._board = Board(
            self._search.directions,
            self._search.metric,
            self._search.trial.steps,
            paper=not self._search.tries_points,
        )
        for standing in _standings(trials, self._search.metric, self._search.directions):
            self._board.add(standing)
        self._ranking = (
            ranked_rows(trials, self._search.metric) if f"best/{self._search.metric}" in trials else Ranking([])
        )

    def running(self, where: str) -> Iterator[str]:
        """The trials, how far they are, what has been shown so far, and where to look."""
        yield from self._counts(where)
        if self._ranking and len(self._trials) > 1:
            paper = self._folder.read_history()
            paper = paper[paper["trial"] == PAPER_TRIAL]
            if self._search.metric in paper:
                best = paper[self._search.metric].cummax()
                self._board.follow_paper(zip(paper["step"].astype(int), best.astype(float), strict=True))
        yield ""
        yield from self._board.lines(self._width, ROWS)
        yield bar(*self._progress(), self._width)
        yield from self._outcome(" so far")
        yield from wrapped(f"in a browser: {dashboard_command(self._folder.path)}", self._width)

    def stopped(self) -> Iterator[str]:
        """What has been shown so far, and how to go on."""
        yield from self._counts("stopped")
        yield from self._outcome(" so far")
        yield from sentence_and_command("resume with", self._folder.resume_command(), self._width)

    def ended(self) -> Iterator[str]:
        """What has been shown, and what to do next; or why nothing has."""
        if not self._ranking:
            yield from self._counts("failed: no trial succeeded")
            errors = self._trials["error"].dropna() if "error" in self._trials else pd.Series(dtype=str)
            for error, count in errors[errors != ""].value_counts().head(3).items():
                yield from wrapped(f"{count} ×  {plain(str(error))}", self._width, "  ")
            return
        yield from self._counts("finished")
        yield from self._outcome("")
        steps = next_steps(
            self._folder,
            trials=self._search.trials,
            scheduler=self._search.scheduler,
            confirmed=self._folder.confirmation_file.is_file(),
            confirm_seconds=None if self._search.tries_points else self._confirm_seconds(),
        )
        yield ""
        yield from advice(list(steps), self._width)

    def _confirm_seconds(self) -> float:
        pace = self._trials["seconds"].sum(), int(self._trials["steps"].sum())
        concurrent = int(self._record.placement.get("concurrent", 1))
        return confirm_seconds(self._ranking, self._search.trial.steps, pace, concurrent)

    def _counts(self, state: str) -> Iterator[str]:
        found = self._trials["state"].value_counts()
        parts = [f"{count} {word}" for name, word in STATES.items() if (count := int(found.get(name, 0)))]
        if not_begun := self._search.trials - len(self._trials):
            parts.append(f"{not_begun} not begun")
        yield from wrapped(f"{state}; of {self._search.trials} trials {', '.join(parts)}", self._width)

    def _progress(self) -> tuple[int, int, str]:
        """Steps so far, steps that are expected, and the time left."""
        steps = self._search.trial.steps
        progress = Progress(
            steps,
            self._search.trials,
            int(self._record.placement.get("concurrent", 1)),
            rungs_with(self._search.scheduler, steps),
            repeats=(self._search.seeds or 1) > 1,
        )
        for row, standing in zip(self._trials["seconds"], self._board.standings.values(), strict=True):
            whole = standing.number == PAPER_TRIAL or standing.repeat_of is not None
            progress.report(standing.number, standing.step, float(row), whole=whole)
            if standing.state != "RUNNING":
                progress.end(standing.number)
        written = self._folder.trials_file.stat().st_mtime
        left = progress.seconds_left(written)
        age = datetime.now().timestamp() - written
        return progress.done, progress.expected, "" if left is None else f"{duration(max(0.0, left - age))} left"

    def _outcome(self, when: str) -> Iterator[str]:
        """The verdict in words, the small table and the best weights."""
        if not self._ranking:
            return
        if self._search.tries_points:
            yield ""
            yield from self._board.lines(self._width, ROWS)
            return
        search, metric = self._search, self._search.metric
        found = Outcome(
            self._ranking,
            self._board.standings,
            self._record.baseline,
            self._record.validation_images,
            search.directions,
            search.searched_directions,
            metric,
            search.trial.steps,
            search.trial.method,
        )
        yield ""
        for sentence in found.sentences():
            yield from wrapped(f"{sentence[:-1]}{when}." if when and sentence.endswith(").") else sentence, self._width)
        yield ""
        yield from found.table(self._width)
        if others := found.others():
            yield from wrapped(others, self._width, "  ")
        row = self._trials[self._trials["trial"] == self._ranking.best.shown_trial].iloc[0]
        yield from wrapped(weights_line(settings_of_row(row).model_dump()), self._width, " " * 9)
        if swaps := swap_sentence(row[row.index.str.startswith("best/")].to_dict()):
            yield from wrapped(f"ALARM: {swaps}", self._width)


def _standings(trials: pd.DataFrame, metric: str, directions: tuple[str, str]) -> Iterator[Standing]:
    """What the table says of each trial."""
    missing = pd.Series(float("nan"), trials.index)
    names = [f"best/{accuracy_name(name)}" for name in directions]
    scores = trials.get(f"best/{metric}", missing)
    accuracies = [trials.get(name, missing) for name in names]
    errors = trials["error"].fillna("") if "error" in trials else [""] * len(trials)
    repeats = trials.get("repeat_of", missing)
    columns = (trials["trial"], trials["state"], trials["steps"], scores, repeats, errors, *accuracies)
    for number, state, step, score, repeat_of, error, *shares in zip(*columns, strict=True):
        yield Standing(
            int(number),
            state,
            int(step),
            None if pd.isna(score) else float(score),
            {name: float(share) for name, share in zip(directions, shares, strict=True) if not pd.isna(share)},
            None if pd.isna(repeat_of) else int(repeat_of),
            plain(str(error)),
        )


def _running(folder: ResultsFolder) -> str:
    where = folder.runs_where()
    return "running" if where is None else f"running on {where[0]}, process {where[1]}"
