from pathlib import Path

import numpy as np
import pytest
from image_files import draw, fill
from PIL import Image

from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.domain import ReadAs
from lstnet_search.domains.formats.opening import open_images
from lstnet_search.domains.user_images.decoding import decode
from lstnet_search.domains.user_images.pixel_cache import Pixels, Wanted, read_pixels
from lstnet_search.domains.user_images.tally import Tally, Target
from lstnet_search.errors import InputError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "mine", "a", "b", count=3)


def read(folder: Path, cache: Path) -> Pixels:
    images = UserImages("mine", "folder", str(folder))
    return read_pixels(images, open_images(images), Wanted(), cache)


def test_images_are_decoded_once_and_again_after_a_change(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(folder, cache)
    (file,) = cache.iterdir()
    with monkeypatch.context() as patched:
        decode = "lstnet_search.domains.user_images.pixel_cache.decode"
        patched.setattr(decode, lambda file, ground: pytest.fail(f"{file} is decoded again"))
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
    assert first.images.shape == (6, 3, 40, 40)
    assert first.indices.tolist() == second.indices.tolist() == [0, 1, 2, 4, 5, 6]
    assert first.unreadable == second.unreadable == ("a/x.png (not an image of a known format)",)
    assert first.read_as == second.read_as == ReadAs(3, (30, 40))
    assert first.remarks == second.remarks
    assert "6 of 6 images were resized to 40x40 (6 of 40x30)" in first.remarks[0]


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
    found = read(tmp_path / "mine", cache)
    assert found.images.dtype == np.uint8
    assert np.unique(found.images).tolist() == [100, 255]
    remark = "1 of 1 files have 16 bits per pixel, with values from 25700 to 65535, which were brought to 8 bits"
    assert found.remarks == (remark,)


def test_the_range_of_files_with_sixteen_bits_is_theirs_alone(tmp_path: Path) -> None:
    draw(tmp_path / "grey.png")  # from 0 to 255
    deep = np.full((28, 28), 257 * 100, np.uint16)
    deep[4:8, 4:8] = 257 * 150
    Image.fromarray(deep).save(tmp_path / "deep.png")
    tally = Tally(pixels=True)
    for name in ("grey.png", "deep.png"):
        tally.add(decode(tmp_path / name))
    said = tally.remarks(Target(1, 28))
    assert said == [
        "1 of 2 files have 16 bits per pixel, with values from 25700 to 38550, which were brought to 8 bits"
    ]


def test_if_no_image_can_be_read_that_is_an_error(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "mine").mkdir()
    for number in range(30):
        (tmp_path / "mine" / f"{number:02d}.png").write_bytes(b"not an image")
    message = r"none of the 30 images in folder:.* can be read: 00.png \(not an image of a known format\)"
    with pytest.raises(InputError, match=message):
        read(tmp_path / "mine", cache)


def test_images_of_different_sizes_get_the_median_side_with_a_remark(tmp_path: Path, cache: Path) -> None:
    folder = fill(tmp_path / "mine", "a", "b", count=3)
    draw(folder / "b" / "x.png", size=(30, 20))
    pixels = read(folder, cache)
    assert pixels.images.shape == (7, 1, 28, 28)
    (remark,) = pixels.remarks
    assert remark.startswith("1 of 7 images were resized to 28x28 (1 of 30x20), stretched where they were not square")
    assert pixels.read_as == ReadAs(1, None)


def test_grey_images_among_coloured_ones_are_repeated_with_a_remark(tmp_path: Path, cache: Path) -> None:
    folder = fill(tmp_path / "mine", "a", count=3)
    draw(folder / "a" / "x.png", mode="RGB")
    pixels = read(folder, cache)
    assert pixels.images.shape == (4, 3, 28, 28)
    assert (pixels.images[0] == pixels.images[0][:1]).all()
    assert pixels.images[3, :, 5, 5].tolist() == [255, 0, 0]
    assert pixels.remarks == ("3 of 4 images were grey and were repeated in RGB",)


def test_images_stored_in_colour_among_grey_ones_become_grey_if_they_are(tmp_path: Path, cache: Path) -> None:
    folder = fill(tmp_path / "mine", "a", count=3)
    grey = Image.open(folder / "a" / "00.png")
    grey.convert("RGB").save(folder / "a" / "rgb.png")
    grey.convert("P").save(folder / "a" / "palette.gif")
    pixels = read(folder, cache)
    assert pixels.images.shape == (5, 1, 28, 28)
    assert (pixels.images[3:] == pixels.images[0]).all()
    assert pixels.remarks == ("2 of 5 images are stored in colour but are grey, as the others",)


def test_a_set_that_is_stored_in_colour_alone_stays_so(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (28, 28), (number, number, number)).save(folder / f"{number}.png")
    assert read(folder, cache).images.shape == (2, 3, 28, 28)


def ink(folder: Path, mode: str, colour: tuple[int, ...]) -> Path:
    """Two images of a square of ink on a transparent ground."""
    folder.mkdir()
    for number in range(2):
        image = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
        image.paste((*colour, 255), (4, 4, 20, 20 + number))
        (image.quantize(4) if mode == "P" else image.convert(mode)).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize(
    ("brightness", "ground", "remark"),
    [
        (10, 255, "2 of 2 images have transparent pixels, which were made white, because the others are dark"),
        (240, 0, "2 of 2 images have transparent pixels, which were made black, because the others are bright"),
    ],
)
def test_a_transparent_ground_differs_from_the_ink(
    tmp_path: Path, cache: Path, mode: str, brightness: int, ground: int, remark: str
) -> None:
    pixels = read(ink(tmp_path / "mine", mode, (brightness,) * 3), cache)
    assert pixels.images[0, 0, 0, 0] == ground
    assert pixels.images[0, 0, 5, 5] == brightness
    assert remark in pixels.remarks
    assert pixels.read_as.ground == ground


def test_twelve_bits_in_sixteen_are_named_as_the_cause(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "mine").mkdir()
    Image.fromarray(np.linspace(0, 4095, 28 * 28).reshape(28, 28).astype(np.uint16)).save(tmp_path / "mine" / "x.tif")
    message = "16 bits per pixel, but values only from 0 to 4095, as data of 12 bits have; multiply the values by 16"
    with pytest.raises(InputError, match=message):
        read(tmp_path / "mine", cache)


def test_pages_and_frames_after_the_first_are_said(tmp_path: Path, cache: Path) -> None:
    folder = fill(tmp_path / "mine", "a", count=1)
    first, second = Image.new("L", (28, 28), 9), Image.new("L", (28, 28), 200)
    first.save(folder / "a" / "pages.tif", save_all=True, append_images=[second])
    first.save(folder / "a" / "frames.gif", save_all=True, append_images=[second])
    pixels = read(folder, cache)
    assert pixels.remarks[-1] == "2 of 3 files have several pages or frames; only the first was read"
    assert pixels.images[:, 0, 0, 0].tolist() == [0, 9, 9]
