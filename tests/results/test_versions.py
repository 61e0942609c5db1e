"""A file of another format version is refused by one message that names the file and what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.export.model import read_model
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.table2 import Table2Folder
from lstnet_search.training import read_state, write_state


def write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content) if path.suffix == ".json" else yaml.safe_dump(content)
    path.write_text(text)


READERS: dict[str, Callable[[Path], object]] = {
    "search.yaml": lambda folder: ResultsFolder(folder).read_search(),
    "confirmation.yaml": lambda folder: read_confirmation(ResultsFolder(folder)),
    "best_model.json": lambda folder: read_model(folder / "best_model"),
    "model.json": lambda folder: read_model(folder / "model"),
    "state.json": read_state,
    "table2.yaml": lambda folder: Table2Folder(folder).spent(),
}


@pytest.mark.parametrize("version", [0, 2, "1", 1.0, True, None, [1]])
@pytest.mark.parametrize("name", READERS)
def test_another_format_version_is_refused(tmp_path: Path, name: str, version: object) -> None:
    write_state(tmp_path, {"a": torch.zeros(1)}, {"step": 1})
    for model in ("model", "best_model"):
        (tmp_path / f"{model}.safetensors").write_bytes((tmp_path / "state.safetensors").read_bytes())
    write(tmp_path / name, {"format_version": version, "search": {}})
    said = rf"{name} has format_version .*; this version reads 1: use the version of the tool that wrote it"
    with pytest.raises(InputError, match=said):
        READERS[name](tmp_path)


def test_every_file_that_has_a_version_is_read_here(winner: Path) -> None:
    """The files of a search. Those of a confirmation and of a training are listed above."""
    found = {path.name for path in winner.rglob("*.*") if path.suffix in (".json", ".yaml") and _has_version(path)}
    assert found <= set(READERS)
    assert {"search.yaml", "best_model.json"} <= found


def _has_version(path: Path) -> bool:
    return "format_version" in path.read_text()
