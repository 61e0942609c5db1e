"""How often searches survive faults at random moments. Each search takes seconds, on a cluster of three nodes.

    python benchmarks/chaos.py --tries 10 --output benchmarks/results/chaos.json

Several faults hit one search, one after another (ROUNDS in `tests/faults/catalogue.py`). Tries that the output file
already holds are not repeated, so the benchmark can be stopped and continued at any time; `--only` selects faults.
Faults that mount a disk need root. What must hold after a fault: `tests/faults/checks.py`.
"""

import json
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.console import console
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.seeding import derive_seed

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # the faults belong to the tests
from faults import mounts
from faults.attempt import attempt, run_without_faults
from faults.catalogue import FAULTS, ROUNDS, Fault
from faults.checks import Tables, read_tables
from faults.three_nodes import ThreeNodes, three_nodes

TRIALS, STEPS = 3, 12
SMALL_DISK = 40
"""Size in MiB: room for the search, and not much more."""


def main(
    output: Annotated[Path, typer.Option(help="JSON file to write; an existing one is continued.")],
    tries: Annotated[int, typer.Option(help="Tries per fault.")] = 10,
    only: Annotated[list[str] | None, typer.Option(help="Names of faults, or parts of names. Default: all.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder that keeps the search without faults for the next call.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Start no try after this many seconds.")] = float("inf"),
    seed: Annotated[int, typer.Option(help="Seed of the random moments.")] = 0,
) -> int:
    """Inject faults into searches, and record which searches survive."""
    chosen = [fault for fault in FAULTS if not only or any(part in fault.name for part in only)]
    if not chosen:
        raise InputError(f"--only matches no fault; the faults are: {', '.join(fault.name for fault in FAULTS)}")
    result: dict[str, Any] = json.loads(output.read_text()) if output.exists() else {"tries": []}
    deadline, out = time.monotonic() + seconds, console()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that nothing stays mounted
    with ExitStack() as stack:
        nodes: ThreeNodes | None = None
        for number, faults in _missing_tries(result["tries"], chosen, tries, out):
            if time.monotonic() > deadline:
                break
            if nodes is None:  # start the cluster only if there is something to try
                nodes = stack.enter_context(three_nodes())
                reference = _reference(state, nodes)
            nodes.replace_lost_nodes()
            random = Random(derive_seed(seed, *(fault.name for fault in faults), number))
            rows, complaints = _try(faults, random, reference, nodes)
            about = provenance()
            result["tries"] += [row | {"try": number, "git_commit": about["git_commit"]} for row in rows]
            result |= {"seed": seed, "trials": TRIALS, "steps": STEPS, "cpus": os.cpu_count()} | about
            write_whole(output, json.dumps(result, indent=1))
            for row in rows:
                verdict = "; ".join(complaints) or f"survived, back after {row['recovered']:.0f} s"
                out.print(f"{row['fault']}, try {number}: {verdict}", markup=False, highlight=False)
    print_table(result["tries"], out)
    return 0


def _missing_tries(
    done: list[dict[str, Any]], chosen: list[Fault], tries: int, out: Console
) -> list[tuple[int, tuple[Fault, ...]]]:
    """The searches to run: for each, the number of the try and its faults. The first tries of all faults come first."""
    recorded = {(row["fault"], row["try"]) for row in done}
    if any(fault.needs_mount for fault in chosen) and not mounts.allowed():
        out.print("mounting is not allowed here: faults that need it are skipped")
        chosen = [fault for fault in chosen if not fault.needs_mount]
    numbered = (
        (number, tuple(fault for fault in faults if fault in chosen and (fault.name, number) not in recorded))
        for number in range(1, tries + 1)
        for faults in ROUNDS
    )
    return [(number, faults) for number, faults in numbered if faults]


def _reference(state: Path | None, nodes: ThreeNodes) -> Tables:
    """The tables of the search without faults."""
    with TemporaryDirectory(prefix="chaos") as temporary:
        home = state or Path(temporary)
        search = nodes.search(home, TRIALS, STEPS)
        if (search.results / "best_model.json").exists():  # written last
            return read_tables(search)
        for unfinished in (search.results, search.checkpoints.parent):  # an earlier call was stopped
            shutil.rmtree(unfinished, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        return run_without_faults(search)


def _try(
    faults: tuple[Fault, ...], random: Random, reference: Tables, nodes: ThreeNodes
) -> tuple[list[dict[str, Any]], list[str]]:
    """Inject faults into one search.

    Returns:
        One row per fault, and complaints. If there is any complaint, no fault counts as survived.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="chaos")))
        if any(fault.needs_mount for fault in faults):
            stack.enter_context(mounts.small_disk(home, SMALL_DISK))
        try:
            outcome = attempt(faults, nodes.search(home, TRIALS, STEPS), reference, random, nodes)
        except RuntimeError as error:  # the search did not start, or did not end
            complaints = [str(error)]
            return [{"fault": fault.name, "survived": False, "complaints": complaints} for fault in faults], complaints
    rows = [
        {
            "fault": fault.name,
            "struck_with": [other.name for other in faults if other != fault],
            "survived": not outcome.complaints,
            "repeated": cost.repeated,
            "reports_again": cost.reports_again,
            "recovered": cost.recovered,
            "interval": cost.interval,
        }
        | ({"complaints": list(outcome.complaints), "printed": outcome.text} if outcome.complaints else {})
        for fault, cost in outcome.costs
    ]
    return rows, list(outcome.complaints)


def print_table(rows: list[dict[str, Any]], out: Console) -> None:
    """Print one row per fault: how often it was survived, and what that cost."""
    table = Table(title="faults at random moments of searches on three nodes", title_justify="left")
    headings = ("fault", "tries", "survived", "work again: median", "worst", "back after: median", "worst")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "fault" else "right", no_wrap=True)
    for fault in FAULTS:
        tries = [row for row in rows if row["fault"] == fault.name]
        if not tries:
            continue
        figures = []
        for name in ("repeated", "recovered"):
            values = [row[name] for row in tries if name in row]  # searches that ended
            figures += [f"{statistic(values):.1f} s" if values else "-" for statistic in (median, max)]
        table.add_row(fault.name, str(len(tries)), str(sum(row["survived"] for row in tries)), *figures)
    out.print(table)


if __name__ == "__main__":
    run_script(main)
