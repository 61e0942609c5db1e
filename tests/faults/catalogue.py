"""The faults: what each does to a running search, and what it may cost."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeVar

from processes import in_step, is_trial, trial_processes

from faults import mounts
from faults.search_process import SearchProcess
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes

T = TypeVar("T")

READ_ONLY_SECONDS = 10.0
SHORT_TRIAL_TIMEOUT = ("--trial-timeout", "40s")
"""When a process counts as hanging. The default is far longer."""
FULL_DISK_SECONDS = 900.0
"""Within this time a search must notice a full disk."""


@dataclass(frozen=True)
class Target:
    """The search that a fault is injected into.

    Attributes:
        search: the search.
        process: its running command.
        random: draws which process or node the fault hits.
        cluster: the cluster of the search, or None if the search starts Ray itself.
    """

    search: SmallSearch
    process: SearchProcess
    random: Random
    cluster: ThreeNodes | None = None

    def trial_processes(self) -> list[int]:
        """The processes of trials."""
        return trial_processes(self.process.pid) if self.cluster is None else self.cluster.trial_processes()

    def wait_for(self, find: Callable[[], T]) -> T:
        """Call a function until it returns something true, and return that.

        Raises:
            RuntimeError: if the command ends before that, so that the fault could not be injected.
        """
        while True:
            running = self.process.running
            if found := find():
                return found
            if not running:
                raise RuntimeError(f"the search ended before the fault:\n{self.process.text}")
            time.sleep(0.05)


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        name: name for people.
        inject: injects it, and returns when it is over.
        ends: whose processes it ends: those of all trials, of one trial, or none.
        exit_code: exit code of the command; 0 if the command continues.
        message: what a command that ends by itself must print, in addition to how to resume.
        extra_intervals: report intervals that may be repeated in addition to the usual allowance.
        needs_mount: whether it mounts, which needs root.
        trial_error: what the trial's error must say if the trial is to fail.
        step_kind: kind of a fault in a training step, which is prepared before the search starts.
        shares_gpu: whether trials must share a GPU. Two still run in parallel, as in other searches.
        options: additional options of the search.
    """

    name: str
    inject: Callable[[Target], None]
    ends: Literal["all", "one", "none"]
    exit_code: int = 0
    message: str = ""
    extra_intervals: int = 0
    needs_mount: bool = False
    trial_error: str = ""
    step_kind: str = ""
    shares_gpu: bool = False
    options: tuple[str, ...] = ()


def _kill_trial(target: Target) -> None:
    _signal_trial(target, signal.SIGKILL)


def _suspend_trial(target: Target) -> None:
    _signal_trial(target, signal.SIGSTOP, in_step)  # nobody would miss the process of a trial that has ended


def _signal_trial(target: Target, number: signal.Signals, eligible: Callable[[int], bool] = is_trial) -> None:
    while True:
        # There are none while trials recover from an earlier fault.
        processes = target.wait_for(lambda: [each for each in target.trial_processes() if eligible(each)])
        with suppress(ProcessLookupError):  # it has just ended: take another
            os.kill(target.random.choice(processes), number)
            return


def _lose_node(target: Target) -> None:
    assert target.cluster is not None
    target.cluster.lose_node(target.random)


def _signal_driver(number: signal.Signals) -> Callable[[Target], None]:
    def inject(target: Target) -> None:
        target.process.send(number)
        target.process.wait()

    return inject


_kill_driver, _interrupt_driver = _signal_driver(signal.SIGKILL), _signal_driver(signal.SIGINT)


def _kill_driver_and_lose_node(target: Target) -> None:
    target.process.send(signal.SIGKILL)
    _lose_node(target)
    target.process.wait()


def _fill_disk(target: Target) -> None:
    filler = target.search.home / "filler"
    deadline = time.monotonic() + FULL_DISK_SECONDS
    with filler.open("wb", buffering=0) as file:
        while target.process.running and time.monotonic() < deadline:  # also fill what the search frees
            try:
                file.write(bytes(4096))
            except OSError:  # the disk is full, as intended
                time.sleep(0.01)
    filler.unlink()


def _truncate_checkpoint(target: Target) -> None:
    target.wait_for(lambda: _states_of_unfinished_trials(target))
    _kill_driver(target)
    _halve_newest_checkpoint(target)


def _halve_newest_checkpoint(target: Target) -> None:
    _halve(max(_states_of_unfinished_trials(target), key=_modification_time))


def _truncate_checkpoints_in_use(target: Target) -> None:
    target.wait_for(lambda: _states_of_unfinished_trials(target))
    processes = target.wait_for(target.trial_processes)
    for process in processes:  # otherwise they would write newer checkpoints in the meantime
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(process, signal.SIGSTOP)
    newest: dict[str, Path] = {}
    for state in sorted(_states_of_unfinished_trials(target), key=_modification_time):
        newest[state.parents[1].name] = state
    for state in newest.values():
        _halve(state)
    for process in processes:
        with suppress(ProcessLookupError):  # likewise
            os.kill(process, signal.SIGKILL)


def _states_of_unfinished_trials(target: Target) -> list[Path]:
    last = {report.trial: report.step for report in target.process.reports}
    unfinished = [f"trial_{trial:05d}" for trial, step in last.items() if step < target.search.steps]
    states = target.search.checkpoints.glob("run_*/trial_*/checkpoint_*/state.safetensors")
    return [state for state in states if state.parents[1].name in unfinished]


def _modification_time(file: Path) -> int:
    return file.stat().st_mtime_ns


def _truncate_journal(target: Target) -> None:
    _kill_driver(target)
    _cut_journal(target)


def _truncate_checkpoint_and_journal(target: Target) -> None:
    _truncate_checkpoint(target)
    _cut_journal(target)


def _cut_journal(target: Target) -> None:
    journal = target.search.results / "study.journal"
    *_, last = journal.read_bytes().splitlines(keepends=True)
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - len(last) + len(last) // 2)


def _truncate_history(target: Target) -> None:
    _interrupt_driver(target)
    _halve(target.search.results / "history.parquet")


def _halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _make_read_only(target: Target) -> None:
    target.wait_for(target.trial_processes)
    with mounts.read_only(target.search.home):
        time.sleep(READ_ONLY_SECONDS)


def _wait_for_step_fault(kind: str) -> Callable[[Target], None]:
    def inject(target: Target) -> None:
        flag = flag_file(target.search, kind)
        target.wait_for(lambda: flag.exists() and flag.read_text())

    return inject


KILLED = -signal.SIGKILL
FAULTS = (
    Fault("trial's process killed", _kill_trial, "one"),
    Fault("node lost", _lose_node, "one"),
    Fault("driver killed", _kill_driver, "all", KILLED),
    Fault("driver: SIGTERM", _signal_driver(signal.SIGTERM), "all", 128 + signal.SIGTERM),
    Fault("driver: SIGINT", _interrupt_driver, "all", 128 + signal.SIGINT),
    Fault("driver and node lost", _kill_driver_and_lose_node, "all", KILLED),
    Fault("disk full", _fill_disk, "all", 1, message="error: the disk is full", needs_mount=True),
    Fault("newest checkpoint truncated", _truncate_checkpoint, "all", KILLED, extra_intervals=1),
    Fault("checkpoints truncated, processes killed", _truncate_checkpoints_in_use, "all", extra_intervals=1),
    Fault("journal's last line cut", _truncate_journal, "all", KILLED),
    Fault("newest checkpoint and journal cut", _truncate_checkpoint_and_journal, "all", KILLED, extra_intervals=1),
    Fault("history.parquet truncated", _truncate_history, "all", 128 + signal.SIGINT),
    Fault("storage read-only for 10 s", _make_read_only, "none", needs_mount=True),
    Fault("out of memory in a step", _wait_for_step_fault("oom"), "one", step_kind="oom", shares_gpu=True),
    Fault("loss not a number", _wait_for_step_fault("nan"), "none", trial_error="diverged at step", step_kind="nan"),
    Fault("trial hangs", _suspend_trial, "one", options=SHORT_TRIAL_TIMEOUT),
)


ROUNDS = tuple(
    tuple(next(fault for fault in FAULTS if fault.name == name) for name in names)
    for names in (
        ("trial's process killed", "driver and node lost", "checkpoints truncated, processes killed", "node lost"),
        ("newest checkpoint and journal cut", "history.parquet truncated"),
        ("storage read-only for 10 s", "disk full", "trial hangs"),
        ("loss not a number", "out of memory in a step"),
        (
            "driver killed",
            "driver: SIGINT",
            "driver: SIGTERM",
            "newest checkpoint truncated",
            "journal's last line cut",
        ),
    )
)
"""Each fault once. The faults of a round hit the same search in turn, because most of a search's time is its start."""

CONTAINED = {
    "driver killed": "driver and node lost",
    "driver: SIGINT": "history.parquet truncated",
    "driver: SIGTERM": "history.parquet truncated",  # it ends as by SIGINT
    "newest checkpoint truncated": "newest checkpoint and journal cut",
    "journal's last line cut": "newest checkpoint and journal cut",
}
"""Faults that are a part of another one, so that a search which survives the other survives them."""


def flag_file(search: SmallSearch, kind: str) -> Path:
    """The file to which a fault in a step writes the time when it occurs."""
    return search.home / f"struck_{kind}"


def step_fault(fault: Fault, trial: int, search: SmallSearch, random: Random) -> dict[str, Any]:
    """A fault in a random step of a trial, for `inject/sitecustomize.py`."""
    return {
        "kind": fault.step_kind,
        "w1": search.point(trial)["w1"],
        "step": random.randint(1, search.steps),
        "flag": str(flag_file(search, fault.step_kind)),
    }
