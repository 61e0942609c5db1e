"""Whatever is wrong with a results folder, a command reports it in one message or works without that file."""

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from changes import changed, damaged, table_changed
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.analysis.compare import compare
from lstnet_search.analysis.criteria import criteria
from lstnet_search.analysis.report import report
from lstnet_search.analysis.select_best import select_best
from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import measured_accuracies, read_confirmation
from lstnet_search.results.confirmation.plan import ConfirmationPlan, candidates, make_plan
from lstnet_search.results.export.winner import export, write_config
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.screen.status import status_lines

from .made_up import make_study, write_confirmation

pytestmark = pytest.mark.filterwarnings("ignore")  # figures of odd numbers warn

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a complete study."""
    folder = ResultsFolder(make_study(tmp_path_factory.mktemp("whole") / "study", 8, reports=6, samples=1))
    space = Space.parse({"w3": 100, "w1": {"type": "loguniform", "low": 1, "high": 1000}}, "mine.yaml")
    search = SearchConfig(preset="cpu", trial=PRESETS["cpu"].trial, trials=8, space_file="mine.yaml", space=space)
    about = {"command": "python run_search.py", "data_dir": "data", "storage": None, "versions": {"torch": "2"}}
    recorded = yaml.safe_load(folder.search_file.read_text())
    folder.write_search(recorded | about | {"search": search.model_dump(mode="json"), "git_commit": ""})
    write_confirmation(folder.path)
    ConfirmationPlan(1500, (1, 2), (0, 3), "adapted").write(folder)
    write_config(folder.best_config_file, TrialConfig(), ["trial 3 of study"])
    for file in (
        folder.translations_file,
        *(folder.path / f"best_model.{ending}" for ending in ("safetensors", "json")),
    ):
        file.write_bytes(b"not looked at")
    paths = (path for path in folder.path.rglob("*") if path.is_file())
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in paths}


@pytest.fixture(autouse=True, scope="module")
def no_fsync() -> Iterator[None]:
    """Writing to the disk would take most of the time, and is not tested here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: None)
        yield


@st.composite
def damage(draw: st.DrawFn, files: Files) -> Files:
    """The files of a study, one of them missing, damaged or changed."""
    name = draw(st.sampled_from(sorted(name for name in files if not name.startswith(("best_model", "translations")))))
    content = files[name]
    how = draw(st.sampled_from(["missing", "bytes", "changed", "changed", "changed"]))
    if how == "missing":
        return {other: value for other, value in files.items() if other != name}
    if how == "bytes" or name.endswith((".npz", ".jsonl")):
        made = draw(damaged(content))
    elif name.endswith(".yaml"):
        made = yaml.safe_dump(draw(changed(yaml.safe_load(content))), sort_keys=False).encode()
    else:
        buffer = io.BytesIO()
        pq.write_table(draw(table_changed(_table(content))), buffer)
        made = buffer.getvalue()
    return files | {name: made}


@cache
def _table(content: bytes) -> Any:
    return pq.read_table(io.BytesIO(content))


def resumed(folder: Path) -> None:
    """What `search --resume` reads before it begins."""
    recorded = ResultsFolder.existing(folder).read_search()
    recorded.config.refuse_difference(recorded.config, str(folder))
    Path(recorded.data_dir)


def confirmed(folder: Path) -> None:
    """What `confirm` reads before it begins."""
    results = ResultsFolder.existing(folder)
    plan = make_plan(results, 2, 2, None)
    candidates(results, plan.trials)
    measured_accuracies(results, plan)
    read_confirmation(results)


QUICK: dict[str, Callable[[Path], object]] = {
    "status": lambda folder: list(status_lines(ResultsFolder.existing(folder))),
    "resume": resumed,
    "confirm": confirmed,
    "export": lambda folder: export(ResultsFolder.existing(folder), folder / "exported"),
    "select_best": lambda folder: select_best([folder], output=folder / "chosen.yaml"),
}
SLOW: dict[str, Callable[[Path], object]] = {
    "report": report,
    "compare": lambda folder: compare([folder]),
    "criteria": lambda folder: criteria([folder]),
}


def write_all(files: Files, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def run_all(commands: dict[str, Callable[[Path], object]], folder: Path) -> None:
    """Run each command on a folder; none may raise anything but an `InputError`."""
    for command in commands.values():
        with suppress(InputError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            command(folder)


def run_all_on(files: Files, commands: dict[str, Callable[[Path], object]]) -> None:
    with TemporaryDirectory() as made:
        write_all(files, Path(made) / "study")
        run_all(commands, Path(made) / "study")


def test_the_whole_study_is_read_by_all(whole: Files, tmp_path: Path) -> None:
    write_all(whole, tmp_path)
    for command in (QUICK | SLOW).values():
        command(tmp_path)


@examples(30)
@given(data=st.data())
def test_a_damaged_folder_ends_in_a_message_or_is_done_without(whole: Files, data: st.DataObject) -> None:
    run_all_on(data.draw(damage(whole)), QUICK)


def test_a_pipe_in_place_of_a_file_is_not_waited_for(whole: Files, tmp_path: Path) -> None:
    for number, name in enumerate(whole):
        folder = tmp_path / str(number)
        write_all(whole, folder)
        (folder / name).unlink()
        os.mkfifo(folder / name)
        run_all(QUICK, folder)


@pytest.mark.slow
@examples(10)
@given(data=st.data())
def test_a_damaged_folder_ends_in_a_page_and_comparisons_or_a_message(whole: Files, data: st.DataObject) -> None:
    run_all_on(data.draw(damage(whole)), SLOW)
