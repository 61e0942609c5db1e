"""`deploy/slurm.sh` on a real Slurm of three nodes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from cluster_page import of_section
from image_files import fill
from machines import cannot_run
from slurm import PROGRAMS, Slurm, running_slurm

WHY_NOT = cannot_run(PROGRAMS)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]

TINY = (
    *("--preset", "cpu", "--space", "search_spaces/smoke.yaml", "--seeds", "1", "--sampler", "random"),
    *("--domains", "folder:scans", "folder:photos"),
)
SUBMIT, FOLLOW, *_ = (command.text for command in of_section("Slurm"))
FAILURE = re.compile("traceback|error|timed out|cancelled|warning", re.IGNORECASE)


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm]:
    with running_slurm(3) as slurm:
        for name in ("scans", "photos"):
            fill(slurm.home / name, "a", "b")
        yield slurm


def trials(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "trials.parquet")


def test_a_search_on_two_nodes_ends_as_it_should_and_the_same_name_continues_it(slurm: Slurm) -> None:
    job = slurm.submit("--gpus-per-node=1", line=SUBMIT, search=[*TINY, "--trials", "2", "--steps", "3"])
    slurm.wait_for_log(job, "Ray's page, for processes: ")
    assert "Ray's page, for processes: " in slurm.ask("sh", "-c", f"timeout 1 {FOLLOW}")
    assert slurm.wait_for_end(job) == "COMPLETED 0:0", slurm.log(job)
    assert "2 side by side" in slurm.log(job)
    assert not FAILURE.search(slurm.log(job)), slurm.log(job)
    assert set(trials(slurm.home / "results" / "first")["state"]) <= {"COMPLETE", "PRUNED"}
    assert (slurm.storage / "first" / "best_model.safetensors").is_file()
    assert not list(slurm.folder.glob("n?/tmp/ray-*")), "nothing is left in /tmp"

    line = SUBMIT.replace("--trials 128", "--add-trials 1")
    job = slurm.submit("--nodes=1", "--export=NONE", "--gres=gpu:1", line=line, search=[])
    assert slurm.wait_for_end(job) == "COMPLETED 0:0", slurm.log(job)
    assert not FAILURE.search(slurm.log(job)), slurm.log(job)
    assert trials(slurm.home / "results" / "first")["trial"].tolist() == [0, 1, 2]
