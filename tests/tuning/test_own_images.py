"""A whole search on two folders of images, one of them unlabelled, and what its winner does."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_two_folders_one_without_labels_are_searched_and_labelled(tmp_path: Path) -> None:
    def module(*arguments: str) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", "lstnet_search", *arguments],
            cwd=tmp_path,
            env=os.environ
            | {
                "OMP_NUM_THREADS": "1",
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
                "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
            },
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    few = ("--classes", "2", "--count", "60")
    module("data", "folder", "mnist", "--to", "scans", *few)
    module("data", "folder", "textured", "--to", "photos", *few, "--unlabelled")
    (tmp_path / "photos" / "00000.png").write_bytes(b"damaged")
    space = str(ROOT / "search_spaces" / "smoke.yaml")
    brief = ("--preset", "cpu", "--steps", "12", "--trials", "2", "--space", space, "--name", "own")
    told = module("search", "--domains", "folder:scans", "folder:photos", "--skip-bad", *brief)
    assert "1 of 61 images in folder:" in told
    assert "photos has no labels, so no classifier" in told
    folder = tmp_path / "results" / "own"
    trials = pd.read_parquet(folder / "trials.parquet")
    assert trials["best/infomax"].notna().all()
    assert "best/infomax_photos_to_scans" in trials
    assert "best/infomax_scans_to_photos" not in trials
    module("predict", "--model", str(folder), "--input", "photos", "--output", "labels.parquet")
    labels = pd.read_parquet(tmp_path / "labels.parquet")
    assert len(labels) == 60
    assert set(labels["class"]) <= {"0", "1"}
