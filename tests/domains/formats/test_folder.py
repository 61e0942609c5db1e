import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.user_images.listing import ImageListing, list_images
from lstnet_search.errors import InputError


def listing(path: Path, kind: Literal["folder", "parquet"] = "folder") -> ImageListing:
    return list_images(UserImages("mine", kind, path))


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_subfolders_are_classes(tmp_path: Path) -> None:
    found = listing(touch(tmp_path, "dog/1.png", "cat/1.png", "dog/deep/0.png", "cat/.hidden.png", "notes.txt"))
    assert [file.name for file in found.files] == ["cat/1.png", "dog/1.png", "dog/deep/0.png"]
    assert found.labels == ["cat", "dog", "dog"]
    assert (found.classes, found.parts, found.count) == (("cat", "dog"), None, 3)


def test_classes_whose_names_are_numbers_are_sorted_by_value(tmp_path: Path) -> None:
    assert listing(touch(tmp_path, "10/x.png", "9/x.png", "2/x.png")).classes == ("2", "9", "10")


def test_folders_called_train_and_test_are_the_parts(tmp_path: Path) -> None:
    found = listing(touch(tmp_path, "train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png"))
    assert found.labels == ["a", "b", "a", "b"]
    assert found.parts == ["test", "test", "train", "train"]


def test_images_outside_subfolders_are_unlabelled(tmp_path: Path) -> None:
    found = listing(touch(tmp_path, "0.png", "1.png"))
    assert (found.labels, found.classes, found.count) == (None, None, 2)


def test_the_fingerprint_changes_with_name_size_and_time(tmp_path: Path) -> None:
    path = touch(tmp_path, "0.png", "1.png") / "1.png"
    fingerprints = [listing(tmp_path).fingerprint, listing(tmp_path).fingerprint]
    path.write_bytes(b"x")
    fingerprints.append(listing(tmp_path).fingerprint)
    os.utime(path, ns=(0, 0))
    fingerprints.append(listing(tmp_path).fingerprint)
    path.rename(tmp_path / "2.png")
    fingerprints.append(listing(tmp_path).fingerprint)
    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints)) == 4


def test_pipes_and_links_to_them_are_not_images(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    touch(tmp_path, "x.png", "y.png")
    assert [file.name for file in listing(tmp_path).files] == ["x.png", "y.png"]


def test_names_that_are_not_utf_8_are_escaped(tmp_path: Path) -> None:
    touch(tmp_path, "a/0.png", "b/0.png")
    os.rename(tmp_path / "a" / "0.png", os.fsencode(tmp_path / "a") + b"/\xff.png")
    assert [file.name for file in listing(tmp_path).files] == [r"a/\xff.png", "b/0.png"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder.mkdir(), "holds no images; give a folder with files that end in .png"),
        (lambda folder: None, "is not a folder; give a folder of images, or of subfolders, one per class"),
        (lambda folder: touch(folder, "a/0.png"), "holds one class, 'a'; give two or more subfolders, or"),
        (
            lambda folder: touch(folder, "a/0.png", "b/0.png", "x.png"),
            r"holds 1 images outside its subfolders \(x.png\); .*: move them",
        ),
        (
            lambda folder: (touch(folder, "a/0.png", "b/0.png") / "c").mkdir(),
            r"has subfolders without images \(c\); fill or remove them",
        ),
    ],
)
def test_a_folder_with_another_layout_is_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    make(tmp_path / "mine")
    with pytest.raises(InputError, match=message):
        listing(tmp_path / "mine")


def test_labels_and_parts_of_a_table_are_columns(tmp_path: Path) -> None:
    columns = {"image": [b"x"] * 3, "label": [9, 10, 9], "split": ["test", "train", "train"]}
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    found = listing(tmp_path / "mine.parquet", "parquet")
    assert (found.labels, found.classes) == (["9", "10", "9"], ("9", "10"))
    assert found.parts == ["test", "train", "train"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image": [b"x"] * 3, "label": [1, None, 2]}, "1 of 3 rows have no label; label all of them"),
        ({"image": [b"x"] * 2, "label": [0.5, 1.5]}, "'label' is double; it must hold whole numbers or names"),
        ({"image": [b"x"] * 2, "label": [1, 1]}, "holds one class, '1'"),
        ({"image": [b"x"] * 2, "split": ["train", "val"]}, "'split' holds 'train', 'val'; it must hold 'train' and"),
        ({"image": [b"x"] * 2, "split": [1, 2]}, "'split' is int64; it must hold 'train' and 'test'"),
    ],
)
def test_a_table_with_unusable_columns_is_refused(tmp_path: Path, columns: dict[str, object], message: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    with pytest.raises(InputError, match=rf"parquet:.*{message}"):
        listing(tmp_path / "mine.parquet", "parquet")


def test_a_file_that_is_not_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match=r"parquet:.*/x.parquet is not a Parquet file of images"):
        listing(tmp_path / "x.parquet", "parquet")
    with pytest.raises(InputError, match=r"parquet:none is not a file; give a Parquet file with a column 'image'"):
        listing(Path("none"), "parquet")
