"""A user's own images: laid out as classes and parts, refused in one message where they cannot be used."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from lstnet_search.config.domain_names import OwnImages
from lstnet_search.domains import Domain, load_pair
from lstnet_search.domains.registry import load
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.domain import read_own
from lstnet_search.errors import InputError


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home / "lstnet-search" / "images"


def draw(path: Path, brightness: int = 255, size: tuple[int, int] = (28, 28), mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size)
    image.paste(brightness if mode == "L" else (brightness, 0, 0), (4, 4, 8, 8))
    image.save(path)


def fill(folder: Path, *classes: str, count: int = 25, **how: object) -> Path:
    for name in classes:
        for number in range(count):
            draw(folder / name / f"{number:02d}.png", 255 - number, **how)  # type: ignore[arg-type]
    return folder


def read(folder: Path, part: str = "train", skip_bad: bool = False) -> Domain:
    return read_own(OwnImages("mine", "folder", folder), part, skip_bad)  # type: ignore[arg-type]


def test_subfolders_are_classes_and_a_fifth_of_each_is_the_test_set(tmp_path: Path) -> None:
    fill(tmp_path, "dog", "cat")
    train, test = read(tmp_path), read(tmp_path, "test")
    assert train.class_names == ("cat", "dog")
    assert train.images.shape == (40, 1, 28, 28)
    assert (len(train), len(test)) == (40, 10)
    for domain in (train, test):
        assert domain.labels is not None
        assert domain.labels.bincount().tolist() == [len(domain) // 2] * 2
    brightness = [set(domain.images.amax(dim=(1, 2, 3))[domain.labels == 0].tolist()) for domain in (train, test)]
    assert not brightness[0] & brightness[1]
    assert brightness[0] | brightness[1] == set(range(231, 256))


def test_classes_with_numbers_for_names_are_in_their_order(tmp_path: Path) -> None:
    fill(tmp_path, "10", "9", "2")
    assert read(tmp_path).class_names == ("2", "9", "10")


def test_folders_called_train_and_test_are_the_parts(tmp_path: Path) -> None:
    fill(tmp_path / "train", "a", "b", count=20)
    fill(tmp_path / "test", "a", "b", count=3)
    assert (len(read(tmp_path)), len(read(tmp_path, "test"))) == (40, 6)
    assert read(tmp_path).class_names == ("a", "b")


def test_images_outside_of_subfolders_are_unlabelled_and_take_the_classes_of_the_other(tmp_path: Path) -> None:
    fill(tmp_path / "scans", "a", "b")
    fill(tmp_path / "photos", "", count=50, size=(32, 32), mode="RGB")
    pair = load_pair((f"folder:{tmp_path}/scans", f"folder:{tmp_path}/photos"), "full", tmp_path, "train")
    assert pair.directions == ("scans_to_photos", "photos_to_scans")
    assert pair.b.labels is None
    assert (pair.b.classes, pair.b.channels, pair.b.side) == (2, 3, 32)
    assert pair.a.channels == 1


def test_other_sizes_are_resized_to_the_nearest_side_with_one_remark(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", size=(60, 40))
    domain = read(tmp_path)
    assert domain.images.shape[1:] == (1, 32, 32)
    assert domain.remarks == ("mine: images of 60x40 are resized to 32x32",)


def only_bad(folder: Path) -> None:
    for number in range(30):
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no image")


def with_others(folder: Path, **how: object) -> None:
    fill(folder, "a", "b")
    draw(folder / "b" / "x.png", **how)  # type: ignore[arg-type]


def loose(folder: Path) -> None:
    fill(folder, "a", "b")
    draw(folder / "x.png")


def empty_class(folder: Path) -> None:
    fill(folder, "a", "b")
    (folder / "c").mkdir()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder.mkdir(), "holds no images; give a folder with files that end in .png"),
        (lambda folder: None, "is no folder; give one that holds images"),
        (lambda folder: fill(folder, "a"), "holds one class, 'a'; give two or more subfolders, or"),
        (only_bad, r"none of the 30 images in folder:.* can be read: a/0.png \(no image of a known format\)"),
        (lambda folder: with_others(folder, size=(30, 28)), r"differ in size: 50 are 28x28, 1 are 30x28 \(b/x.png\)"),
        (lambda folder: with_others(folder, mode="RGB"), r"differ in colour: 50 are grey, 1 are RGB \(b/x.png\)"),
        (loose, r"holds 1 images beside its subfolders \(x.png\)"),
        (empty_class, r"has subfolders without images \(c\); fill them, or remove them"),
        (lambda folder: fill(folder, "a", "b", count=19), "too few images .* 'a' has 15, 'b' has 15; at least 16"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    make(tmp_path / "mine")
    with pytest.raises(InputError, match=message):
        read(tmp_path / "mine")


def test_low_contrast_is_refused(tmp_path: Path) -> None:
    for name in "ab":
        for number in range(25):
            draw(tmp_path / name / f"{number}.png", 1)
    with pytest.raises(InputError, match="lie between 0 and 1; they must use most of 0 to 255"):
        load(f"folder:{tmp_path}", "full", tmp_path, "train")


def test_a_few_unreadable_images_are_listed_and_left_out_only_where_that_is_asked_for(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    (tmp_path / "a" / "03.png").write_bytes((tmp_path / "a" / "04.png").read_bytes()[:60])
    (tmp_path / "b" / "gone.png").symlink_to(tmp_path / "nowhere")
    said = r"2 of 51 images in folder:.* cannot be read: a/03.png \(.*\), b/gone.png \(No such file or directory\)"
    with pytest.raises(InputError, match=rf"{said}; mend or remove them, or leave them out by --skip-bad"):
        read(tmp_path)
    domain = read(tmp_path, skip_bad=True)
    assert len(domain) + len(read(tmp_path, "test", skip_bad=True)) == 49
    assert domain.remarks[0].endswith("they are left out")


def test_many_unreadable_images_are_refused_whatever_is_asked_for(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    for number in range(6):
        (tmp_path / "a" / f"x{number}.png").write_bytes(b"")
    with pytest.raises(InputError, match="more than 10%, too many to leave out"):
        read(tmp_path, skip_bad=True)


def test_class_sets_that_differ_are_refused_by_name(tmp_path: Path) -> None:
    fill(tmp_path / "one", "cat", "dog", "cow")
    fill(tmp_path / "two", "cat", "dog")
    names = f"folder:{tmp_path}/one", f"folder:{tmp_path}/two"
    with pytest.raises(InputError, match="classes of one and two differ: only one has 'cow'; they must be the same"):
        load_pair(names, "full", tmp_path, "train")
    with pytest.raises(InputError, match=r"only mnist has '0', .*, only two has 'cat', 'dog'; they must be the same"):
        load_pair(("mnist", names[1]), "bundled", tmp_path, "train")


def test_folders_of_one_name_are_refused_with_a_way_out(tmp_path: Path) -> None:
    names = [f"folder:{fill(tmp_path / each / 'images', 'a', 'b')}" for each in ("left", "right")]
    with pytest.raises(InputError, match=rf"both domains are called 'images'; .* {names[0]} other={names[1]}"):
        load_pair((names[0], names[1]), "full", tmp_path, "train")
    pair = load_pair((names[0], f"other={names[1]}"), "full", tmp_path, "train")
    assert pair.directions == ("images_to_other", "other_to_images")


def test_too_few_unlabelled_images_for_the_classes_of_the_other_are_refused(tmp_path: Path) -> None:
    fill(tmp_path / "few", "", count=60)
    with pytest.raises(InputError, match="has 48 images to train on; for 10 classes at least 160 are needed"):
        load_pair(("mnist", f"folder:{tmp_path}/few"), "bundled", tmp_path, "train")


def test_the_bundled_format_is_read_as_a_table_of_ones_own(tmp_path: Path) -> None:
    mine = load(f"parquet:{BUNDLED}/mnist.parquet", "full", tmp_path, "test")
    theirs = load("mnist", "bundled", tmp_path, "test")
    assert torch.equal(mine.images, theirs.images)
    assert mine.labels is not None
    assert mine.labels.tolist() == theirs.labels.tolist()  # type: ignore[union-attr]
    assert mine.named_classes() == theirs.named_classes()


def png(path: Path) -> bytes:
    draw(path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"picture": [b"x"]}, r"has picture \(binary\); it must have 'image' \(binary\)"),
        ({"image": ["x"]}, r"has image \(string\); it must have 'image' \(binary\)"),
        ({"image": [b"x"] * 3, "label": [1, None, 2]}, "1 of 3 rows have no label; label all of them"),
        ({"image": [b"x"] * 2, "label": [0.5, 1.5]}, "'label' is double; it must hold whole numbers or names"),
        ({"image": [b"x"] * 2, "label": [1, 1]}, "holds one class, '1'"),
        ({"image": [b"x"] * 2, "split": ["train", "val"]}, "'split' holds 'train', 'val'; allowed are"),
        ({"image": pa.array([None], pa.binary())}, r"none of the 1 images in .*: 0 \(the row has no image\)"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, columns: dict[str, object], message: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    with pytest.raises(InputError, match=rf"parquet:.*{message}|{message}"):
        load(f"parquet:{tmp_path}/mine.parquet", "full", tmp_path, "train")


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match=r"parquet:.*/x.parquet is no Parquet file"):
        load(f"parquet:{tmp_path}/x.parquet", "full", tmp_path, "train")
    with pytest.raises(InputError, match=r"parquet:none is no file"):
        load("parquet:none", "full", tmp_path, "train")


def test_a_table_without_labels_is_unlabelled(tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": [png(tmp_path / "x.png")] * 40}), tmp_path / "mine.parquet")
    domain = load(f"parquet:{tmp_path}/mine.parquet", "full", tmp_path, "train")
    assert (domain.labels, len(domain)) == (None, 32)


def test_images_are_read_once_and_again_when_they_have_changed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a", "b")
    once = read(tmp_path)
    (kept,) = cache.iterdir()
    with monkeypatch.context() as patched:
        decode = "lstnet_search.domains.user_images.pixel_cache.decode"
        patched.setattr(decode, lambda file: pytest.fail(f"{file} is read again"))
        again = read(tmp_path)
    assert again.fingerprint == once.fingerprint
    assert again.remarks == once.remarks
    draw(tmp_path / "a" / "new.png")
    assert len(read(tmp_path)) + len(read(tmp_path, "test")) == 51
    assert [path.name for path in cache.iterdir()] != [kept.name]
    assert len(list(cache.iterdir())) == 1


def test_what_is_unreadable_is_known_from_the_cache_too(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", size=(40, 30), mode="RGB")
    (tmp_path / "a" / "x.png").write_bytes(b"")
    first, second = (read(tmp_path, skip_bad=True) for _ in range(2))
    assert first.remarks == second.remarks
    assert torch.equal(first.images, second.images)
    assert first.images.shape[1:] == (3, 32, 32)


def test_a_damaged_cache_is_read_anew_with_a_warning(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, "a", "b")
    once = read(tmp_path)
    (kept,) = cache.iterdir()
    kept.write_bytes(b"damaged")
    assert read(tmp_path).fingerprint == once.fingerprint
    assert "they are read anew" in caplog.text


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, "a", "b")
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"in the way")
    assert len(read(tmp_path)) == 40
    assert "they will be read again" in caplog.text


def test_names_that_are_no_text_are_read(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    os.rename(tmp_path / "a" / "00.png", os.fsencode(tmp_path / "a") + b"/\xff.png")
    assert len(read(tmp_path)) == 40


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    for name in "ab":
        for number in range(25):
            values = np.zeros((28, 28), np.uint16)
            values[4:8, 4:8] = 65535 - number
            path = tmp_path / name / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(values).save(path)
    domain = read(tmp_path)
    assert domain.images.dtype == torch.uint8
    assert domain.images.max() == 255
