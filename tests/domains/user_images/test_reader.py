from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.user_images.reader import ImageReader
from lstnet_search.domains.user_images.survey import survey
from lstnet_search.domains.user_images.tally import Target
from lstnet_search.errors import InputError


def save(path: Path, mode: str = "L", size: tuple[int, int] = (4, 4), colour: float | tuple[int, ...] = 51) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)


def reader(folder: Path, channels: int = 1, batch_size: int = 10) -> ImageReader:
    return ImageReader(find_images(folder), Target(channels, 4), batch_size)


def test_images_come_in_full_batches_and_a_rest(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png", colour=number * 51)
    batches = list(reader(tmp_path, batch_size=2))
    assert [batch.names for batch in batches] == [["0.png", "1.png"], ["2.png", "3.png"], ["4.png"]]
    assert [batch.images.shape for batch in batches] == [(2, 1, 4, 4), (2, 1, 4, 4), (1, 1, 4, 4)]
    assert torch.cat([batch.images[:, 0, 0, 0] for batch in batches]).tolist() == pytest.approx(
        [-1, -0.6, -0.2, 0.2, 0.6]
    )


def test_images_with_the_domains_shape_are_unchanged_bit_for_bit(tmp_path: Path) -> None:
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4) * 17
    Image.fromarray(pixels).save(tmp_path / "x.png")
    (batch,) = reader(tmp_path)
    assert torch.equal(batch.images[0, 0], torch.from_numpy(pixels).float() / 127.5 - 1)


def test_colours_are_averaged_and_grey_is_repeated(tmp_path: Path) -> None:
    save(tmp_path / "x.png", "RGB", colour=(0, 51, 255))  # mean 102
    save(tmp_path / "y.png", "L", colour=51)
    grey = reader(tmp_path)
    (batch,) = grey
    assert batch.images[:, 0, 0, 0].tolist() == pytest.approx([-0.2, -0.6])
    assert grey.remarks(digits=False)[0] == "1 of 2 images were in colour and were averaged to grey"
    coloured = reader(tmp_path, channels=3)
    (batch,) = coloured
    assert batch.images[:, :, 0, 0].flatten().tolist() == pytest.approx([-1, -0.6, 1, -0.6, -0.6, -0.6])
    assert coloured.remarks(digits=False)[0] == "1 of 2 images were grey and were repeated in RGB"


def test_images_of_another_size_are_resized(tmp_path: Path) -> None:
    save(tmp_path / "x.png", size=(8, 2), colour=255)
    resizing = reader(tmp_path)
    (batch,) = resizing
    assert batch.images.tolist() == torch.ones(1, 1, 4, 4).tolist()
    assert resizing.remarks(digits=False)[0] == (
        "1 of 1 images were resized to 4x4 (1 of 8x2), stretched where they were not square"
    )


def test_unreadable_files_are_left_out_and_counted_and_some_are_named(tmp_path: Path) -> None:
    save(tmp_path / "z.png")
    for number in range(7):
        (tmp_path / f"{number}.png").write_bytes(b"not an image")
    remaining = reader(tmp_path)
    assert [batch.names for batch in remaining] == [["z.png"]]
    assert (remaining.tally.seen, len(remaining.tally.unreadable)) == (8, 7)
    reason = "(not an image of a known format)"
    assert remaining.remarks(digits=False)[0] == (
        "7 of 8 images cannot be read and are left out: "
        + ", ".join(f"{number}.png {reason}" for number in range(5))
        + " and 2 more"
    )


def test_if_no_file_can_be_read_that_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.png").symlink_to(tmp_path / "nowhere")
    with pytest.raises(
        InputError, match=r"none of the 1 images in .* can be read: x\.png \(No such file or directory\);"
    ):
        list(reader(tmp_path))


def test_rows_without_an_image_are_left_out_and_labels_stay_with_their_images(tmp_path: Path) -> None:
    save(tmp_path / "x.png")
    content = (tmp_path / "x.png").read_bytes()
    pq.write_table(pa.table({"image": [None, content], "label": [3, 4]}), tmp_path / "t.parquet")
    remaining = reader(tmp_path / "t.parquet")
    (batch,) = remaining
    assert (batch.names, batch.extra) == (["1"], [{"label": 4}])
    assert remaining.remarks(digits=False)[0].endswith("left out: 0 (the row has no image)")


def test_inverted_digits_give_a_remark(tmp_path: Path) -> None:
    Image.fromarray(np.pad(np.zeros((1, 1), np.uint8), (1, 2), constant_values=255)).save(tmp_path / "x.png")
    inverted = reader(tmp_path)
    list(inverted)
    assert inverted.remarks(digits=False) == []
    (remark,) = inverted.remarks(digits=True)
    assert remark.startswith("the mean is 239, which means dark digits on a bright background")


def test_images_of_one_size_have_a_common_shape(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"not an image")
    assert survey(find_images(tmp_path)).shape == (1, 4, 4)
    save(tmp_path / "c.png", "RGB", colour=(1, 2, 3))
    assert survey(find_images(tmp_path)).shape == (3, 4, 4)
    save(tmp_path / "d.png", size=(4, 5))
    assert survey(find_images(tmp_path)).shape is None
