import io
import signal
import time
from pathlib import Path

import pytest
from rich.console import Console

from lstnet_search.config.search import TrackerName
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.execution import Run, until_stopped
from lstnet_search.tuning.monitoring.stop_request import Stopping


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_noted_and_gives_its_exit_code(number: signal.Signals, code: int) -> None:
    with Stopping() as stopping:
        assert not stopping.due
        signal.raise_signal(number)
        assert stopping.due
        assert stopping.exit_code == code


def test_a_second_ctrl_c_is_no_longer_held_back() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    with Stopping():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_the_time_budget_runs_from_the_start_and_is_no_failure() -> None:
    with Stopping(time_budget=0.05) as stopping:
        assert not stopping.due
        time.sleep(0.06)
        assert stopping.due
        assert stopping.exit_code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_block_with_nothing_to_save_is_left_at_once_by_a_signal(number: signal.Signals, code: int) -> None:
    with Stopping() as stopping:
        with pytest.raises(KeyboardInterrupt), stopping.breaking_off():
            signal.raise_signal(number)
        assert stopping.broken_off
        assert stopping.exit_code == code


def test_a_block_with_nothing_to_save_is_left_when_the_time_budget_is_over() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with Stopping(time_budget=0.05) as stopping:
        with pytest.raises(KeyboardInterrupt), stopping.breaking_off():
            time.sleep(60)
        assert stopping.broken_off
        assert stopping.due
        assert stopping.exit_code == 0
    assert signal.getsignal(signal.SIGALRM) == before


def test_a_signal_from_before_such_a_block_is_not_forgotten() -> None:
    with Stopping() as stopping:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), stopping.breaking_off():
            time.sleep(60)


def test_after_such_a_block_the_time_budget_is_only_noted() -> None:
    with Stopping(time_budget=0.05) as stopping:
        with stopping.breaking_off():
            pass
        time.sleep(0.06)
        assert stopping.due
        assert not stopping.broken_off


def test_handlers_that_another_took_over_since_are_taken_back() -> None:
    with Stopping() as stopping:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as Ray does when it starts
        stopping.handle()
        signal.raise_signal(signal.SIGTERM)
        assert stopping.exit_code == 143


def test_the_handler_that_ray_has_while_it_starts_stops_such_a_block_as_ours_does() -> None:
    with Stopping() as stopping:
        with pytest.raises(KeyboardInterrupt), stopping.breaking_off():
            raise SystemExit(signal.SIGTERM)
        assert stopping.exit_code == 143


@pytest.mark.parametrize(
    ("stop", "code", "why"),
    [
        (signal.SIGINT, 130, "stopped by SIGINT"),
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (None, 0, "the time budget is over"),
    ],
)
def test_a_command_that_stops_before_its_first_training_says_so_and_how_to_begin_again(
    stop: signal.Signals | None, code: int, why: str
) -> None:
    def command(stopping: Stopping) -> int:
        with stopping.breaking_off():
            if stop is not None:
                signal.raise_signal(stop)
            time.sleep(60)
        raise AssertionError("it was not left")

    out = io.StringIO()
    run = Run(ResultsFolder(Path("x")), time_budget=None if stop else 0.05, command="python run_search.py --seed 1")
    assert until_stopped(run, Console(file=out, width=200), command) == code
    line = f"{why} before the first training; nothing was lost; begin again with: python run_search.py --seed 1\n"
    assert out.getvalue() == line


def test_a_second_ctrl_c_of_a_command_that_saves_is_not_taken_for_an_early_end() -> None:
    def command(stopping: Stopping) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        until_stopped(Run(ResultsFolder(Path("x"))), Console(file=io.StringIO()), command)


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stopping():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("run", "options"),
    [
        (Run(ResultsFolder(Path("results/it"))), ""),
        (
            Run(
                ResultsFolder(Path("results/it")), cpus=8, gpus=2, per_gpu=3, max_concurrent=4, trial_timeout=1234567.5
            ),
            " --cpus 8 --gpus 2 --gpus-per-trial 0.333 --max-concurrent 4 --trial-timeout 1234567.5s",
        ),
        (
            Run(ResultsFolder(Path("results/it")), per_gpu=None, address="auto", storage="/s", time_budget=3600.0),
            " --address auto --gpus-per-trial auto",
        ),
        (
            Run(ResultsFolder(Path("results/it")), log=(TrackerName.MLFLOW, TrackerName.WANDB)),
            " --log mlflow --log wandb",
        ),
    ],
)
def test_the_command_that_goes_on_has_what_is_not_recorded_in_the_results(run: Run, options: str) -> None:
    assert run.going_on == f"python run_search.py --name it --resume{options}"
