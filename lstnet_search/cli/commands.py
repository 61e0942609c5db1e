"""The commands: a one-line description of each, and the module that defines it."""

from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand

from lstnet_search import __version__
from lstnet_search.cli.app import App, Group


class Command(NamedTuple):
    """A line of the help.

    Attributes:
        panel: The heading above the line.
        module: The module of `lstnet_search.cli` that defines the command: a function, or an `App` of commands.
        text: The first sentence of the command's help.
    """

    panel: str
    module: str
    text: str


SEARCH, LOOK, MODEL, MORE = "Search", "Look at a study", "Use a model", "More"
COMMANDS = {
    "search": Command(SEARCH, "search", "Search the loss weights: trials run side by side, poor ones stop early."),
    "status": Command(SEARCH, "folders", "Print a search's progress, even while it runs."),
    "stop": Command(
        SEARCH, "folders", "Stop a running search, or one of its trials, from another terminal or another machine."
    ),
    "confirm": Command(SEARCH, "confirm", "Train the best trials again with fresh seeds, and open the test sets."),
    "report": Command(LOOK, "analysis", "Write one HTML page about a study."),
    "dashboard": Command(LOOK, "folders", "Show a search's trials in a browser, even while it runs."),
    "select-best": Command(LOOK, "analysis", "Rank the trials of studies."),
    "compare": Command(LOOK, "analysis", "Compare studies with each other."),
    "criteria": Command(LOOK, "analysis", "Compare criteria that need no labels with the accuracy."),
    "dynamics": Command(LOOK, "analysis", "Plot trials over time."),
    "images": Command(LOOK, "analysis", "Draw the translated images of trials."),
    "landscape": Command(LOOK, "analysis", "Plot the metric over the settings."),
    "export": Command(MODEL, "folders", "Copy the best settings and their model, with a README, into one folder."),
    "predict": Command(MODEL, "predict", "Label images of one domain."),
    "translate": Command(MODEL, "translate", "Translate images of one domain into the other."),
    "train": Command(MORE, "train", "Train one model, without a search."),
    "ablate": Command(MORE, "ablate", "Train the winner again without terms of its objective."),
    "table2": Command(MORE, "table2", "Search every method under one budget: the paper's Table 2."),
    "table2-table": Command(MORE, "analysis", "Print the paper's Table 2 next to ours."),
    "data": Command(MORE, "data", "Look at sets of images, and download them."),
    "space": Command(MORE, "space", "Look at search spaces."),
}


class Program(Group):
    """The program, which imports a command only when it is called."""

    def __init__(self, **settings: Any) -> None:
        """List the commands without importing them."""
        super().__init__(**settings)
        for name, command in COMMANDS.items():
            self.add_command(TyperCommand(name, help=command.text, rich_help_panel=command.panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that is called."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, load(name) if name in COMMANDS else listed, rest


def load(name: str) -> Any:
    """Import a command and turn it into a Typer command.

    Args:
        name: A key of `COMMANDS`.
    """
    module = import_module(f"lstnet_search.cli.{COMMANDS[name].module}")
    app = getattr(module, "app", None)
    if app is None:
        app = App()
        app.command(name)(getattr(module, name.replace("-", "_")))
    command = typer.main.get_command(app)
    command.name = name
    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"lstnet-search {__version__}")
        raise typer.Exit


app = App(
    "Search the loss weights of LSTNet, an unsupervised image translation network.", group=Program, completion=True
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the program itself."""
