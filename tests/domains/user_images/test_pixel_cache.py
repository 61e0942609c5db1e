from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from image_files import draw, fill
from PIL import Image

from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.user_images.listing import list_images
from lstnet_search.domains.user_images.pixel_cache import Pixels, read_pixels
from lstnet_search.errors import InputError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "mine", "a", "b", count=3)


def read(folder: Path, cache: Path) -> Pixels:
    images = UserImages("mine", "folder", folder)
    return read_pixels(images, list_images(images), cache)


def test_images_are_decoded_once_and_again_after_a_change(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(folder, cache)
    (file,) = cache.iterdir()
    with monkeypatch.context() as patched:
        decode = "lstnet_search.domains.user_images.pixel_cache.decode"
        patched.setattr(decode, lambda file: pytest.fail(f"{file} is decoded again"))
        second = read(folder, cache)
    assert np.array_equal(first.images, second.images)
    draw(folder / "a" / "new.png")
    assert len(read(folder, cache).images) == 7
    (newer,) = cache.iterdir()
    assert newer != file


def test_the_cache_also_knows_sizes_and_unreadable_files(tmp_path: Path, cache: Path) -> None:
    folder = fill(tmp_path / "mine", "a", "b", count=3, size=(40, 30), mode="RGB")
    (folder / "a" / "x.png").write_bytes(b"")
    first, second = (read(folder, cache) for _ in range(2))
    assert np.array_equal(first.images, second.images)
    assert first.images.shape == (6, 3, 32, 32)
    assert first.indices.tolist() == second.indices.tolist() == [0, 1, 2, 4, 5, 6]
    assert first.unreadable == second.unreadable == ("a/x.png (not an image of a known format)",)
    assert first.size == second.size == (30, 40)


def test_a_damaged_cache_is_replaced_with_a_warning(
    folder: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = read(folder, cache)
    (file,) = cache.iterdir()
    file.write_bytes(b"damaged")
    assert np.array_equal(read(folder, cache).images, first.images)
    assert "the original files are read again" in caplog.text
    assert file.read_bytes() != b"damaged"


def test_a_cache_that_cannot_be_written_gives_a_warning(
    folder: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_bytes(b"a file, where the folder should be")
    assert len(read(folder, cache).images) == 6
    assert "the next run will read them again" in caplog.text


def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "mine").mkdir()
    values = np.full((28, 28), 257 * 100, np.uint16)
    values[4:8, 4:8] = 65535
    Image.fromarray(values).save(tmp_path / "mine" / "x.png")
    images = read(tmp_path / "mine", cache).images
    assert images.dtype == np.uint8
    assert np.unique(images).tolist() == [100, 255]


def only_unreadable(folder: Path) -> None:
    for number in range(30):
        (folder / f"{number:02d}.png").write_bytes(b"not an image")


def one_wider(folder: Path) -> None:
    fill(folder, "a", "b", count=3)
    draw(folder / "b" / "x.png", size=(30, 28))


def one_in_colour(folder: Path) -> None:
    fill(folder, "a", "b", count=3)
    draw(folder / "b" / "x.png", mode="RGB")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (only_unreadable, r"none of the 30 images in folder:.* can be read: 00.png \(not an image of a known format\)"),
        (one_wider, r"differ in size: 6 are 28x28, 1 are 30x28 \(b/x.png\); all must have one size: resize or crop"),
        (one_in_colour, r"differ in colour: 6 are grey, 1 are RGB \(b/x.png\); all must be grey or all RGB: convert"),
    ],
)
def test_images_that_make_no_array_are_refused(
    tmp_path: Path, cache: Path, make: Callable[[Path], None], message: str
) -> None:
    (tmp_path / "mine").mkdir()
    make(tmp_path / "mine")
    with pytest.raises(InputError, match=message):
        read(tmp_path / "mine", cache)
