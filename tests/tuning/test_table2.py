"""Table 2 from the planned searches to the printed table, with tiny networks and a short budget."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from searches import done

from lstnet_search.analysis.table2 import render
from lstnet_search.cli.table2 import planned_search
from lstnet_search.config.budgets import BUDGETS, ORDER, Budget
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.table2 import Spent, Table2Folder

SHORT = {"steps": 2, "reports": 2, "classifier_steps": 10}
NARROW = SHORT | {"width": 1 / 64, "batch_size": 8, "ema_decay": 0}
TINY: Mapping[str, Mapping[str, Any]] = {
    "no_translation": {"classifier_steps": 10},
    "lstnet": NARROW,
    "unit": NARROW,
    "cogan": NARROW,
    "deepjdot": SHORT | {"width": 1 / 8, "batch_size": 10, "pretraining_steps": 1},
}
BUDGET = replace(BUDGETS["small"], seeds=2, changes=TINY)


METHODS = ("no_translation", "lstnet", "deepjdot")
"""One method that resizes, one that translates, and one that labels. Every other method is like one of these."""


def searches() -> dict[str, SearchConfig]:
    planned = {method: planned_search(method, BUDGET, None, bundled=True) for method in METHODS}
    return {method: search.model_copy(update={"trials": 1, "seeds": 1}) for method, search in planned.items()}


def test_every_method_has_the_same_time_and_all_of_them_90_minutes() -> None:
    small = BUDGETS["small"]
    assert small.method_seconds <= 20 * 60
    assert small.total_seconds <= 90 * 60
    assert small.search_seconds < small.method_seconds
    assert small.seeds == 3


@pytest.mark.parametrize("name", BUDGETS)
def test_every_method_is_planned_with_its_own_preset_and_space(name: str) -> None:
    planned = {method: planned_search(method, BUDGETS[name], None, bundled=True) for method in ORDER}
    assert {method: search.trial.method for method, search in planned.items()} == {each: each for each in ORDER}
    assert {search.seed for search in planned.values()} == {0}, "confirmations would have other seeds"
    assert all(search.trial.weights == search.trial.published_weights() for search in planned.values())
    assert planned["no_translation"].trials == 1


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, address: str) -> Table2Folder:
    """The folder of a table that is run three times: with one second, with the whole budget, and once more."""
    from lstnet_search.tuning.run import Resources, Run
    from lstnet_search.tuning.table2 import table2

    home = tmp_path_factory.mktemp("table2")
    folder = Table2Folder(home / "table2-small")
    run = Run(
        ResultsFolder(folder.path),
        data_dir=home,
        command="python -m lstnet_search table2",
        resources=Resources(address=address, cpus=1),
    )

    def make(budget: Budget) -> tuple[int, str]:
        out = io.StringIO()
        return table2(searches(), budget, "small", folder, run, Console(file=out, width=200)), out.getvalue()

    code, said = make(replace(BUDGET, total_seconds=1))
    assert code == 0, said
    assert "lstnet: time ran out before its search ended" in said
    assert not folder.confirmed("no_translation", seeds=2), "no time was left"

    code, said = make(BUDGET)
    assert code == 0, said

    code, said = make(BUDGET)
    assert (code, said.count("confirmed, "), said.count("search,")) == (0, 3, 0), "nothing was left to do"
    return folder


@pytest.mark.slow
def test_a_table_is_made_and_continues_where_it_stopped(made: Table2Folder) -> None:
    assert all(made.confirmed(method, seeds=2) for method in METHODS)
    confirmations = [read_confirmation(made.study(method)) for method in METHODS]
    assert len({tuple(found.seeds) for found in confirmations if found is not None}) == 1
    assert all(made.spent()[method].confirm_seconds > 0 for method in METHODS)


@pytest.mark.slow
def test_a_table_is_printed_next_to_the_published_figures(made: Table2Folder) -> None:
    printed = done("table2-table", str(made.path))
    assert printed == (made.path / "analysis" / "table2.md").read_text()
    (lstnet,) = (line for line in printed.splitlines() if line.startswith("| LSTNet "))
    assert "| 97.01 | 97.61 |" in lstnet
    assert "±" in lstnet
    assert "USPS 7291/2007, oracle" in lstnet
    assert "| UNIT | not begun | not begun |" in printed


@pytest.mark.slow
@pytest.mark.parametrize("method", ["no_translation", "deepjdot"])
def test_a_study_of_a_method_that_makes_no_images_has_its_page_and_its_labels(
    made: Table2Folder, tmp_path: Path, method: str
) -> None:
    images = tmp_path / "usps.parquet"
    pq.write_table(pq.read_table(BUNDLED / "usps.parquet").slice(0, 10), images)
    study = made.study(method)
    assert not study.translations_file.exists()
    done("report", str(study.path))
    exported, labels = tmp_path / method, tmp_path / f"{method}.parquet"
    done("export", str(study.path), "--to", str(exported))
    done("predict", "--model", str(exported), "--input", str(images), "--output", str(labels))
    assert len(pd.read_parquet(labels)) == 10


def test_what_was_spent_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = Table2Folder(tmp_path / "x")
    assert folder.spent() == {}
    spent = {"unit": Spent(12.5, 3.0, searched=True), "cogan": Spent()}
    folder.write("small", "the command", spent)
    assert folder.spent() == spent
    assert folder.spent()["unit"].seconds == 15.5
    assert not folder.confirmed("unit", 3)


def test_a_table_whose_budget_is_not_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table2.yaml").write_text("format_version: 1\nmethods: {}\n")
    with pytest.raises(InputError, match=r"table2\.yaml has no 'budget', which is needed here; restore the file"):
        render(Table2Folder(tmp_path))


def test_a_folder_that_is_no_table2_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*table2\.yaml"):
        Table2Folder(tmp_path).read()
