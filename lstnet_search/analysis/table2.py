"""The paper's Table 2 next to ours: test accuracies of every method, both directions under both conventions."""

from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from lstnet_search.analysis.labels import mean_shown
from lstnet_search.config.budgets import ORDER
from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.console import console
from lstnet_search.results.analysis.literature import LABELS_MNIST, LABELS_USPS, PUBLISHED
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.search_record import RecordedSearch
from lstnet_search.results.table2 import Spent, Table2Folder

HEADINGS = (
    *("method", "MNIST's labels, tested on USPS", "USPS' labels, tested on MNIST"),
    *("paper: the same", "paper: the same", "hours", "trials", "steps", "protocol"),
)
BOTH = (LABELS_MNIST, LABELS_USPS)


def table2_table(folder: Path, output: Path | None = None) -> None:
    """Print the paper's Table 2 and ours, as Markdown if not to a terminal, and write it to a file as Markdown.

    Args:
        folder: the folder that the command `table2` made.
        output: the Markdown file; None for `analysis/table2.md` in the folder.

    Raises:
        InputError: if it is not such a folder.
    """
    table2 = Table2Folder(folder)
    if not table2.file.is_file():
        raise InputError(f"{folder} has no table2.yaml; give the folder of a table2, such as results/table2-small")
    text = render(table2)
    out = console()
    if out.is_terminal:
        out.print(_for_terminal(table2))
    else:
        print(text, end="")
    output = output or folder / "analysis" / "table2.md"
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, text)


def render(folder: Table2Folder) -> str:
    """The table as Markdown, with the notes that a reader needs."""
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
        *("| " + " | ".join(row) + " |" for row in rows(folder)),
        *(line for note in notes(folder) for line in ("", note)),
        "",
    ]
    return "\n".join(lines)


def rows(folder: Table2Folder) -> list[list[str]]:
    """The cells of each method under `HEADINGS`."""
    spent = folder.spent()
    return [_row(folder, method, spent.get(method, Spent())) for method in ORDER]


def notes(folder: Table2Folder) -> list[str]:
    """What a reader must know to read the table."""
    return [
        "Ours: test accuracy in %, mean of fresh seeds ± half of the 95 % interval, of the winner of a search, trained "
        f"on the whole training sets. The budget `{folder.read().budget}` gives each method the same wall time at "
        "most. An oracle chose by accuracy on labelled validation images of the target, which a user without labels "
        "does not have.",
        f"The first direction is our `{LABELS_MNIST}`, the paper's USPS→MNIST, and MNIST→USPS in the rest of the "
        f"literature. The second is our `{LABELS_USPS}`, the paper's MNIST→USPS, and USPS→MNIST elsewhere.",
    ]


def _for_terminal(folder: Table2Folder) -> Table:
    """The accuracies as a table of 80 columns at most."""
    table = Table(title="Test accuracy in %, mean ± half of the 95 % interval", title_justify="left", box=SIMPLE)
    table.add_column("method")
    for heading in ("MNIST's labels, tested on USPS", "paper", "USPS' labels, tested on MNIST", "paper", "hours"):
        table.add_column(heading, justify="right")
    for name, to_usps, to_mnist, paper_usps, paper_mnist, hours, *_ in rows(folder):
        table.add_row(name, to_usps, paper_usps, to_mnist, paper_mnist, hours)
    return table


def _row(folder: Table2Folder, method: str, spent: Spent) -> list[str]:
    published = PUBLISHED[method]
    paper = [f"{100 * published.accuracies[each]:.2f}" if each in published.accuracies else "–" for each in BOTH]
    study = folder.study(method)
    if not study.search_file.is_file():
        return [published.name, "not begun", "not begun", *paper, "–", "–", "–", published.protocol]
    search = study.read_search().search
    confirmation = read_confirmation(study)
    return [
        published.name,
        *(_tested(confirmation, each) for each in BOTH),
        *paper,
        f"{spent.seconds / 3600:.2f}",
        str(len(study.read_trials()) if study.trials_file.is_file() else 0),
        str(search.trial.steps),
        f"{_protocol(search)}; paper: {published.protocol}",
    ]


def _tested(confirmation: ConfirmationRecord | None, direction: str) -> str:
    """The winner's test accuracy in one direction, without the unit."""
    if confirmation is None:
        return "not confirmed"
    return mean_shown(confirmation.best, tested_name(direction)).removesuffix(" %")


def _protocol(search: RecordedSearch) -> str:
    """Which data and split were used, and whether trials were chosen with labels of the target."""
    data = "bundled part of MNIST, " if search.trial.data == "bundled" else ""
    chosen = "oracle" if search.metric == TARGET else f"label-free ({search.metric})"
    return f"{data}USPS 7291/2007, {chosen}"
