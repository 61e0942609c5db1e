"""The trials of a search as a table on a screen: what each has reached, and how it is doing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.formatting import is_share
from lstnet_search.results.screen.layout import Column, arrows, table
from lstnet_search.results.study.records import PAPER_TRIAL, ReportRecord, State, TrialRecord

BARS = "▁▂▃▄▅▆▇█"
BAR_REPORTS = 8
"""Reports of the small curve of a running trial: the last ones."""
TO_PAPER = "* points, to the paper's best up to the same step"


@dataclass
class Standing:
    """What is known of a trial.

    Attributes:
        number: number of the trial.
        state: how it ended, or RUNNING.
        step: steps so far.
        score: its highest score, or None before its first report.
        accuracies: accuracy of each direction at that report, by direction.
        repeat_of: number of the trial whose settings it repeats with another seed.
        error: why it ended early.
        curve: its scores so far, while it runs.
        to_paper: its highest score minus the paper's up to the same step, as far as that is known.
    """

    number: int
    state: State = "RUNNING"
    step: int = 0
    score: float | None = None
    accuracies: Mapping[str, float] = field(default_factory=dict)
    repeat_of: int | None = None
    error: str = ""
    curve: list[float] = field(default_factory=list)
    to_paper: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it has a score that can be the best."""
        return self.score is not None and self.state != "FAIL"


class Board:
    """The standings of all trials of a search."""

    def __init__(self, directions: Sequence[str], metric: str, steps: int, *, paper: bool = True) -> None:
        """Begin without trials.

        Args:
            directions: names of both directions.
            metric: metric that the search maximises.
            steps: steps of a whole training.
            paper: whether trial 0 has the paper's weights.
        """
        self._paper_trial = PAPER_TRIAL if paper else None
        self._directions = directions
        self._metric = metric
        self._steps = steps
        self.standings: dict[int, Standing] = {}
        """What is known of each trial, by number."""
        self._best: Standing | None = None
        self._paper: list[tuple[int, float]] = []
        """Steps of trial 0, and its highest score up to each."""

    @property
    def best(self) -> Standing | None:
        """The trial with the highest score."""
        return self._best

    def add(self, standing: Standing) -> None:
        """Add a trial that the board does not have yet."""
        self.standings[standing.number] = standing
        self._compare(standing)

    def begin(self, number: int, repeat_of: int | None) -> Standing:
        """The standing of a trial; a new one if nothing is known of it."""
        if number not in self.standings:
            self.standings[number] = Standing(number, repeat_of=repeat_of)
        return self.standings[number]

    def report(self, number: int, report: ReportRecord, repeat_of: int | None = None) -> Standing:
        """Note a report of a trial."""
        standing, score = self.begin(number, repeat_of), report.metrics[self._metric]
        standing.step, standing.state = report.step, "RUNNING"
        if standing.score is None or score >= standing.score:
            standing.score = score
            standing.accuracies = {
                name: report.metrics[accuracy_name(name)]
                for name in self._directions
                if accuracy_name(name) in report.metrics
            }
        standing.curve = [*standing.curve[1 - BAR_REPORTS :], score]
        self._compare(standing)
        if number == self._paper_trial:
            self._paper.append((report.step, standing.score))
        standing.to_paper = self.to_paper(standing)
        return standing

    def end(self, record: TrialRecord) -> None:
        """Note how a trial ended."""
        standing = self.begin(record.number, record.repeat_of)
        standing.state, standing.error, standing.curve = record.state, record.error, []
        if standing is self._best and not standing.counts:
            self._best = min((each for each in self.standings.values() if each.counts), key=_rank, default=None)

    def _compare(self, standing: Standing) -> None:
        """Make a trial the best if it is, without comparing all: this runs at each report, with thousands of trials."""
        if standing.counts and (self._best is None or _rank(standing) < _rank(self._best)):
            self._best = standing

    def add_records(self, records: Iterable[TrialRecord]) -> None:
        """Note all reports and ends of trials."""
        for record in records:
            for report in record.reports:
                self.report(record.number, report, record.repeat_of)
            if record.state != "RUNNING":
                self.end(record)

    def follow_paper(self, steps_and_scores: Iterable[tuple[int, float]]) -> None:
        """Note the highest scores of trial 0 up to each of its reports, and compare all trials with them."""
        self._paper = list(steps_and_scores)
        for standing in self.standings.values():
            standing.to_paper = self.to_paper(standing)

    def to_paper(self, standing: Standing) -> float | None:
        """A trial's highest score minus the paper's up to the same step, or None where that is not known."""
        reached = [score for step, score in self._paper if step <= standing.step]
        known = standing.score is not None and reached and self._paper[-1][0] >= standing.step
        if not known or self._paper_trial in (standing.number, standing.repeat_of) or standing.score is None:
            return None
        return standing.score - reached[-1]

    def lines(self, width: int, rows: int, *, searching: bool = True) -> list[str]:
        """A heading and a line per trial, the best first, and what the columns mean.

        Args:
            width: columns of the screen.
            rows: the most trials to show; the best, the paper's and those that run come first.
            searching: whether the search runs; otherwise trials that have not ended are unfinished, not running.
        """
        shown, best = self._chosen(rows), self.best
        if not shown:
            return []
        headings = arrows(self._directions)
        compared = [_points(self._metric, each.to_paper) for each in shown]
        columns = [
            Column("trial", [str(each.number) for each in shown], keep=9),
            Column("step", [f"{each.step}/{self._steps}" for each in shown], keep=5),
            *(
                Column(
                    heading, [short(accuracy_name(name), each.accuracies.get(name)) for each in shown], keep=3 - index
                )
                for index, (heading, name) in enumerate(zip(headings, self._directions, strict=True))
            ),
            Column(mean_heading(self._metric), [short(self._metric, each.score) for each in shown], keep=8),
            Column("paper*" if any(compared) else "", compared, keep=4),
            Column("state", [self._state(each, best, searching) for each in shown], keep=7, flexible=True),
        ]
        lines = table(columns, width)
        hidden = len(self.standings) - len(shown)
        if hidden:
            lines.append(f"and {hidden} more")
        if any("paper*" in line for line in lines[:1]) and len(TO_PAPER) <= width:
            lines.append(TO_PAPER)
        return lines

    def _chosen(self, rows: int) -> list[Standing]:
        def importance(standing: Standing) -> tuple[bool, bool, tuple[float, int]]:
            return standing.number != self._paper_trial, standing.state != "RUNNING", _rank(standing)

        best = self.best
        others = sorted((each for each in self.standings.values() if each is not best), key=importance)
        chosen = [*([] if best is None else [best]), *others][: max(1, rows)]
        return sorted(chosen, key=_rank)

    def _state(self, standing: Standing, best: Standing | None, searching: bool) -> str:
        whose = (
            ", the paper's"
            if standing.number == self._paper_trial
            else f", a repeat of {standing.repeat_of}"
            if standing.repeat_of is not None
            else ""
        )
        text = {
            "RUNNING": f"running{whose}" if searching else f"unfinished{whose}",
            "COMPLETE": f"done{whose}",
            "PRUNED": f"stopped: {standing.error or 'others were better'}",
            "FAIL": f"failed: {standing.error}",
        }[standing.state]
        curve = f"  {sparkline(standing.curve)}" if len(standing.curve) > 1 else ""
        return ("★ best, " if standing is best else "") + text + curve


def _rank(standing: Standing) -> tuple[float, int]:
    score = standing.score if standing.counts and standing.score is not None else float("-inf")
    return -score, standing.number


def sparkline(values: Sequence[float]) -> str:
    """Values as bars, from the lowest to the highest of them."""
    low, high = min(values), max(values)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((value - low) * scale)] for value in values)


def mean_heading(metric: str) -> str:
    """The heading of the scores that trials are ranked by."""
    return "mean" if metric == TARGET else metric


def short(metric: str, value: float | None) -> str:
    """A value for a line or a small table: a share in per cent without its sign."""
    if value is None:
        return "–"
    return f"{100 * value:.1f}" if is_share(metric) else f"{value:.4g}"


def _points(metric: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{100 * value:+.1f}" if is_share(metric) else f"{value:+.3g}"
