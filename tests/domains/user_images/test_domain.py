from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from image_files import draw, fill

from lstnet_search.config.domain_names import UserImages
from lstnet_search.config.reading import Reading
from lstnet_search.domains import Domain, load
from lstnet_search.domains.domain import Part, ReadAs
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.domain import read_user_images
from lstnet_search.errors import InputError


def read(folder: Path, part: Part = "train", **reading: Any) -> Domain:
    return read_user_images(UserImages("mine", "folder", str(folder)), part, Reading(**reading))


def test_a_fifth_of_each_class_is_the_test_set(tmp_path: Path) -> None:
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


def test_classes_whose_names_differ_in_case_alone_are_said(tmp_path: Path) -> None:
    fill(tmp_path, "Cat", "cat", "dog", count=20)
    remark = "mine: classes 'Cat' and 'cat' are two classes; give them one name if they are the same"
    assert remark in read(tmp_path).remarks


def test_parts_that_the_user_made_are_kept(tmp_path: Path) -> None:
    fill(tmp_path / "train", "a", "b", count=20)
    fill(tmp_path / "test", "a", "b", count=3)
    assert (len(read(tmp_path)), len(read(tmp_path, "test"))) == (40, 6)
    assert read(tmp_path).class_names == ("a", "b")


def test_images_that_are_not_square_get_their_longer_side_with_one_remark(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", size=(60, 40))
    domain = read(tmp_path)
    assert domain.images.shape[1:] == (1, 60, 60)
    assert domain.remarks == (
        "mine: 50 of 50 images were resized to 60x60 (50 of 60x40), stretched where they were not square; "
        "--fit crop and --fit pad keep proportions",
    )
    assert domain.read_as == ReadAs(1, (40, 60))


def test_classes_with_too_few_images_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", count=19)
    with pytest.raises(InputError, match=r"too few training images .*: class 'a' has 15, 'b' has 15; .* least 16: add"):
        read(tmp_path)


def test_low_contrast_is_refused(tmp_path: Path) -> None:
    for name in "ab":
        for number in range(25):
            draw(tmp_path / name / f"{number}.png", 1)
    with pytest.raises(InputError, match="lie between 0 and 1; they must use most of 0 to 255"):
        load(f"folder:{tmp_path}", "full", tmp_path, "train")


def test_a_few_unreadable_images_are_named_and_left_out_only_if_the_user_asks_for_it(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    (tmp_path / "a" / "03.png").write_bytes((tmp_path / "a" / "04.png").read_bytes()[:60])
    (tmp_path / "b" / "gone.png").symlink_to(tmp_path / "nowhere")
    finding = r"2 of 51 images in folder:.* cannot be read: a/03.png \(.*\), b/gone.png \(No such file or directory\)"
    with pytest.raises(InputError, match=rf"{finding}; repair or remove them, or leave them out with --skip-bad"):
        read(tmp_path)
    domain = read(tmp_path, skip_bad=True)
    assert len(domain) + len(read(tmp_path, "test", skip_bad=True)) == 49
    assert domain.remarks[0].endswith("they are left out")


def test_many_unreadable_images_are_always_refused(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    for number in range(6):
        (tmp_path / "a" / f"x{number}.png").write_bytes(b"")
    with pytest.raises(InputError, match="more than 10%, too many to leave out: repair or remove them"):
        read(tmp_path, skip_bad=True)


def test_the_bundled_format_can_be_read_as_a_users_table(tmp_path: Path) -> None:
    as_table = load(f"parquet:{BUNDLED}/usps.parquet", "full", tmp_path, "test")
    bundled = load("usps", "bundled", tmp_path, "test")
    assert as_table.fingerprint == bundled.fingerprint
    assert as_table.named_classes() == bundled.named_classes()


def test_a_table_without_labels_is_unlabelled(tmp_path: Path) -> None:
    draw(tmp_path / "x.png")
    content = (tmp_path / "x.png").read_bytes()
    pq.write_table(pa.table({"image": [content] * 40}), tmp_path / "mine.parquet")
    domain = load(f"parquet:{tmp_path}/mine.parquet", "full", tmp_path, "train")
    assert (domain.labels, len(domain)) == (None, 32)


def test_a_row_without_an_image_is_unreadable(tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": pa.array([None], pa.binary())}), tmp_path / "mine.parquet")
    with pytest.raises(InputError, match=r"none of the 1 images in .*: 0 \(the row has no image\)"):
        load(f"parquet:{tmp_path}/mine.parquet", "full", tmp_path, "train")
