"""The end of a search, with made-up records of trials."""

import re
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from contexts import DIRECTIONS, make_context

from lstnet_search.config.metrics import swapped_name
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.finish import finish_search, readers_line
from lstnet_search.tuning.run import Resources, Run
from lstnet_search.tuning.stop_request import StopRequest


class Callback:
    """Stands in for the search's callback: has written the tables, and may have failed to copy them."""

    def __init__(self, records: list[TrialRecord], mirrored: bool = True) -> None:
        self.records, self.mirrored = records, mirrored

    def write(self) -> list[TrialRecord]:
        return self.records

    def mirror(self) -> bool:
        return self.mirrored


def flat(printed: str) -> str:
    """What was printed, with each command on one line."""
    return re.sub(r" \\\n +", " ", printed)


def record(number: int, state: Any, w1: float | None = None) -> TrialRecord:
    context, _ = make_context(Path("x"))
    trial = context.config.trial
    settings = trial.override({} if w1 is None else {"w1": w1}, "test").model_dump(mode="json")
    metrics = {f"val_accuracy_{name}": 0.5 for name in DIRECTIONS} | {"target_accuracy": 0.5}
    return TrialRecord(number, state, settings, [ReportRecord(trial.steps, 1.0, metrics)] if state != "FAIL" else [])


def finished(path: Path, callback: Callback, stop_request: StopRequest | None = None) -> tuple[int, str]:
    """Finish a search, and return its exit code and output."""
    run = Run(ResultsFolder(path), resources=Resources(cpus=2))
    context, out = make_context(path, run=run, stop_request=stop_request)
    display = SearchDisplay(context.console, DIRECTIONS, Progress(10, 2, 2), context.metric)
    return finish_search(context, display, callback), out.getvalue()  # type: ignore[arg-type]


def test_a_search_that_ended_prints_its_table_and_results(tmp_path: Path) -> None:
    code, printed = finished(tmp_path, Callback([record(0, "COMPLETE"), record(1, "PRUNED")]))
    assert code == 0
    assert "Trial 1 and the paper's weights score the same: one seed each.\n" in printed
    assert re.search(r"^%, validation +→usps +→mnist +mean +steps$", printed, re.MULTILINE)
    assert re.search(r"^best, the paper's, trial 0 +50.00 +50.00 +50.00 +", printed, re.MULTILINE)
    assert f"confirm {tmp_path} --top 1 --seeds 3" in flat(printed)
    more = f"run_search.py --name {tmp_path.name} --resume --results-dir {tmp_path.parent} --add-trials 6"
    assert more in flat(printed)
    assert f"results: {tmp_path}" in printed
    assert "resume with" not in printed


def test_a_winner_without_its_checkpoint_is_reported_and_no_failure(tmp_path: Path) -> None:
    code, printed = finished(tmp_path, Callback([record(0, "COMPLETE"), record(1, "COMPLETE")]))
    assert code == 0
    assert "the checkpoint of trial 0 at step " in printed
    assert "is missing: no model written" in printed


def test_a_swap_is_told_also_of_the_training_that_selected_a_configuration(tmp_path: Path) -> None:
    selected = record(0, "COMPLETE")
    selected.reports[0].metrics[swapped_name(DIRECTIONS[0])] = 2.0
    repeats = [
        replace(record(2 + 2 * of + one, "COMPLETE", w1), seed=1 + one, repeat_of=of)
        for of, w1 in ((0, None), (1, 7.0))
        for one in (0, 1)
    ]
    stopped = record(6, "PRUNED", 9.0)  # so first seeds do not count for the expected scores
    _, printed = finished(tmp_path, Callback([selected, record(1, "COMPLETE", 7.0), *repeats, stopped]))
    assert f"ALARM: trial 0: 2 classes swapped in {DIRECTIONS[0]}" in printed


def test_what_is_unfinished_is_resumed_with_the_options_of_this_run(tmp_path: Path) -> None:
    code, printed = finished(tmp_path, Callback([record(0, "COMPLETE"), record(1, "RUNNING")]))
    command = f"python run_search.py --name {tmp_path.name} --resume --results-dir {tmp_path.parent} --cpus 2"
    assert code == 0
    assert f"1 of 2 trials are unfinished; resume with: {command}\n" in printed.replace("\n--", " --")


def test_a_signal_decides_the_exit_code(tmp_path: Path) -> None:
    with StopRequest() as stop_request:
        signal.raise_signal(signal.SIGTERM)
    assert finished(tmp_path, Callback([record(0, "COMPLETE")]), stop_request)[0] == 143


def test_a_disk_that_cannot_be_written_is_reported_with_what_to_do(tmp_path: Path) -> None:
    stop_request = StopRequest()
    stop_request.storage_problem = "is full"
    code, printed = finished(tmp_path, Callback([record(0, "COMPLETE")]), stop_request)
    assert code == 1
    assert "error: the disk is full" in printed


def test_a_copy_that_is_out_of_date_is_a_failure(tmp_path: Path) -> None:
    code, printed = finished(tmp_path, Callback([record(0, "COMPLETE"), record(1, "COMPLETE")], mirrored=False))
    assert code == 1
    assert f"error: the copy in --storage is out of date, {tmp_path} is up to date; resume with: " in printed


def test_a_search_whose_trials_all_failed_is_a_failure(tmp_path: Path) -> None:
    code, printed = finished(tmp_path, Callback([record(0, "FAIL"), record(1, "FAIL")]))
    assert code == 1
    assert "no trial succeeded; the column 'error' of trials.parquet says why" in printed


@pytest.mark.parametrize(("w1", "warned"), [(None, False), (1e-3, True)])
def test_a_winner_at_the_edge_of_its_range_is_warned_of(tmp_path: Path, w1: float | None, warned: bool) -> None:
    _, printed = finished(tmp_path, Callback([record(0, "COMPLETE", w1)]))
    assert ("end of its range; widen it in " in printed) == warned


def test_a_reader_is_shown_beside_plain_resizing() -> None:
    first, second = DIRECTIONS
    prepared: Any = SimpleNamespace(
        directions=DIRECTIONS, baseline={f"val_accuracy_{first}": 0.9, f"val_accuracy_{second}": 0.96}
    )
    measured = {f"adapted/val_accuracy_{first}": 0.98, f"adapted/val_accuracy_{second}": 0.99}
    (line,) = readers_line("adapted", measured, prepared)
    assert (
        line == f"reader adapted: {first} 98.00 %  {second} 99.00 %  mean 98.50 %, +5.50 points compared with resizing"
    )
    assert not [*readers_line("both", measured, prepared)]
