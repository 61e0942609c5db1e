import io
import threading
import time
from dataclasses import replace

import pytest
from rich.console import Console
from screens import check_width

from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import Exploit, ReportRecord, TrialRecord
from lstnet_search.tuning.console.search_display import SearchDisplay

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")
SETTINGS = {"method": "lstnet"} | dict.fromkeys(("w1", "w2", "w3", "w4", "w5", "w6", "wl"), 20.0)


def report(step: int, accuracy: float = 0.5, seconds: float = 1.0) -> ReportRecord:
    metrics = {f"val_accuracy_{name}": accuracy for name in DIRECTIONS} | {"target_accuracy": accuracy}
    return ReportRecord(step=step, seconds=seconds, metrics=metrics)


def record(number: int, step: int, state: str = "PRUNED", accuracy: float = 0.5, seconds: float = 1.0) -> TrialRecord:
    return TrialRecord(number, state, SETTINGS, [report(step, accuracy, seconds)], error="it broke")  # type: ignore[arg-type]


def shown(steps: int, trials: int, metric: str = "target_accuracy") -> tuple[SearchDisplay, io.StringIO]:
    """A display that prints to a pipe."""
    out = io.StringIO()
    return SearchDisplay(Console(file=out, width=200), DIRECTIONS, Progress(steps, trials, 1), metric), out


def on_terminal(width: int, height: int = 24, trials: int = 3, **settings: bool) -> tuple[SearchDisplay, io.StringIO]:
    """A display that draws a table on a terminal."""
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, force_interactive=True, **settings)  # type: ignore[arg-type]
    return SearchDisplay(console, DIRECTIONS, Progress(100, trials, 2), "target_accuracy"), out


def drawn(display: SearchDisplay, width: int) -> list[str]:
    """The lines of the table and of the bar as they would be drawn now."""
    console = Console(width=width, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(display._screen())
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_report_is_one_line_with_accuracies_both_ways_and_the_best_so_far() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.report(1, report(50, 0.25))
    (line,) = out.getvalue().splitlines()
    assert line == "trial 1   50/100  →usps 25.0  →mnist 25.0  best 25.0 (trial 1)  3 s left"


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("steps", [100, 47000])
def test_a_line_on_a_pipe_fits_in_its_columns(columns: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    display, out = shown(steps=steps, trials=2000)
    display.start([])
    display.report(1234, report(steps // 2, 0.25))
    (line,) = out.getvalue().splitlines()
    check_width([line], columns)
    assert "25.0" in line
    assert f"{steps // 2}/{steps}" in line


def test_a_line_on_a_pipe_has_80_columns_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    display, out = shown(steps=47000, trials=2000)
    display.start([])
    display.report(1234, report(23500, 0.25))
    check_width(out.getvalue().splitlines(), 80)


def test_an_alarm_has_a_line_of_its_own() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.report(1, report(50), ["classes swapped in mnist_to_usps: 3 read as 8, 8 read as 3"])
    _, line = out.getvalue().splitlines()
    assert line == "ALARM trial 1: classes swapped in mnist_to_usps: 3 read as 8, 8 read as 3"


def test_without_labels_the_line_has_what_is_maximised() -> None:
    display, out = shown(steps=100, trials=2, metric="infomax")
    display.start([TrialRecord(0, "PRUNED", SETTINGS, [ReportRecord(20, 1.0, {"infomax": 1.25})])])
    display.report(1, ReportRecord(50, 1.0, {"infomax": 1.23456}))
    assert "50/100  infomax 1.235  best 1.25 (trial 0)" in out.getvalue()


def test_a_trial_that_failed_or_was_stopped_is_reported() -> None:
    display, out = shown(steps=100, trials=2)
    display.start([])
    display.ended(record(0, 20, "FAIL"))
    display.ended(replace(record(1, 20, "PRUNED"), error=""))
    display.ended(replace(record(2, 20, "PRUNED"), error="stopped by you"))
    display.exploited(3, Exploit(20, 1, {"w1": 2.0}))
    assert out.getvalue().splitlines() == [
        "trial 0 failed: it broke",
        "trial 1 stopped at step 20: others were better",
        "trial 2 stopped at step 20: stopped by you",
        "trial 3 continues from trial 1 at step 20  weights 2",
    ]


def fill(display: SearchDisplay) -> None:
    """Trial 0 has ended, trial 1 leads and runs, trial 2 was stopped, and trial 3 failed."""
    for step, accuracy in ((25, 0.5), (50, 0.75), (100, 0.9)):
        display.report(0, report(step, accuracy, step))
    display.ended(record(0, 100, "COMPLETE"))
    for step, accuracy in ((25, 0.625), (50, 0.95)):
        display.report(1, report(step, accuracy, step))
    display.report(2, report(25, 0.25, 25))
    display.ended(replace(record(2, 25), error=""))
    display.report(3, report(25, 0.25, 25))
    display.ended(record(3, 25, "FAIL"))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_fits_the_terminal_and_breaks_no_word(width: int) -> None:
    display, _ = on_terminal(width, trials=8)
    fill(display)
    lines = drawn(display, width)
    check_width(lines, width)
    assert lines[0].split()[:2] == ["trial", "step"] if width > 40 else lines[0].split()[0] == "trial"
    assert [line.split()[0] for line in lines[1:5]] == ["1", "0", "2", "3"], "the best first, the failed last"
    assert lines[-1].split("  ")[-1].endswith("left")
    words = " ".join(lines[1:5]).replace("…", " ").split()
    names = "★ best, running done, the paper's stopped: others were better failed: it broke ▁█"
    numbers = "0 1 2 3 95.0 90.0 25.0 50/100 100/100 25/100 +20.0 -25.0"
    assert set(words) <= set(f"{names} {numbers}".split()), "whole words only"


def test_a_trial_is_compared_with_the_papers_at_the_same_step() -> None:
    display, _ = on_terminal(80)
    fill(display)
    lines = drawn(display, 80)
    assert "paper*" in lines[0]
    assert "+20.0" in lines[1], "95 against 75 at step 50"
    assert "-25.0" in lines[3], "25 against 50 at step 25"
    assert "* points, to the paper's best up to the same step" in lines


def test_a_low_terminal_shows_the_best_and_says_how_many_more_there_are() -> None:
    display, _ = on_terminal(80, height=8, trials=8)
    fill(display)
    lines = drawn(display, 80)
    assert [line.split()[0] for line in lines[1:3]] == ["1", "0"]
    assert "and 2 more" in lines


def test_the_bar_moves_with_steps() -> None:
    display, _ = on_terminal(80, trials=2)
    display.report(0, report(25, 0.5, 25.0))
    before = drawn(display, 80)[-1].count("━")
    display.report(0, report(50, 0.5, 50.0))
    assert drawn(display, 80)[-1].count("━") > before > 0


def test_no_color_means_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    display, out = on_terminal(80)
    display.start([])
    fill(display)
    display.stop()
    assert "\x1b[3" not in out.getvalue()
    assert "95.0" in out.getvalue()


def test_the_table_is_drawn_in_its_own_thread_while_reports_arrive() -> None:
    display, _ = on_terminal(80, trials=400)
    display.start([])
    errors: list[BaseException] = []

    def draw() -> None:
        try:
            for _ in range(100):
                drawn(display, 80)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=draw)
    thread.start()
    for number in range(400):
        display.report(number, report(25, number / 1000))
    thread.join()
    display.stop()
    assert not errors


@pytest.mark.parametrize(
    ("display", "most"),
    [(on_terminal(80, trials=10_000)[0], 100e-6), (shown(100, 10_000)[0], 500e-6)],
    ids=["on a terminal", "in a pipe"],
)
def test_a_report_costs_little_time_however_many_trials_there_are(display: SearchDisplay, most: float) -> None:
    """A driver handles about a hundred reports per second; 1 % of that is 100 µs for each. A line takes some more."""
    for number in range(9_000):
        display.report(number, report(25, number / 10_000))
        display.ended(record(number, 25))
    start = time.process_time()
    for number in range(9_000, 10_000):
        display.report(number, report(25, 0.5))
        display.ended(record(number, 25))
    assert (time.process_time() - start) / 1000 < most
