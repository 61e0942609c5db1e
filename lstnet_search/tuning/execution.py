"""Where and how one run of a search or a confirmation is executed: its cluster, its storage, its time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from lstnet_search.config.search import SearchConfig, TrackerName
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, WholeSets
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.tuning.cluster.cluster import Wanted, address_of, cluster
from lstnet_search.tuning.cluster.dashboard import dashboard_lines
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.probes.gpu_use import share_gpus


@dataclass(frozen=True)
class Run:
    """Where one run of a search happens, and for how long.

    Attributes:
        folder: of the results.
        resume: go on with what the folder holds.
        cpus: to use at most; None for all.
        gpus: to use at most; None for all.
        simulated_gpus: GPUs to pretend, for trying placement out.
        max_concurrent: trials at once at most; None for as many as find a place.
        per_gpu: trials that may share a GPU; None for as many as a probe says.
        address: of a running cluster; None for what RAY_ADDRESS says, else one of this machine.
        storage: URI of a place that every node reaches, as `results.storage.written` gives it; None for the folder.
        time_budget: seconds after which the search stops; None for no bound.
        trial_timeout: seconds without a report after which a trial's process is killed; None for what is usual for it.
        data_dir: of full data sets.
        command: as it was typed.
        log: where reports are written besides.
    """

    folder: ResultsFolder
    resume: bool = False
    cpus: int | None = None
    gpus: int | None = None
    simulated_gpus: int | None = None
    max_concurrent: int | None = None
    per_gpu: int | None = 1
    address: str | None = None
    storage: str | None = None
    time_budget: float | None = None
    trial_timeout: float | None = None
    data_dir: Path = Path("data")
    command: str = ""
    log: tuple[TrackerName, ...] = ()

    @property
    def going_on(self) -> str:
        """The command that goes on with the search as this run did, but for a time budget, which is spent."""
        share = "auto" if self.per_gpu is None else f"{1 / self.per_gpu:.3g}"
        options = {
            "--address": self.address,
            "--cpus": self.cpus,
            "--gpus": self.gpus,
            "--gpus-per-trial": None if self.per_gpu == 1 else share,
            "--max-concurrent": self.max_concurrent,
            "--simulate-gpus": self.simulated_gpus,
            "--trial-timeout": None if self.trial_timeout is None else f"{self.trial_timeout:.12g}s",
        }
        given = [(option, str(value)) for option, value in options.items() if value is not None]
        given += [("--log", name) for name in self.log]
        return self.folder.going_on(*(word for pair in given for word in pair))

    def stored(self) -> Storage:
        """Where Ray's state and checkpoints are, and the copy of the results folder.

        Raises:
            InputError: if there is no such place.
        """
        if self.storage is None:
            return Storage.local(self.folder.path)
        return Storage.at(self.storage, self.folder.path.name)

    def refuse_placement(self, trials: int) -> None:
        """Refuse what this machine has no room for, before anything is read; of a cluster that is not known yet.

        Raises:
            InputError: as `place`.
        """
        if address_of(self.address) is None:
            self._wanted(trials).placed_here()

    @contextmanager
    def on_cluster(self, trials: int, say: Callable[[str], None]) -> Iterator[Placement]:
        """Start or join the cluster, and say where its dashboard is.

        Raises:
            InputError: if it has no room for what is asked for, or cannot be used.
        """
        storage = None if self.storage is None else self.stored()
        with cluster(address_of(self.address), self._wanted(trials), storage) as (placement, dashboard):
            for line in dashboard_lines(dashboard, os.environ):
                say(line)
            yield placement

    def share_gpus(
        self,
        search: SearchConfig,
        prepared: Prepared | WholeSets,
        placement: Placement,
        trials: int,
        say: Callable[[str], None],
    ) -> Placement:
        """The placement with as many trials on a GPU as a probe says, where it is left to that."""
        if self.per_gpu is not None or not placement.gpus:
            return placement
        return share_gpus(search, prepared, placement, self._wanted(trials), say)

    def _wanted(self, trials: int) -> Wanted:
        return Wanted(self.cpus, self.gpus, trials, self.max_concurrent, self.simulated_gpus, self.per_gpu or 1)


def until_stopped(run: Run, console: Console, command: Callable[[Stopping], int]) -> int:
    """Run a command from its start within the time budget, and say so where it stopped before its first training.

    Returns:
        The command's exit code; 128 + signal, or 0 after the time budget, where it stopped so early.
    """
    with Stopping(run.time_budget) as stopping:
        try:
            return command(stopping)
        except KeyboardInterrupt:
            if not stopping.broken_off:
                raise
            why = "the time budget is over" if stopping.signal is None else f"stopped by {stopping.signal.name}"
            line = f"{why} before the first training; nothing was lost; begin again with: {run.command}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
            return stopping.exit_code


def refuse_other_data(folder: ResultsFolder, fingerprint: str, options: str) -> None:
    """Refuse to go on with other data than a search was begun on.

    Raises:
        InputError: naming the options that choose them.
    """
    recorded = folder.read_search()["data_fingerprint"]
    if recorded != fingerprint:
        raise InputError(
            f"{folder.path} was begun on data of fingerprint {recorded}, this is {fingerprint}; "
            f"give the same data by {options}"
        )
