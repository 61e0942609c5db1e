"""The files of a real search: readable at any moment, and none of Ray's own is unpickled when it goes on."""

import io
import json
import os
import pickle
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml
from PIL import Image
from planted import Planted
from safetensors.torch import load
from searches import ROOT, command, search, search_until

from lstnet_search.evaluation.samples import read_samples
from lstnet_search.results.folder.status import status_lines
from lstnet_search.results.folder.studies import StudyTables

pytestmark = pytest.mark.slow


def read(file: Path) -> None:
    """Read a file as those who use it do; raises if it is not whole."""
    match file.suffix:
        case ".parquet":
            pd.read_parquet(io.BytesIO(file.read_bytes()))  # which would open it more than once
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
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "tune"]
        found += [Path(place, name) for name in names if not name.startswith(".") and not name.endswith(".lock")]
    return found


def test_every_file_can_be_read_at_any_moment_of_a_search(tmp_path: Path) -> None:
    folder, times, printed = tmp_path / "x", Counter[str](), tmp_path / "printed"
    asked = command(tmp_path, "--name", "x", "--steps", "24", "--trials", "3")
    with (
        printed.open("w") as output,
        subprocess.Popen(asked, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) as running,
    ):
        try:
            while running.poll() is None:
                for file in files(folder) if folder.exists() else ():
                    read(file)
                    times[file.name] += 1
                if times["search.yaml"]:
                    StudyTables.read(folder)
                time.sleep(0.5)  # or the reader leaves the trials no time on a busy machine
            assert running.returncode == 0, printed.read_text()
        finally:
            running.kill()
    for file in files(folder):
        read(file)
    assert times["search.yaml"] > 10
    assert times["study.journal"] > 10
    assert times["trials.parquet"] > 10
    assert sum("of 3 trials" in line for line in status_lines(StudyTables.read(folder).folder)) == 1


def test_a_search_goes_on_without_unpickling_what_ray_left(tmp_path: Path) -> None:
    folder, mark = tmp_path / "x", tmp_path / "it ran"
    asked = ("--name", "x", "--steps", "120", "--trials", "2")
    code, said = search_until(tmp_path, "trial 0 +step +20", *asked, stop=signal.SIGINT)
    assert code == 130, said
    assert f"go on with: python run_search.py --name x --resume --results-dir {tmp_path}" in said
    planted = pickle.dumps(Planted(mark))
    pickled = [path for path in (folder / "tune").rglob("*") if path.suffix in (".pkl", ".json") and path.is_file()]
    of_ray = [path for path in pickled if "checkpoint_" not in str(path.parent.name)]
    assert any(path.name == "tuner.pkl" for path in of_ray)
    for path in of_ray:
        path.write_bytes(planted)
    for checkpoint in (folder / "tune").rglob("checkpoint_*"):
        (checkpoint / "_dict_checkpoint.pkl").write_bytes(planted)
    ended = search(tmp_path, "--name", "x", "--resume")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    trials, history = (pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet"))
    assert trials["trial"].tolist() == [0, 1]
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert not history.duplicated(["trial", "step"]).any()
    assert not mark.exists()
