"""Table 2: every method searched and confirmed under one budget of wall time, one after the other."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from lstnet_search.config.budgets import Budget
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.plan import make_plan
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import duration
from lstnet_search.results.table2 import Spent, Table2Folder
from lstnet_search.tuning.confirmation.confirm import confirm
from lstnet_search.tuning.execution import Run
from lstnet_search.tuning.search import search

STOPPED = 128
"""Exit codes from here on are of a signal."""


def table2(
    searches: Mapping[str, SearchConfig],
    budget: Budget,
    name: str,
    folder: Table2Folder,
    run: Run,
    console: Console,
) -> int:
    """Do what is left of each method, in the order given.

    Args:
        searches: of each method.
        budget: of each method and of all.
        name: of the budget.
        folder: of the table; what it holds is gone on with.
        run: machine, data and command; its folder and time do not count.
        console: to print on.

    Returns:
        The exit code: 0 done, or out of time; 1 if a method's search or confirmation failed; 128 + signal
        after one.

    Raises:
        InputError: if a study there is of another search or of other data.
    """
    made = _Table2(budget, name, folder, run, console)
    codes = [0]
    for method, config in searches.items():
        codes.append(made.method(method, config))
        if codes[-1] >= STOPPED:
            return codes[-1]
    return max(codes)


class _Table2:
    def __init__(self, budget: Budget, name: str, folder: Table2Folder, run: Run, console: Console) -> None:
        self._budget = budget
        self._name = name
        self._folder = folder
        self._run = run
        self._console = console
        self._spent = folder.spent()

    def method(self, method: str, config: SearchConfig) -> int:
        """Search, if that is not over, and confirm, if that is not done, as far as the time goes."""
        mine = self._spent.setdefault(method, Spent())
        if not mine.searched and (code := self._search(method, config, mine)):
            return code
        if not mine.searched:
            self._say(f"{method}: the time of all methods is over before its search is")
            return 0
        if self._folder.confirmed(method, self._budget.seeds):
            self._say(f"{method}: confirmed, {duration(mine.seconds)} in all")
            return 0
        return self._confirm(method, mine)

    def _search(self, method: str, config: SearchConfig, mine: Spent) -> int:
        left = min(self._budget.search_seconds - mine.search_seconds, self._left(mine))
        study = self._folder.study(method)
        code = 0
        if left > 0:
            self._say(f"{method}: search, {duration(left)} at most")
            begun = study.search_file.is_file()
            if begun:
                recorded = SearchConfig.parse(study.read_search()["search"], str(study.search_file))
                config = config.model_copy(update={"select_by": recorded.select_by})
                recorded.refuse_difference(config, str(study.path))
            run = replace(self._run, folder=study, resume=begun, time_budget=left)
            with self._clock(lambda seconds: setattr(mine, "search_seconds", mine.search_seconds + seconds)):
                code = search(config, run, self._console)
        if code >= STOPPED:
            return code
        mine.searched = mine.search_seconds >= self._budget.search_seconds or _ended(study, config)
        self._write()
        return code

    def _confirm(self, method: str, mine: Spent) -> int:
        left = self._left(mine)
        if left <= 0:
            self._say(f"{method}: no time is left for its confirmation")
            return 0
        study = self._folder.study(method)
        try:
            plan = make_plan(study, 1, self._budget.seeds, None, paper=False)
        except InputError as error:
            self._say(f"{method}: nothing to confirm: {error}")
            return 1
        self._say(f"{method}: confirmation with {self._budget.seeds} seeds, {duration(left)} at most")
        run = replace(self._run, folder=study, time_budget=left)
        with self._clock(lambda seconds: setattr(mine, "confirm_seconds", mine.confirm_seconds + seconds)):
            return confirm(plan, run, self._console)

    def _left(self, mine: Spent) -> float:
        """Seconds that a method may still take."""
        total = sum(each.seconds for each in self._spent.values())
        return min(self._budget.method_seconds - mine.seconds, self._budget.total_seconds - total)

    @contextmanager
    def _clock(self, add: Callable[[float], None]) -> Iterator[None]:
        """Count what is done inside, however it ends."""
        begun = time.monotonic()
        try:
            yield
        finally:
            add(time.monotonic() - begun)
            self._write()

    def _write(self) -> None:
        self._folder.write(self._name, self._run.command, self._spent)

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False)


def _ended(study: ResultsFolder, config: SearchConfig) -> bool:
    """Whether all trials of a search have ended."""
    return study.trials_file.is_file() and int((study.read_trials()["state"] != "RUNNING").sum()) >= config.trials
