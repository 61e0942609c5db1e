"""Table 2: every method searched and confirmed under one budget of wall time, one after the other."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Literal

from rich.console import Console

from lstnet_search.config.budgets import Budget
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.io.console import say
from lstnet_search.results.confirmation.plan import make_plan
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import duration
from lstnet_search.results.table2 import Spent, Table2Folder
from lstnet_search.tuning.confirmation.confirm import confirm
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.search import search

STOPPED = 128
"""Exit codes from this one on mean that a signal stopped the run."""


def table2(
    searches: Mapping[str, SearchConfig],
    budget: Budget,
    name: str,
    folder: Table2Folder,
    run: Run,
    console: Console,
) -> int:
    """Search and confirm the methods in the given order, and continue what is unfinished.

    Args:
        searches: the search of each method.
        budget: wall time of each method and of all together.
        name: name of the budget.
        folder: the table's folder. Work that it already holds is continued.
        run: resources, data and command; its folder and time budget are ignored.
        console: prints lines and tables.

    Returns:
        The exit code: 0 done, or out of time; 1 if a method's search or confirmation failed; 128 + signal
        after a signal.

    Raises:
        InputError: if a study in the folder belongs to another search or other data.
    """
    methods = _Methods(budget, name, folder, run, console)
    codes = [0]
    for method, config in searches.items():
        codes.append(methods.run(method, config))
        if codes[-1] >= STOPPED:
            return codes[-1]
    return max(codes)


class _Methods:
    """Runs one method after the other, and counts the time of each."""

    def __init__(self, budget: Budget, name: str, folder: Table2Folder, run: Run, console: Console) -> None:
        self._budget = budget
        self._name = name
        self._folder = folder
        self._run = run
        self._console = console
        self._spent = folder.spent()

    def run(self, method: str, config: SearchConfig) -> int:
        """Do what is left of one method's search and confirmation, while time allows. Returns the exit code."""
        spent = self._spent.setdefault(method, Spent())
        if not spent.searched and (code := self._search(method, config, spent)):
            return code
        if not spent.searched:
            self._say(f"{method}: time ran out before its search ended")
            return 0
        if self._folder.confirmed(method, self._budget.seeds):
            self._say(f"{method}: confirmed, {duration(spent.seconds)} in all")
            return 0
        return self._confirm(method, spent)

    def _search(self, method: str, config: SearchConfig, spent: Spent) -> int:
        left = min(self._budget.search_seconds - spent.search_seconds, self._left(spent))
        study = self._folder.study(method)
        code = 0
        if left > 0:
            self._say(f"{method}: search, {duration(left)} at most")
            exists = study.search_file.is_file()
            if exists:
                recorded = study.read_search().config
                config = config.model_copy(update={"select_by": recorded.select_by})
                recorded.refuse_difference(config, str(study.path))
            run = replace(self._run, folder=study, resume=exists, time_budget=left)
            with self._clock(spent, "search_seconds"):
                code = search(config, run, self._console)
        if code >= STOPPED:
            return code
        spent.searched = spent.search_seconds >= self._budget.search_seconds or _ended(study, config)
        self._write()
        return code

    def _confirm(self, method: str, spent: Spent) -> int:
        left = self._left(spent)
        if left <= 0:
            self._say(f"{method}: no time is left for its confirmation")
            return 0
        study = self._folder.study(method)
        plan = partial(make_plan, study, 1, self._budget.seeds, None, paper=False)
        try:
            plan()
        except InputError as error:
            self._say(f"{method}: nothing to confirm: {error}")
            return 1
        self._say(f"{method}: confirmation with {self._budget.seeds} seeds, {duration(left)} at most")
        run = replace(self._run, folder=study, time_budget=left)
        with self._clock(spent, "confirm_seconds"):
            return confirm(plan, run, self._console)

    def _left(self, spent: Spent) -> float:
        """Seconds that a method may still use."""
        total = sum(each.seconds for each in self._spent.values())
        return min(self._budget.method_seconds - spent.seconds, self._budget.total_seconds - total)

    @contextmanager
    def _clock(self, spent: Spent, part: Literal["search_seconds", "confirm_seconds"]) -> Iterator[None]:
        """Add the seconds of a block to a part of the time spent, however the block ends."""
        start = time.monotonic()
        try:
            yield
        finally:
            setattr(spent, part, getattr(spent, part) + time.monotonic() - start)
            self._write()

    def _write(self) -> None:
        self._folder.write(self._name, self._run.command, self._spent)

    def _say(self, line: str) -> None:
        say(self._console, line)


def _ended(study: ResultsFolder, config: SearchConfig) -> bool:
    """Whether all trials of a search have ended."""
    return study.trials_file.is_file() and int((study.read_trials()["state"] != "RUNNING").sum()) >= config.trials
