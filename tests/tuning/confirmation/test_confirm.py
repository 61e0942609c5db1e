"""When a confirmation plans, and what it measures and prints, without Ray running."""

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from screens import cells, check_width

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.paired_tests import Comparison, Sample
from lstnet_search.results.confirmation.plan import ConfirmationPlan
from lstnet_search.results.confirmation.verdict import CandidateResult
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.confirmation.confirm import confirm, must_repeat
from lstnet_search.tuning.confirmation.display import ConfirmationDisplay, reader_lines, verdict_lines
from lstnet_search.tuning.confirmation.test_sets import measurable
from lstnet_search.tuning.protocol import DIED
from lstnet_search.tuning.run import Resources, Run

DIRECTIONS = ("a_to_b", "b_to_a")


def domain(name: str, labelled: bool) -> Domain:
    return Domain(name, torch.zeros(2, 1, 4, 4, dtype=torch.uint8), torch.zeros(2).long() if labelled else None)


def pair(a: bool, b: bool) -> DomainPair:
    return DomainPair(domain("a", a), domain("b", b))


@pytest.mark.parametrize(
    ("labelled", "direction", "expected"),
    [
        ((True, True), "both", DIRECTIONS),
        ((True, True), "pareto", DIRECTIONS),
        ((True, True), "b_to_a", ("b_to_a",)),
        ((True, False), "both", ("b_to_a",)),
    ],
)
def test_directions_are_measured_whose_target_has_labels(
    labelled: tuple[bool, bool], direction: str, expected: tuple[str, ...]
) -> None:
    assert measurable(pair(*labelled), direction) == expected


@pytest.mark.parametrize(("labelled", "direction"), [((False, False), "both"), ((True, False), "a_to_b")])
def test_where_nothing_can_be_measured_nothing_is_confirmed(labelled: tuple[bool, bool], direction: str) -> None:
    with pytest.raises(InputError, match=f"no accuracy of direction {direction} can be measured.* give labels"):
        measurable(pair(*labelled), direction)


def make_display() -> tuple[ConfirmationDisplay, io.StringIO]:
    out = io.StringIO()
    names = {0: "best, seed 1/1", 1: "paper, seed 1/1"}
    return ConfirmationDisplay(Console(file=out, width=200), DIRECTIONS, Progress(100, 2, 1), names), out


def test_a_line_says_whose_training_it_is_and_how_far_but_not_how_good() -> None:
    display, out = make_display()
    display.start([])
    settings = TrialConfig().model_dump()
    display.report(0, ReportRecord(50, 50.0, {"progress": 0.5, "loss_an1": 0.7}))
    display.ended(TrialRecord(1, "FAIL", settings, error="it broke"))
    display.say_of(1, "continues")
    assert out.getvalue() == (
        "best, seed 1/1   50/100  2 min left\npaper, seed 1/1 failed: it broke\npaper, seed 1/1 continues\n"
    )


def confirmed(name: str, trial: int | None, mean: float, test: Comparison | None = None) -> CandidateResult:
    sample = Sample(3, mean, 0.01, (mean - 0.0125, mean + 0.0125))
    names = (*(f"test_accuracy_{each}" for each in DIRECTIONS), "target_accuracy")
    return CandidateResult(name, trial, 3, 0, dict.fromkeys(names, sample), test)


PLAN = ConfirmationPlan(100, (), (), "adapted")
CORRECTED = Comparison(Sample(3, -0.02, 0.01, (-0.03, -0.01)), 0.02, 0.04)
UNCLEAR = Comparison(Sample(3, 0.02, 0.01, (-0.01, 0.05)), 0.2)
FOUND = [
    confirmed("best", 4, 0.95, UNCLEAR),
    confirmed("2", 7, 0.91, CORRECTED),
    confirmed("paper", 0, 0.93),
    confirmed("no translation", None, 0.9),
]


def test_the_table_shows_intervals_differences_and_verdicts() -> None:
    better = Comparison(Sample(3, 0.02, 0.01, (0.01, 0.03)), 0.0123)
    lines = verdict_lines([confirmed("best", 4, 0.95, better), *FOUND[1:]], DIRECTIONS, PLAN, 120)
    assert lines[0].startswith("test accuracy after 100 steps, reader adapted, mean of 3 seeds ± half of the 95 %")
    table = cells(lines[lines.index(next(line for line in lines if line.lstrip().startswith("trial"))) :])
    assert table[0] == ["", "trial", "→b", "→a", "mean", "to the paper", "p", "verdict"]
    assert table[1] == ["best", "4", *["95.00 ± 1.25"] * 3, "+2.00 (+1.00 to +3.00)", "0.012", "better"]
    assert table[2][5:8] == ["-2.00 (-3.00 to -1.00)", "0.040", "worse"]
    assert table[3][5:8] == ["", "", ""]
    assert table[4] == ["no translation", "", *["90.00 ± 1.25"] * 3, "", "", ""]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_fits_the_screen_and_keeps_the_verdict(width: int) -> None:
    lines = verdict_lines(FOUND, DIRECTIONS, PLAN, width)
    check_width(lines, width)
    rows = {line.split("  ")[0]: line for line in lines}
    assert rows["best"].endswith("no difference")
    assert rows["2"].endswith("worse")
    if width >= 80:
        assert "95.00 ± 1.25" in rows["best"]
        assert "+2.00 (-1.00 to +5.00)  0.200" in rows["best"]


def test_a_winner_with_the_papers_weights_is_marked_in_the_table() -> None:
    assert verdict_lines([confirmed("best", 0, 0.95)], DIRECTIONS, PLAN, 80)[-1].startswith("best, the paper's  ")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_readers_are_told_apart_on_any_screen(width: int) -> None:
    sample = Sample(3, 0.95, 0.01, (0.9375, 0.9625))
    names = (*(f"test_accuracy_{each}" for each in DIRECTIONS), "target_accuracy")
    metrics = {f"{reader}/{name}": sample for reader in ("translated", "both") for name in names}
    lines = reader_lines([CandidateResult("best", 4, 3, 0, metrics)], ["translated", "both"], DIRECTIONS, width)
    check_width(lines, width)
    assert [line.split()[1] for line in lines[2:]] == ["translated", "both"]
    assert all("95.00 ± 1.25" in line for line in lines[2:])


@pytest.mark.parametrize(
    ("state", "error", "kept", "expected"),
    [
        ("COMPLETE", "", True, False),
        ("COMPLETE", "", False, True),
        ("FAIL", DIED, True, True),
        ("FAIL", "OutOfMemoryError: CUDA out of memory.", True, False),
        ("FAIL", "DivergedError: diverged at step 3: loss_an1 is not finite", True, False),
        ("RUNNING", "", False, False),  # it continues anyway
    ],
)
def test_trainings_are_repeated_whose_process_or_checkpoint_was_lost_but_not_after_an_error_of_their_own(
    state: Any, error: str, kept: bool, expected: bool
) -> None:
    assert must_repeat(TrialRecord(0, state, {}, error=error), lambda: kept) == expected


def test_a_plan_is_made_while_the_folder_is_locked_so_no_search_can_find_another_winner(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "it")
    folder.create({"search": {}})
    planned_while_locked: list[bool] = []

    def make_plan() -> ConfirmationPlan:
        planned_while_locked.append(folder.is_running())
        raise InputError("no trial has ended yet")

    run, console = Run(folder), Console(file=io.StringIO())
    with pytest.raises(InputError, match="no trial has ended yet"):
        confirm(make_plan, run, console)
    assert planned_while_locked == [True]
    with folder.locked(), pytest.raises(InputError, match="a search is running in "):
        confirm(make_plan, run, console)
    assert planned_while_locked == [True], "not planned while a search runs"
    assert not folder.confirmation.exists()


def test_more_gpus_than_there_are_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "it")
    folder.create({"search": {}})
    before = sorted(folder.path.rglob("*"))

    def make_plan() -> ConfirmationPlan:
        raise AssertionError("planned")

    with pytest.raises(InputError, match="--gpus 99 is more than the "):
        confirm(make_plan, Run(folder, resources=Resources(gpus=99)), Console(file=io.StringIO()))
    assert sorted(folder.path.rglob("*")) == before
