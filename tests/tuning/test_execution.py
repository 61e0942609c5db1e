import io
import signal
import time
from pathlib import Path

import pytest
from rich.console import Console

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.execution import refuse_other_classifiers, refuse_placement, share_gpus, until_stopped
from lstnet_search.tuning.run import Resources, Run
from lstnet_search.tuning.stop_request import StopRequest


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
    def command(stop_request: StopRequest) -> int:
        with stop_request.interruptible():
            if stop is not None:
                signal.raise_signal(stop)
            time.sleep(60)
        raise AssertionError("it was not left")

    out = io.StringIO()
    run = Run(ResultsFolder(Path("x")), time_budget=None if stop else 0.05, command="python run_search.py --seed 1")
    assert until_stopped(run, Console(file=out, width=200), command) == code
    line = f"{why} before the first training; nothing was lost; start again with: python run_search.py --seed 1\n"
    assert out.getvalue() == line


def test_a_second_ctrl_c_of_a_command_that_saves_is_not_taken_for_an_early_end() -> None:
    def command(stop_request: StopRequest) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        until_stopped(Run(ResultsFolder(Path("x"))), Console(file=io.StringIO()), command)


def test_more_than_this_machine_has_is_refused_at_once_and_what_a_cluster_has_is_asked_later() -> None:
    with pytest.raises(InputError, match="--cpus 100000 "):
        refuse_placement(Resources(cpus=100_000), trials=2)
    refuse_placement(Resources(cpus=100_000, address="127.0.0.1:6379"), trials=2)


def test_trials_share_gpus_by_a_probe_only_where_the_options_leave_it_to_one() -> None:
    placement = Placement(cpus=2, gpus=1, concurrent=1)
    for resources, given in ((Resources(), placement), (Resources(per_gpu=None), Placement(2, 0, 2))):
        assert share_gpus(resources, None, None, given, 4, print) is given  # type: ignore[arg-type]  # not looked at


@pytest.mark.parametrize(
    ("recorded", "refused"), [({"mnist": "a1", "usps": "b2"}, False), ({}, False), ({"usps": "c3"}, True)]
)
def test_a_search_is_not_resumed_with_other_classifiers(
    tmp_path: Path, recorded: dict[str, str], refused: bool
) -> None:
    folder = ResultsFolder(tmp_path / "x")
    folder.create({"search": {}, "data_dir": "data", "data_fingerprint": "made-up", "classifiers": recorded})
    digests = {"mnist": "a1", "usps": "b2"}
    if refused:
        with pytest.raises(InputError, match="its weights have the digest b2, not c3"):
            refuse_other_classifiers(folder, digests)
    else:
        refuse_other_classifiers(folder, digests)
