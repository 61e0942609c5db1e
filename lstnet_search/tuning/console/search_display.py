"""What a search prints: one line per report, a progress bar on a terminal, a table at the end."""

from collections.abc import Mapping, Sequence
from math import isnan
from statistics import fmean

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from lstnet_search.config.metrics import TARGET
from lstnet_search.results.formatting import duration, percent, shown, weights, weights_heading
from lstnet_search.results.study.configurations import Ranking, probability
from lstnet_search.results.study.records import PAPER_TRIAL, Exploit, ReportRecord, TrialRecord

HEADINGS = {TARGET: "target"}
TABLE_ROWS = 5
"""The likely best configurations in the final table."""


class SearchDisplay:
    """The lines of one run of a search."""

    def __init__(
        self,
        console: Console,
        directions: tuple[str, str],
        steps: int,
        trials: int,
        concurrent: int,
        metric: str,
    ) -> None:
        """Print to a console.

        Args:
            console: a terminal. Anything else gets plain lines and no bar.
            directions: names of both directions, as in the names of metrics.
            steps: number of steps of a whole training.
            trials: number of trials.
            concurrent: trials that run side by side.
            metric: metric that the search maximises.
        """
        self._console = console
        self._directions = directions
        self._steps = steps
        self._trials = trials
        self._metric = metric
        self._best: tuple[float, int] = (float("-inf"), -1)
        self._concurrent = concurrent
        self._reached: dict[int, tuple[int, float]] = {}
        """Steps and seconds of each trial's last report. Nothing else: they are kept as long as the search runs."""
        self._ended: set[int] = set()
        self._bar = Progress(
            TextColumn("trials"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("trials", total=trials, left="")

    def start(self, earlier: Sequence[TrialRecord]) -> None:
        """Show the bar, with what earlier runs of the search did."""
        for record in earlier:
            if record.reports:
                self._note(record.number, record.reports[-1])
            if record.state != "RUNNING":
                self._ended.add(record.number)
            if record.state != "FAIL":
                self._best = max(self._best, (record.score(self._metric), -record.number))
        self._bar.update(self._task, completed=len(self._ended))
        self._bar.start()

    def stop(self) -> None:
        """Remove the bar; printed lines stay."""
        self._bar.stop()

    def name(self, number: int) -> str:
        """What a trial is called in a sentence."""
        return f"trial {number}"

    def say(self, line: str) -> None:
        """Print a line unchanged, above the bar."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def say_of(self, number: int, what: str) -> None:
        """Print a sentence about a trial: its name, and what happened to it."""
        self.say(f"{self.name(number)} {what}")

    def report(
        self, number: int, settings: Mapping[str, float], report: ReportRecord, alarms: Sequence[str] = ()
    ) -> None:
        """Print a report of a trial, and its alarms."""
        self._best = max(self._best, (report.metrics[self._metric], -number))
        best, best_number = self._best
        accuracies = "  ".join(
            f"{name} {percent(report.metrics.get(f'val_accuracy_{name}'))}" for name in self._directions
        )
        left = self._reported(number, report)
        self.say(
            f"{self._padded(number)} step {report.step:>{len(str(self._steps))}}/{self._steps}"
            f"  weights {weights(settings)}  {accuracies}"
            f"  best {shown(self._metric, best)} (trial {-best_number})  {left}"
            + "".join(f"  ALARM: {alarm}" for alarm in alarms)
        )

    def exploited(self, number: int, exploit: Exploit) -> None:
        """Print that a trial continues with another's network, and with which weights."""
        self.say(
            f"{self._padded(number)} continues from trial {exploit.donor} at step {exploit.step}"
            f"  weights {weights(exploit.weights)}"
        )

    def ended(self, record: TrialRecord) -> None:
        """Print how a trial ended, unless its last report shows it."""
        self._ended.add(record.number)
        self._bar.update(self._task, completed=len(self._ended))
        if record.state == "FAIL":
            self.say(f"{self._padded(record.number)} failed: {record.error}")
        elif record.state == "PRUNED":
            why = record.error or "others were better"
            self.say(f"{self._padded(record.number)} stopped at step {record.reports[-1].step}: {why}")

    def _reported(self, number: int, report: ReportRecord) -> str:
        """Note a report, and return how much time is left."""
        self._note(number, report)
        left = f"{duration(self._seconds_left())} left"
        self._bar.update(self._task, left=left)
        return left

    def _note(self, number: int, report: ReportRecord) -> None:
        self._reached[number] = report.step, report.seconds

    def _padded(self, number: int) -> str:
        return f"{self.name(number):<9}"

    def _seconds_left(self) -> float:
        """Time for the steps that are still likely, at the mean pace of the trials so far.

        A trial is expected to end at the mean last step of the ended trials that got further than it has. One whole
        training always counts among them, because most trials that have ended so far are those that were stopped.
        """
        steps = {number: step for number, (step, _) in self._reached.items()}
        ended = [steps.get(number, 0) for number in self._ended if number != PAPER_TRIAL]  # trial 0 is never stopped

        def expected_end(step: int) -> float:
            return fmean([self._steps, *(end for end in ended if end > step)])

        running = sum(
            (self._steps if number == PAPER_TRIAL else expected_end(step)) - step
            for number, step in steps.items()
            if number not in self._ended
        )
        not_begun = (self._trials - len(steps.keys() | self._ended)) * expected_end(0)
        seconds_per_step = sum(seconds for _, seconds in self._reached.values()) / sum(steps.values())
        return (running + not_begun) * seconds_per_step / max(1, min(self._concurrent, self._trials - len(self._ended)))


def summary(
    records: Sequence[TrialRecord],
    ranking: Ranking,
    baseline: Mapping[str, float],
    directions: tuple[str, str],
    metric: str,
    count: int = TABLE_ROWS,
    title: str = "validation accuracy at each trial's best report",
) -> Table:
    """One row for each of the likely best configurations, one for the paper's weights, and one for plain resizing."""
    table = Table(title=title, title_justify="left")
    by_number = {record.number: record for record in records}
    order, raced = ranking.configurations, ranking.luck is not None
    names = weights_heading(by_number[order[0].shown_trial].settings["method"]) if order else ""
    columns = ["", "trial", *directions, HEADINGS.get(metric, metric)]
    columns += ["95 %", "seeds", "best"] if raced else ["steps"]
    for heading in (*columns, f"weights {names}"):
        table.add_column(heading, no_wrap=True)
    rows = [(f"{position}.", each) for position, each in enumerate(order[:count], start=1)]
    rows += [("paper", each) for each in order if each.number == PAPER_TRIAL]
    for label, each in rows:
        judged = [report for number in each.judged_trials if (report := by_number[number].best(metric)) is not None]
        accuracies = [mean_percent(judged, f"val_accuracy_{name}") for name in directions]
        score = shown(metric, each.expected)
        if raced:
            half = "" if isnan(each.deviation) else f"± {shown(metric, 1.96 * each.deviation)}"
            more = [half, str(each.seeds), probability(each.probability_best)]
        else:
            more = [str(judged[0].step)]
        settings = by_number[each.shown_trial].settings
        table.add_row(label, str(each.shown_trial), *accuracies, score, *more, weights(settings))
    accuracies = [percent(baseline.get(f"val_accuracy_{name}")) for name in directions]
    table.add_row("no translation", "", *accuracies, shown(metric, baseline.get(metric)), *[""] * (4 if raced else 2))
    return table


def mean_percent(reports: Sequence[ReportRecord], metric: str) -> str:
    """The mean of a share over reports in per cent, or a dash without values."""
    values = [report.metrics[metric] for report in reports if metric in report.metrics]
    return percent(fmean(values) if values else None)
