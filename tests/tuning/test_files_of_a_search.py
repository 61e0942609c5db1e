"""The files of a real search: readable at any moment, and none of Ray's own is unpickled when it is resumed."""

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
from searches import ROOT, command, unbroken

from lstnet_search.evaluation.samples import read_samples
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.screen.status import status_lines

pytestmark = pytest.mark.slow


def read(file: Path) -> None:
    """Read a file as its users do. Raises if the file is incomplete."""
    match file.suffix:
        case ".parquet":
            pd.read_parquet(io.BytesIO(file.read_bytes()))  # not by its path, which would open it more than once
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
        case ".journal":  # lines are appended: the last one may not be complete yet
            for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
                json.loads(line)
        case ending:
            raise AssertionError(f"{ending} of {file} is not known here")


def files(folder: Path) -> list[Path]:
    """All files except Ray's, those being written, and the journal's lock."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "tune"]
        found += [Path(path, name) for name in names if not name.startswith(".") and not name.endswith(".lock")]
    return found


def run_while_reading(results: Path, *arguments: str, stop_at: str | None = None) -> tuple[int, str, Counter[str]]:
    """Run a search with a cluster of its own, and read all its files repeatedly.

    Args:
        results: folder that contains the results folder `x`.
        arguments: arguments of the search.
        stop_at: text in its output after which the terminal is closed.

    Returns:
        Its exit code, what it printed, and how often each file was read.
    """
    folder, printed, times = results / "x", results / "printed", Counter[str]()
    with (
        printed.open("w") as output,
        subprocess.Popen(
            command(results, "--name", "x", *arguments),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as running,
    ):
        try:
            while running.poll() is None:
                for file in files(folder) if folder.exists() else ():
                    read(file)
                    times[file.name] += 1
                if times["search.yaml"]:
                    StudyTables.read(folder)
                if stop_at is not None and stop_at in printed.read_text():
                    os.killpg(running.pid, signal.SIGHUP)  # Ray's processes get it too
                    stop_at = None
                time.sleep(0.25)
        finally:
            running.kill()
    return running.returncode, printed.read_text(), times


def test_every_file_can_be_read_at_any_moment_a_closed_terminal_loses_nothing_and_what_ray_left_is_not_unpickled(
    tmp_path: Path,
) -> None:
    folder, mark = tmp_path / "x", tmp_path / "it ran"
    code, printed, times = run_while_reading(tmp_path, "--steps", "120", "--trials", "2", stop_at=" 20/120")
    assert code == 129, printed
    assert printed.startswith("x in a browser: ")
    assert "\nRay's page, for processes: http://127.0.0.1:" in printed
    assert f"resume with: python run_search.py --name x --resume --results-dir {tmp_path}" in unbroken(printed)
    assert (folder / "best_model.safetensors").is_file()

    planted = pickle.dumps(Planted(mark))
    pickled = [path for path in (folder / "tune").rglob("*") if path.suffix in (".pkl", ".json") and path.is_file()]
    of_ray = [path for path in pickled if "checkpoint_" not in str(path.parent.name)]
    assert any(path.name == "tuner.pkl" for path in of_ray)
    for path in of_ray:
        path.write_bytes(planted)
    for checkpoint in (folder / "tune").rglob("checkpoint_*"):
        (checkpoint / "_dict_checkpoint.pkl").write_bytes(planted)

    code, printed, resumed = run_while_reading(tmp_path, "--resume")
    assert code == 0, printed
    assert not mark.exists()
    for file in files(folder):
        read(file)
    times += resumed
    assert min(times[name] for name in ("search.yaml", "study.journal", "trials.parquet")) > 10
    assert sum("of 2 trials" in line for line in status_lines(StudyTables.read(folder).folder)) == 1
    trials, history = (pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet"))
    assert trials["trial"].tolist() == [0, 1]
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert not history.duplicated(["trial", "step"]).any()
