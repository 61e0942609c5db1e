"""The command line: options become settings, errors become one message and an exit code."""

from collections.abc import Sequence

from lstnet_search.cli import ablate, confirm, data, folders, predict, search, space, table2, train, translate
from lstnet_search.cli.app import make_app, run_app

app = make_app("Search the loss weights of LSTNet, an unsupervised image translation network.")
app.command("search")(search.search)
app.command("train")(train.train)
app.command("ablate")(ablate.ablate)
app.command("table2")(table2.table2)
app.command("confirm")(confirm.confirm)
app.command("export")(folders.export)
app.command("predict")(predict.predict)
app.command("translate")(translate.translate)
app.command("status")(folders.status)
app.command("dashboard")(folders.dashboard)
app.add_typer(space.app, name="space")
app.add_typer(data.app, name="data")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit; see `run_app` for the exit codes."""
    run_app(app, arguments)
