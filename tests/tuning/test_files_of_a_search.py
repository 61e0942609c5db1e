"""The files of a real search: readable at any moment, and none of Ray's own is unpickled when it goes on."""

import io
import json
import os
import pickle
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from PIL import Image
from safetensors.torch import load
from searches import ROOT, command, search

from lstnet_search.evaluation.samples import read_samples
from lstnet_search.results.status import status_lines
from lstnet_search.results.studies import StudyTables

pytestmark = pytest.mark.slow


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.open, (str(self.mark), os.O_CREAT | os.O_WRONLY)


def read(file: Path) -> None:
    """Read a file as those who use it do; raises if it is not whole."""
    match file.suffix:
        case ".parquet":
            pd.read_parquet(file)
        case ".yaml":
            assert isinstance(yaml.safe_load(file.read_text(encoding="utf-8")), dict)
        case ".json":
            json.loads(file.read_text(encoding="utf-8"))
        case ".safetensors":
            load(file.read_bytes())
        case ".npz":
            read_samples(file)
        case ".png":
            Image.open(io.BytesIO(file.read_bytes())).load()
        case ".journal":  # is appended to: the last line may be on its way
            for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
                json.loads(line)
        case ending:
            raise AssertionError(f"{ending} of {file} is not known here")


def files(folder: Path) -> list[Path]:
    """All but Ray's, those being written, and the journal's lock."""
    found = (path for path in folder.rglob("*") if "tune" not in path.relative_to(folder).parts)
    return [path for path in found if path.is_file() and not path.name.startswith(".") and path.suffix != ".lock"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


def test_every_file_can_be_read_at_any_moment_of_a_search(results: Path) -> None:
    folder, times = results / "x", Counter[str]()
    asked = command(results, "--name", "x", "--steps", "60", "--trials", "3")
    with subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        try:
            while running.poll() is None:
                for file in files(folder) if folder.exists() else ():
                    read(file)
                    times[file.name] += 1
                if times["search.yaml"]:
                    StudyTables.read(folder)
                time.sleep(0.02)
            assert running.returncode == 0, running.stdout and running.stdout.read()
        finally:
            running.kill()
    for file in files(folder):
        read(file)
    assert times["search.yaml"] > 10
    assert times["study.journal"] > 10
    assert sum("of 3 trials" in line for line in status_lines(StudyTables.read(folder).folder)) == 1


def test_a_search_goes_on_without_unpickling_what_ray_left(results: Path, tmp_path: Path) -> None:
    folder, mark = results / "x", tmp_path / "it ran"
    planted = pickle.dumps(Planted(mark))
    pickled = [path for path in (folder / "tune").rglob("*") if path.suffix in (".pkl", ".json") and path.is_file()]
    of_ray = [path for path in pickled if "checkpoint_" not in str(path.parent.name)]
    assert any(path.name == "tuner.pkl" for path in of_ray)
    for path in of_ray:
        path.write_bytes(planted)
    for checkpoint in (folder / "tune").rglob("checkpoint_*"):
        (checkpoint / "_dict_checkpoint.pkl").write_bytes(planted)
    ended = search(results, "--name", "x", "--resume", "--add-trials", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert pd.read_parquet(folder / "trials.parquet")["trial"].tolist() == [0, 1, 2, 3]
    assert not mark.exists()
