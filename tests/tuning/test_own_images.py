"""A search on two folders of images, one of them without labels, and what its winner does."""

from pathlib import Path

import pandas as pd
import pytest
from searches import ROOT, done

pytestmark = pytest.mark.slow


def test_two_folders_one_without_labels_are_searched_and_labelled(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    few = ("--classes", "2", "--count", "60")
    done("data", "folder", "mnist", "--to", "scans", *few)
    done("data", "folder", "textured", "--to", "photos", *few, "--unlabelled")
    (tmp_path / "photos" / "00000.png").write_bytes(b"damaged")
    space = str(ROOT / "search_spaces" / "smoke.yaml")
    brief = ("--preset", "cpu", "--steps", "2", "--trials", "2", "--space", space, "--name", "own")
    printed = done("search", "--domains", "folder:scans", "folder:photos", "--skip-bad", *brief, address=address)
    assert "1 of 61 images in folder:" in printed
    assert "photos has no labels, so it gets no classifier" in printed
    folder = tmp_path / "results" / "own"
    trials = pd.read_parquet(folder / "trials.parquet")
    assert trials["best/infomax"].notna().all()
    assert "best/infomax_photos_to_scans" in trials
    assert "best/infomax_scans_to_photos" not in trials
    done("predict", "--model", str(folder), "--input", "photos", "--output", "labels.parquet")
    labels = pd.read_parquet(tmp_path / "labels.parquet")
    assert len(labels) == 60
    assert set(labels["class"]) <= {"0", "1"}
