"""What a search prints while it runs: a live table on a terminal, one short line per report elsewhere."""

import threading
import time
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from lstnet_search.config.metrics import accuracy_name
from lstnet_search.io.console import say, say_command, screen_width
from lstnet_search.results.formatting import duration, weights
from lstnet_search.results.screen.board import Board, mean_heading, short
from lstnet_search.results.screen.layout import arrows, cut
from lstnet_search.results.screen.progress import Progress, bar
from lstnet_search.results.study.records import PAPER_TRIAL, Exploit, ReportRecord, TrialRecord

REFRESHES_PER_SECOND = 1.0
"""The table is drawn in a thread of its own, however many reports there are."""
MOST_ROWS = 16
OTHER_LINES = 6
"""Lines of the screen that are not rows of the table."""


class SearchDisplay:
    """The lines of one run of a search."""

    def __init__(
        self, console: Console, directions: tuple[str, str], progress: Progress, metric: str, *, paper: bool = True
    ) -> None:
        """Print to a console.

        Args:
            console: a terminal. Anything else gets plain lines and no table.
            directions: names of both directions, as in the names of metrics.
            progress: counts the steps of the search.
            metric: metric that the search maximises.
            paper: whether trial 0 has the paper's weights.
        """
        self._console = console
        self._directions = directions
        self._progress = progress
        self._metric = metric
        self._board = Board(directions, metric, progress.steps, paper=paper)
        self._lock = threading.Lock()
        self._live = Live(
            console=console,
            get_renderable=self._screen,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self, earlier: Sequence[TrialRecord]) -> None:
        """Show the table, with what earlier runs of the search did."""
        self._board.add_records(earlier)
        for record in earlier:
            if record.reports:
                last = record.reports[-1]
                self._progress.report(record.number, last.step, last.seconds, whole=_is_whole(record))
            if record.state != "RUNNING":
                self._progress.end(record.number)
        if self._console.is_interactive:
            self._live.start()

    def stop(self) -> None:
        """Remove the table; printed lines stay."""
        self._live.stop()

    def name(self, number: int) -> str:
        """What a trial is called in a sentence."""
        return f"trial {number}"

    def say(self, line: str, style: str | None = None) -> None:
        """Print a sentence, above the table."""
        say(self._console, line, style)

    def say_command(self, sentence: str, command: str) -> None:
        """Print a sentence and the command that it ends with."""
        say_command(self._console, sentence, command)

    def show(self, lines: Sequence[str]) -> None:
        """Print lines that are laid out already."""
        for line in filter(None, lines):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def say_of(self, number: int, what: str) -> None:
        """Print a sentence about a trial: its name, and what happened to it."""
        self.say(f"{self.name(number)} {what}")

    def report(
        self, number: int, report: ReportRecord, alarms: Sequence[str] = (), repeat_of: int | None = None
    ) -> None:
        """Show a report of a trial, and print its alarms."""
        with self._lock:
            self._board.report(number, report, repeat_of)
            whole = number == PAPER_TRIAL or repeat_of is not None
            self._progress.report(number, report.step, report.seconds, whole=whole)
        if not self._console.is_interactive:
            self.say(self._report_line(number, report))
        for alarm in alarms:
            self.say(f"ALARM {self.name(number)}: {alarm}", "yellow")

    def exploited(self, number: int, exploit: Exploit) -> None:
        """Print that a trial continues with another's network, and with which weights."""
        self.say_of(
            number,
            f"continues from trial {exploit.donor} at step {exploit.step}  weights {weights(exploit.weights)}",
        )

    def ended(self, record: TrialRecord) -> None:
        """Print how a trial ended, unless its last report shows it."""
        with self._lock:
            self._progress.end(record.number)
            self._board.end(record)
        if record.state == "FAIL":
            self.say_of(record.number, f"failed: {record.error}")
        elif record.state == "PRUNED" and not self._console.is_interactive:
            why = record.error or "others were better"
            self.say_of(record.number, f"stopped at step {record.reports[-1].step}: {why}")

    def _report_line(self, number: int, report: ReportRecord) -> str:
        """One line that fits the screen. What matters least is left out."""
        width = screen_width(self._console)
        start = f"{self._padded(number)} {report.step:>{len(str(self._progress.steps))}}/{self._progress.steps}"
        for parts in self._values(report):
            line = "  ".join(filter(None, [start, *parts, self._left()]))
            if cell_len(line) <= width:
                return line
        return cut(line, width)

    def _values(self, report: ReportRecord) -> list[list[str]]:
        """The scores in a report's line: versions from the longest to the shortest."""
        best = self._board.best
        values = [report.metrics.get(accuracy_name(name)) for name in self._directions]
        accuracies = [
            f"{heading} {short(accuracy_name(''), value)}"
            for heading, value in zip(arrows(self._directions), values, strict=True)
            if value is not None
        ]
        score = [f"{mean_heading(self._metric)} {short(self._metric, report.metrics[self._metric])}"]
        if best is None:
            return [[*accuracies, *score], score]
        leader = f"best {short(self._metric, best.score)}"
        whose = f"{leader} (trial {best.number})"
        return [[*accuracies, *score, whose], [*accuracies, whose], [*accuracies, leader], [*score, whose], score]

    def _screen(self) -> Group:
        """The table and the bar, as they are now."""
        width = self._console.width
        with self._lock:
            lines = self._table(width, max(1, min(MOST_ROWS, self._console.height - OTHER_LINES)))
            last = bar(self._progress.done, self._progress.expected, self._left(), width)
        heading, *rows = lines or [""]
        styled = [Text(row, "bold" if "★" in row else "dim" if "stopped:" in row else "") for row in rows]
        return Group(Text(heading, "dim"), *styled, Text(last, "cyan"))

    def _table(self, width: int, rows: int) -> list[str]:
        return self._board.lines(width, rows)

    def _left(self) -> str:
        left = self._progress.seconds_left(time.monotonic())
        return "" if left is None else f"{duration(left)} left"

    def _padded(self, number: int) -> str:
        return f"{self.name(number):<8}"


def _is_whole(record: TrialRecord) -> bool:
    return record.number == PAPER_TRIAL or record.repeat_of is not None
