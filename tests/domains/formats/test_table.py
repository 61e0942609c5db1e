import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.sources import ImageFolder, ImageTable, find_images
from lstnet_search.errors import InputError


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def table(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_images_at_all_depths_are_found_by_their_ending_and_sorted(tmp_path: Path) -> None:
    touch(tmp_path, "b.PNG", "a/deep/x.jpeg", "a/.hidden/y.png", "._b.png", "notes.txt", "a/z.bmp")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    source = find_images(tmp_path)
    assert [file.name for file in source] == ["a/deep/x.jpeg", "a/z.bmp", "b.PNG", "gone.png"]
    assert len(source) == 4


def test_pipes_and_links_to_them_are_not_images(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    touch(tmp_path, "x.png", "y.png")
    assert [file.name for file in find_images(tmp_path)] == ["x.png", "y.png"]


def test_names_that_are_not_utf_8_stay_distinct(tmp_path: Path) -> None:
    for name in (b"\xff.png", b"\xfe.png"):
        Path(tmp_path / name.decode(errors="surrogateescape")).write_bytes(b"")
    assert [file.name for file in find_images(tmp_path)] == [r"\xfe.png", r"\xff.png"]


@pytest.mark.parametrize("names", [[], ["readme.txt", ".x.png"]])
def test_a_folder_without_images_is_refused(tmp_path: Path, names: list[str]) -> None:
    touch(tmp_path, *names)
    with pytest.raises(InputError, match=r"holds no images; give a folder with files that end in \.png, \.jpg"):
        find_images(tmp_path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="x does not exist; give a folder of images or a Parquet file"):
        find_images(tmp_path / "x")


def test_a_png_file_has_the_path_of_its_image(tmp_path: Path) -> None:
    source = ImageFolder(touch(tmp_path, "a/x.jpg", "a.b/y.PNG"))
    assert source.png_name("a/x.jpg") == "a/x.png"
    assert source.png_name("a.b/y.PNG") == "a.b/y.png"


def test_images_whose_names_differ_only_in_the_ending_keep_it(tmp_path: Path) -> None:
    source = ImageFolder(touch(tmp_path, "x.jpg", "x.png", "y.bmp"))
    assert [source.png_name(file.name) for file in source] == ["x.jpg.png", "x.png.png", "y.bmp.png"]


def test_the_bundled_file_is_a_table_of_images() -> None:
    source = find_images(BUNDLED / "usps.parquet")
    assert len(source) == 7291 + 2007
    assert source.extra.names == ["label", "split"]
    first = next(iter(source))
    assert first.name == "0"
    assert first.extra == {"label": 6, "split": "train"}


def test_rows_are_numbered_and_may_hold_nothing(tmp_path: Path) -> None:
    source = ImageTable(table(tmp_path / "t", image=pa.array([b"x", None], pa.large_binary()), other=pa.array([1, 2])))
    assert [(file.name, file.content is None, file.extra) for file in source] == [("0", False, {}), ("1", True, {})]
    assert source.png_name("1") == "1.png"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"picture": pa.array([b"x"])}, r"has picture \(binary\); it must have one column 'image' \(binary\)"),
        ({"image": pa.array(["x.png"])}, r"has image \(string\); it must have one column 'image' \(binary\)"),
        ({"image": pa.array([], pa.binary())}, "has no rows"),
    ],
)
def test_a_table_without_images_is_refused(tmp_path: Path, columns: dict[str, pa.Array], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_images(table(tmp_path / "t.parquet", **columns))


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"some other bytes")
    with pytest.raises(
        InputError, match=r"x\.png is not a Parquet file of images \(.*\); give one, or a folder of images"
    ):
        find_images(tmp_path / "x.png")


def test_a_table_that_claims_more_rows_than_its_bytes_can_hold_is_refused(tmp_path: Path) -> None:
    rows = 1_000_000
    made = table(tmp_path / "t.parquet", image=pa.nulls(rows, pa.binary()), label=pa.repeat("aa", rows))
    assert made.stat().st_size < rows / 100
    with pytest.raises(InputError, match=r"t\.parquet is not a Parquet file of images \(it claims 2000000 cells\)"):
        find_images(made)


def test_a_table_with_damaged_rows_is_refused_when_they_are_read(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", image=pa.array([bytes([value] * 5000) for value in range(100)]))
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"t\.parquet is damaged from row 0 on"):
        list(find_images(path))
