"""The faults: what each does to a running search, and what it is allowed to cost."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeVar

from processes import in_step, trains, trial_processes

from faults import mounts
from faults.sitting import Sitting
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes

T = TypeVar("T")

READ_ONLY_SECONDS = 10.0
SILENT = ("--trial-timeout", "40s")
"""After which a process is taken to hang; by default it is far longer."""
FULL_AT_MOST = 900.0
"""Seconds in which a search has to notice a full disk."""


@dataclass(frozen=True)
class Stage:
    """What a fault strikes.

    Attributes:
        search: that is running.
        sitting: its command.
        random: draws whom it hits.
        cluster: that it runs on; None where it starts Ray itself.
    """

    search: SmallSearch
    sitting: Sitting
    random: Random
    cluster: ThreeNodes | None = None

    @property
    def nodes(self) -> ThreeNodes:
        """Of the cluster, for a fault that takes several."""
        assert self.cluster is not None
        return self.cluster

    def training(self) -> list[int]:
        """The processes of trials."""
        return trial_processes(self.sitting.pid) if self.cluster is None else self.cluster.training()

    def wait_for(self, look: Callable[[], T]) -> T:
        """Look until there is something to be seen.

        Raises:
            RuntimeError: if the command ends before: then nothing was struck.
        """
        while True:
            running = self.sitting.running
            if found := look():
                return found
            if not running:
                raise RuntimeError(f"it ended before it was struck:\n{self.sitting.text}")
            time.sleep(0.05)


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        name: for people.
        strike: does it, and returns when it is over.
        hit: whose process ends.
        codes: with which the command may end; 0 where it goes on.
        says: what a command that ends by itself is to say, beside how to go on.
        intervals: between reports, that may be done again beside what always may.
        mount: whether it takes root, to mount.
        fails: what a trial's error is to say, if it is to fail.
        step: kind of what happens in a step, which is prepared before the search begins.
        nodes: whether it takes a cluster of several.
        shared: whether trials are to share a GPU, two side by side as without it.
        options: more that the search is given.
    """

    name: str
    strike: Callable[[Stage], None]
    hit: Literal["all", "one", "none"]
    codes: tuple[int, ...] = (0,)
    says: str = ""
    intervals: int = 0
    mount: bool = False
    fails: str = ""
    step: str = ""
    nodes: bool = False
    shared: bool = False
    options: tuple[str, ...] = ()


def _kill_trial(stage: Stage) -> None:
    _signal_trial(stage, signal.SIGKILL)


def _stop_trial(stage: Stage) -> None:
    _signal_trial(stage, signal.SIGSTOP, in_step)  # one whose trial has ended would not be missed


def _signal_trial(stage: Stage, number: signal.Signals, eligible: Callable[[int], bool] = trains) -> None:
    while True:
        # None while they come back from another fault.
        training = stage.wait_for(lambda: [process for process in stage.training() if eligible(process)])
        with suppress(ProcessLookupError):  # it has just ended: then another
            os.kill(stage.random.choice(training), number)
            return


def _kill_node(stage: Stage) -> None:
    stage.nodes.lose(stage.random)


def _signal_driver(number: signal.Signals) -> Callable[[Stage], None]:
    def strike(stage: Stage) -> None:
        stage.sitting.send(number)
        stage.sitting.end()

    return strike


_kill_driver, _interrupt_driver = _signal_driver(signal.SIGKILL), _signal_driver(signal.SIGINT)


def _kill_driver_and_node(stage: Stage) -> None:
    stage.sitting.send(signal.SIGKILL)
    _kill_node(stage)
    stage.sitting.end()


def _fill_disk(stage: Stage) -> None:
    filler = stage.search.home / "filler"
    ends = time.monotonic() + FULL_AT_MOST
    with filler.open("wb", buffering=0) as file:
        while stage.sitting.running and time.monotonic() < ends:  # also what it frees
            try:
                file.write(bytes(4096))
            except OSError:  # it is full, which is what is wanted
                time.sleep(0.01)
    filler.unlink()


def _truncate_checkpoint(stage: Stage) -> None:
    stage.wait_for(lambda: _states_of_unfinished(stage))
    _kill_driver(stage)
    _halve(max(_states_of_unfinished(stage), key=_written_at))


def _truncate_checkpoints_in_use(stage: Stage) -> None:
    stage.wait_for(lambda: _states_of_unfinished(stage))
    processes = stage.wait_for(stage.training)
    for process in processes:  # or they would write newer ones meanwhile
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGSTOP)
    newest: dict[str, Path] = {}
    for state in sorted(_states_of_unfinished(stage), key=_written_at):
        newest[state.parents[1].name] = state
    for state in newest.values():
        _halve(state)
    for process in processes:
        with suppress(ProcessLookupError):  # likewise
            os.kill(process, signal.SIGKILL)


def _states_of_unfinished(stage: Stage) -> list[Path]:
    last = {report.trial: report.step for report in stage.sitting.reports}
    unfinished = [f"trial_{trial:05d}" for trial, step in last.items() if step < stage.search.steps]
    states = stage.search.checkpoints.glob("run_*/trial_*/checkpoint_*/state.safetensors")
    return [state for state in states if state.parents[1].name in unfinished]


def _written_at(file: Path) -> int:
    return file.stat().st_mtime_ns


def _cut_journal(stage: Stage) -> None:
    _kill_driver(stage)
    journal = stage.search.results / "study.journal"
    *_, last = journal.read_bytes().splitlines(keepends=True)
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - len(last) + len(last) // 2)


def _truncate_history(stage: Stage) -> None:
    _interrupt_driver(stage)
    _halve(stage.search.results / "history.parquet")


def _halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _read_only_for_seconds(stage: Stage) -> None:
    stage.wait_for(stage.training)
    with mounts.read_only(stage.search.home):
        time.sleep(READ_ONLY_SECONDS)


def _wait_for(kind: str) -> Callable[[Stage], None]:
    def strike(stage: Stage) -> None:
        noted = flag(stage.search, kind)
        stage.wait_for(lambda: noted.exists() and noted.read_text())

    return strike


FAULTS = (
    Fault("trial's process killed", _kill_trial, "one"),
    Fault("node lost", _kill_node, "one", nodes=True),
    Fault("driver killed", _kill_driver, "all", codes=(-signal.SIGKILL,)),
    Fault("driver: SIGTERM", _signal_driver(signal.SIGTERM), "all", codes=(128 + signal.SIGTERM,)),
    Fault("driver: SIGINT", _interrupt_driver, "all", codes=(128 + signal.SIGINT,)),
    Fault("driver and node lost", _kill_driver_and_node, "all", codes=(-signal.SIGKILL,), nodes=True),
    Fault("disk full", _fill_disk, "all", codes=(1,), says="error: the disk is full", mount=True),
    Fault("newest checkpoint truncated", _truncate_checkpoint, "all", codes=(-signal.SIGKILL,), intervals=1),
    Fault("checkpoints truncated, processes killed", _truncate_checkpoints_in_use, "all", intervals=1),
    Fault("journal's last line cut", _cut_journal, "all", codes=(-signal.SIGKILL,)),
    Fault("history.parquet truncated", _truncate_history, "all", codes=(128 + signal.SIGINT,)),
    Fault("storage read-only for 10 s", _read_only_for_seconds, "none", mount=True),
    Fault("out of memory in a step", _wait_for("oom"), "one", step="oom", shared=True),
    Fault("loss not a number", _wait_for("nan"), "none", fails="diverged at step", step="nan"),
    Fault("trial hangs", _stop_trial, "one", options=SILENT),
)


ROUNDS = tuple(
    tuple(next(fault for fault in FAULTS if fault.name == name) for name in names)
    for names in (
        ("trial's process killed", "driver and node lost", "checkpoints truncated, processes killed", "node lost"),
        ("driver killed", "driver: SIGTERM", "driver: SIGINT"),
        ("newest checkpoint truncated", "journal's last line cut", "history.parquet truncated"),
        ("storage read-only for 10 s", "disk full", "trial hangs"),
        ("loss not a number", "out of memory in a step"),
    )
)
"""Each fault once: those of a round strike one search one after another, for starts are most of what a search takes."""


def flag(search: SmallSearch, kind: str) -> Path:
    """The file that says that a fault in a step has struck, and when."""
    return search.home / f"struck_{kind}"


def injected(fault: Fault, trial: int, search: SmallSearch, random: Random) -> dict[str, Any]:
    """What makes a fault happen in a step of a trial."""
    step = random.randint(1, search.steps)
    return {"kind": fault.step, "w1": search.point(trial)["w1"], "step": step, "flag": str(flag(search, fault.step))}
