"""How searches survive faults: they strike at random moments, in searches of seconds on a cluster of three nodes.

    python benchmarks/chaos.py --tries 10 --output benchmarks/results/chaos.json

Several strike a search one after another (`faults/catalogue.py`: ROUNDS). Tries that the output holds are not made
again, so it takes as many sittings as it takes; `--only` makes those of some faults. Mounts take root. What is to be
true after a fault: `faults/verdict.py`.
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
from faults import mounts
from faults.attempt import attempt, undisturbed
from faults.catalogue import FAULTS, ROUNDS, Fault
from faults.three_nodes import ThreeNodes, three_nodes
from faults.verdict import Tables, read_tables
from rich.console import Console
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.seeding import derive_seed

TRIALS, STEPS = 3, 12
SMALL_DISK = 40
"""MiB: room for the search, and not much more."""


def main(
    output: Annotated[Path, typer.Option(help="JSON to write, and to go on with.")],
    tries: Annotated[int, typer.Option(help="Of each fault.")] = 10,
    only: Annotated[list[str] | None, typer.Option(help="Names of faults, or parts of them.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder that keeps, between sittings, the search without a fault.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="No try is begun after so many.")] = float("inf"),
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> int:
    """Strike searches with faults, and tell what became of them."""
    chosen = [fault for fault in FAULTS if not only or any(part in fault.name for part in only)]
    if not chosen:
        raise InputError(f"--only must be of: {', '.join(fault.name for fault in FAULTS)}")
    result: dict[str, Any] = json.loads(output.read_text()) if output.exists() else {"tries": []}
    ends, out = time.monotonic() + seconds, console()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that nothing stays mounted
    with ExitStack() as stack:
        nodes: ThreeNodes | None = None
        for number, faults in _missing(result["tries"], chosen, tries, out):
            if time.monotonic() > ends:
                break
            if nodes is None:  # started once, when it is needed
                nodes = stack.enter_context(three_nodes())
                reference = _reference(state, nodes)
            nodes.complete()
            random = Random(derive_seed(seed, *(fault.name for fault in faults), number))
            rows, complaints = _try(faults, random, reference, nodes)
            about = provenance()
            result["tries"] += [row | {"try": number, "git_commit": about["git_commit"]} for row in rows]
            result |= {"seed": seed, "trials": TRIALS, "steps": STEPS, "cpus": os.cpu_count()} | about
            write_whole(output, json.dumps(result, indent=1))
            for row in rows:
                said = "; ".join(complaints) or f"survived, back after {row['recovered']:.0f} s"
                out.print(f"{row['fault']}, try {number}: {said}", markup=False, highlight=False)
    print_table(result["tries"], out)
    return 0


def _missing(
    made: list[dict[str, Any]], chosen: list[Fault], tries: int, out: Console
) -> list[tuple[int, tuple[Fault, ...]]]:
    """Searches that are still to be struck, each with the number of the try: the first tries of all faults first."""
    there = {(row["fault"], row["try"]) for row in made}
    if any(fault.mount for fault in chosen) and not mounts.allowed():
        out.print("mounts are not allowed here: what takes them is left out")
        chosen = [fault for fault in chosen if not fault.mount]
    numbered = (
        (number, tuple(fault for fault in faults if fault in chosen and (fault.name, number) not in there))
        for number in range(1, tries + 1)
        for faults in ROUNDS
    )
    return [(number, faults) for number, faults in numbered if faults]


def _reference(state: Path | None, nodes: ThreeNodes) -> Tables:
    """Tables of the search that nothing happens to."""
    with TemporaryDirectory(prefix="chaos") as made:
        home = state or Path(made)
        search = nodes.search(home, TRIALS, STEPS)
        if (search.results / "best_model.json").exists():  # written last
            return read_tables(search)
        for left in (search.results, search.checkpoints.parent):  # of a sitting that was ended
            shutil.rmtree(left, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        return undisturbed(search)


def _try(
    faults: tuple[Fault, ...], random: Random, reference: Tables, nodes: ThreeNodes
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of a search's faults, none of which it survived if there is a complaint; and the complaints."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="chaos")))
        if any(fault.mount for fault in faults):
            stack.enter_context(mounts.small_disk(home, SMALL_DISK))
        try:
            outcome = attempt(faults, nodes.search(home, TRIALS, STEPS), reference, random, nodes)
        except RuntimeError as error:  # it did not begin, or did not end
            complaints = [str(error)]
            return [{"fault": fault.name, "survived": False, "complaints": complaints} for fault in faults], complaints
    rows = [
        {
            "fault": fault.name,
            "struck_with": [other.name for other in faults if other != fault],
            "survived": not outcome.complaints,
            "repeated": work.repeated,
            "reports_again": work.again,
            "recovered": work.recovered,
            "interval": work.interval,
        }
        | ({"complaints": list(outcome.complaints), "printed": outcome.text} if outcome.complaints else {})
        for fault, work in outcome.work
    ]
    return rows, list(outcome.complaints)


def print_table(rows: list[dict[str, Any]], out: Console) -> None:
    """A row a fault: how often it was survived, and what that took."""
    table = Table(title="faults at random moments of searches on three nodes", title_justify="left")
    headings = ("fault", "tries", "survived", "work again: median", "worst", "back after: median", "worst")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "fault" else "right", no_wrap=True)
    for fault in FAULTS:
        made = [row for row in rows if row["fault"] == fault.name]
        ended = [row for row in made if "repeated" in row]
        if not made:
            continue
        figures = []
        for name in ("repeated", "recovered"):
            values = [row[name] for row in ended]
            figures += [f"{of(values):.1f} s" if values else "-" for of in (median, max)]
        table.add_row(fault.name, str(len(made)), str(sum(row["survived"] for row in made)), *figures)
    out.print(table)


if __name__ == "__main__":
    run_script(main)
