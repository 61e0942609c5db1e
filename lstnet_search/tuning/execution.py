"""How a run is executed: its cluster, its share of the GPUs, and what happens if it stops before its first training."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console

from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, WholeSets
from lstnet_search.io.console import say_command
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.cluster.cluster import address_of, place_here, running_cluster
from lstnet_search.tuning.cluster.dashboard import dashboard_lines
from lstnet_search.tuning.cluster.machine_limits import read_limits
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.probes import gpu_use
from lstnet_search.tuning.run import Resources, Run
from lstnet_search.tuning.stop_request import StopRequest, hangup_blocked


def until_stopped(run: Run, console: Console, command: Callable[[StopRequest], int]) -> int:
    """Run a command within the time budget, and say so if it stops before its first training.

    Returns:
        The command's exit code. If it stops that early: 128 + signal, or 0 after the time budget.
    """
    with StopRequest(run.time_budget) as stop_request:
        try:
            return command(stop_request)
        except KeyboardInterrupt:
            if not stop_request.interrupted:
                raise
            why = "the time budget is over" if stop_request.signal is None else f"stopped by {stop_request.signal.name}"
            say_command(console, f"{why} before the first training; nothing was lost; start again with", run.command)
            return stop_request.exit_code


def refuse_placement(resources: Resources, trials: int) -> None:
    """Refuse options that ask for more than this machine has, before anything is read.

    The resources of a running cluster are not known yet, so they are not checked.

    Raises:
        InputError: as `decide_placement`.
    """
    if address_of(resources.address) is None:
        place_here(resources, trials)


@contextmanager
def on_cluster(run: Run, trials: int, say: Callable[[str], None]) -> Iterator[Placement]:
    """Start or join the cluster, and print where its dashboard is and what limits this machine.

    Raises:
        InputError: if the cluster has less than the options ask for, or cannot be used.
    """
    storage = None if run.storage is None else run.open_storage()
    with ExitStack() as stack:
        if address_of(run.resources.address) is None:
            say("starting Ray; this takes up to half a minute")
        with hangup_blocked():
            placement, dashboard = stack.enter_context(running_cluster(run.resources, trials, storage))
        limited = read_limits().sentence() if address_of(run.resources.address) is None else None
        for line in (*dashboard_lines(dashboard, os.environ), *([limited] if limited else ()), *placement.memory_lines):
            say(line)
        yield placement


def share_gpus(
    resources: Resources,
    search: SearchConfig,
    data: Prepared | WholeSets,
    placement: Placement,
    trials: int,
    say: Callable[[str], None],
) -> Placement:
    """The placement. If the options leave it to a probe, the probe decides how many trials share a GPU."""
    if resources.per_gpu is not None or not placement.gpus:
        return placement
    return gpu_use.share_gpus(search, data, placement, resources, trials, say)


def refuse_other_data(folder: ResultsFolder, fingerprint: str, options: str) -> None:
    """Refuse to continue a search on other data than it began with.

    Args:
        folder: the search's folder.
        fingerprint: fingerprint of the data that this run read.
        options: the options that choose the data.

    Raises:
        InputError: if the search recorded another fingerprint.
    """
    record = folder.read_search()
    recorded = record.data_fingerprint
    if recorded == fingerprint:
        return
    halves = zip(record.search.trial.domains, recorded.split("-"), fingerprint.split("-"), strict=False)
    different = " and ".join(domain for domain, old, new in halves if old != new)
    raise InputError(
        f"{folder.path} was begun on data with fingerprint {recorded}, this data has {fingerprint}: the images of "
        f"{different} differ; restore what was added, changed or removed, or give the same data with {options}"
    )


def refuse_other_classifiers(folder: ResultsFolder, digests: dict[str, str]) -> None:
    """Refuse to resume a search with other classifiers: its trials would no longer be comparable.

    Args:
        folder: the search's folder.
        digests: digests of this run's classifiers, by domain.

    Raises:
        InputError: if the search recorded another digest. Folders of earlier versions have no digests.
    """
    for domain, recorded in folder.read_search().classifiers.items():
        if digests.get(domain) != recorded:
            raise InputError(
                f"the classifier of {domain} is not the one that {folder.path} was begun with: its weights have the "
                f"digest {digests.get(domain)}, not {recorded}; resume with the same version of this tool and of "
                "PyTorch, on the same kind of machine with the first run's cached classifiers, or start a new search"
            )
