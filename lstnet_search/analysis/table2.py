"""The paper's Table 2 beside ours: test accuracies of every method, both directions under both conventions.

    python analysis/table2.py results/table2-small

It prints the table, and writes it as Markdown to `analysis/table2.md` in the folder.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from lstnet_search.config.budgets import ORDER
from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.analysis.literature import LABELS_MNIST, LABELS_USPS, PUBLISHED
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.confirmation.plan import BEST
from lstnet_search.results.folder.folder import ResultsFolder, metric_of
from lstnet_search.results.table2 import Spent, Table2Folder

HEADINGS = (
    *("method", "MNIST's labels, tested on USPS", "USPS' labels, tested on MNIST"),
    *("paper: the same", "paper: the same", "hours", "trials", "steps", "protocol"),
)


def table2(
    folder: Annotated[Path, typer.Argument(help="Folder of a table2, such as results/table2-small.")],
    output: Annotated[Path | None, typer.Option(help="File to write; default: analysis/table2.md in it.")] = None,
) -> None:
    """Print the paper's Table 2 and ours."""
    made = Table2Folder(folder)
    if not made.file.is_file():
        raise InputError(f"{folder} has no table2.yaml; give the folder of a table2, such as results/table2-small")
    text = render(made)
    print(text, end="")
    output = output or folder / "analysis" / "table2.md"
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, text)


def render(folder: Table2Folder) -> str:
    """The table as Markdown, with what must be known to read it."""
    content, spent = folder.read(), folder.spent()
    rows = [_row(folder, method, spent.get(method, Spent())) for method in ORDER]
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        "Ours: test accuracy in %, mean of fresh seeds ± half of the 95 % interval, of the winner of a search, trained "
        f"on the whole training sets; budget `{content['budget']}`, the same wall time at most for each. An oracle "
        "chose by accuracy on labelled validation images of the target, which a user without labels does not have.",
        "",
        f"The first direction is our `{LABELS_MNIST}`, the paper's USPS→MNIST, and MNIST→USPS in the rest of the "
        f"literature; the second is our `{LABELS_USPS}`, the paper's MNIST→USPS, USPS→MNIST elsewhere.",
        "",
    ]
    return "\n".join(lines)


def _row(folder: Table2Folder, method: str, spent: Spent) -> list[str]:
    published = PUBLISHED[method]
    paper = [f"{100 * published.accuracies[each]:.2f}" if each in published.accuracies else "–" for each in _BOTH]
    study = folder.study(method)
    if not study.search_file.is_file():
        return [published.name, "not begun", "not begun", *paper, "–", "–", "–", published.protocol]
    search = study.read_search()
    confirmation = read_confirmation(study)
    ours = [_shown(confirmation, each) for each in _BOTH]
    return [
        published.name,
        *ours,
        *paper,
        f"{spent.seconds / 3600:.2f}",
        str(len(study.read_trials()) if study.trials_file.is_file() else 0),
        str(search["search"]["trial"]["steps"]),
        f"{_protocol(study, search)}; paper: {published.protocol}",
    ]


_BOTH = (LABELS_MNIST, LABELS_USPS)


def _shown(confirmation: dict[str, Any] | None, direction: str) -> str:
    if confirmation is None:
        return "not confirmed"
    best = next(each for each in confirmation["candidates"] if each["candidate"] == BEST)
    figures = best["metrics"].get(tested_name(direction))
    if figures is None or figures["mean"] is None:
        return "–"
    if figures["interval"] is None:
        return f"{100 * figures['mean']:.2f}"
    low, high = figures["interval"]
    return f"{100 * figures['mean']:.2f} ± {50 * (high - low):.2f}"


def _protocol(study: ResultsFolder, search: dict[str, Any]) -> str:
    """Which split, how much of it, and whether the choice read labels of the target."""
    data = "bundled part of MNIST, " if search["search"]["trial"]["data"] == "bundled" else ""
    chosen = "oracle" if metric_of(search) == TARGET else f"label-free ({metric_of(search)})"
    return f"{data}USPS 7291/2007, {chosen}"
