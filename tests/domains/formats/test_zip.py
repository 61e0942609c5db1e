"""Zip files of folders of images, read without unpacking and safely."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from image_files import fill

from lstnet_search.domains import load
from lstnet_search.domains.formats import trees
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.formats.other_trees import ZipTree
from lstnet_search.errors import InputError


def zipped(folder: Path, to: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*.*")):
            file.write(path, prefix + str(path.relative_to(folder)))
            file.writestr("__MACOSX/" + str(path.relative_to(folder)), b"x")
    return to


@pytest.mark.parametrize("prefix", ["", "photos/"])
def test_a_zip_file_is_read_like_the_folder_in_it(tmp_path: Path, prefix: str) -> None:
    folder = fill(tmp_path / "photos", "a", "b", count=20)
    path = zipped(folder, tmp_path / "packed.zip", prefix)
    before = sorted(tmp_path.rglob("*"))
    domain = load(f"images:{path}", "full", tmp_path, "train")
    assert (domain.name, domain.class_names) == ("packed", ("a", "b"))
    assert domain.fingerprint == load(f"folder:{folder}", "full", tmp_path, "train").fingerprint
    assert load(f"folder:{path}", "full", tmp_path, "train").fingerprint == domain.fingerprint
    assert next(iter(find_images(path))).name == f"{prefix}a/00.png"
    assert sorted(tmp_path.rglob("*")) == before


def test_arrays_in_a_zip_file_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=np.zeros((3, 9, 9), np.uint8))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.write(tmp_path / "x.npz", "x.npz")
    assert len(find_images(tmp_path / "x.zip")) == 3


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "a\\evil.png"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(name, b"x")
    with pytest.raises(InputError, match="which leads out of the folder; make the zip file again"):
        find_images(tmp_path / "x.zip")


def test_a_file_that_would_expand_beyond_measure_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "ALWAYS_ALLOWED", 2**20)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.png", bytes(3 * 2**20))
    (image,) = find_images(tmp_path / "x.zip")
    assert image.problem is not None
    assert image.problem.endswith("bytes that would expand to 3145728")


def test_a_file_with_a_password_or_damage_cannot_be_read(tmp_path: Path) -> None:
    folder = fill(tmp_path / "photos", "a", "b", count=20)
    path = zipped(folder, tmp_path / "x.zip")
    content = bytearray(path.read_bytes())
    start = content.index(b"a/00.png") + len("a/00.png")
    content[start : start + 10] = b"\xff" * 10
    path.write_bytes(content)
    bad = [file for file in find_images(path) if file.problem is not None]
    assert [file.name for file in bad] == ["a/00.png"]
    (tmp_path / "y.zip").write_bytes(b"PK no zip")
    with pytest.raises(InputError, match=r"y\.zip is not a zip file"):
        ZipTree(tmp_path / "y.zip", "y.zip")
