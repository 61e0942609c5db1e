from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from lstnet_search.domains.user_images.decoding import decode, header_of


def encoded(image: Image.Image, kind: str = "png", **options: object) -> BytesIO:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def grey(*values: int) -> Image.Image:
    return Image.fromarray(np.array([values], np.uint8))


def palette(**options: object) -> BytesIO:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 210, 220])
    image.putpixel((1, 0), 1)
    return encoded(image, **options)


def transparent(mode: str, *pixels: tuple[int, ...]) -> BytesIO:
    image = Image.new(mode, (len(pixels), 1))
    image.putdata(pixels)
    return encoded(image)


@pytest.mark.parametrize(
    ("file", "values"),
    [
        (encoded(grey(0, 130, 255)), [[[0, 130, 255]]]),
        (encoded(grey(0, 130, 255), "bmp"), [[[0, 130, 255]]]),
        (encoded(grey(0, 255).convert("1")), [[[0, 255]]]),
        (encoded(Image.new("RGB", (1, 1), (1, 2, 3))), [[[1]], [[2]], [[3]]]),
        (encoded(Image.new("CMYK", (1, 1), (255, 0, 0, 0)), "tiff"), [[[0]], [[255]], [[255]]]),
        (palette(), [[[10, 200]], [[20, 210]], [[30, 220]]]),
        # Transparent pixels are black.
        (palette(transparency=1), [[[10, 0]], [[20, 0]], [[30, 0]]]),
        (transparent("RGBA", (50, 60, 70, 255), (50, 60, 70, 0)), [[[50, 0]], [[60, 0]], [[70, 0]]]),
        (transparent("LA", (80, 255), (80, 0)), [[[80, 0]]]),
        # 16 bits: 257 · 100.
        (encoded(Image.fromarray(np.array([[0, 25_700, 65_535]], np.uint16))), [[[0, 100, 255]]]),
        (BytesIO(b"P5 2 1 65535\n" + bytes([0x64, 0x64, 0xFF, 0xFF])), [[[100, 255]]]),
    ],
)
def test_every_mode_and_format_is_decoded_to_grey_or_rgb(file: BytesIO, values: list[list[list[float]]]) -> None:
    channels = header_of(BytesIO(file.getvalue())).channels
    decoded = decode(file).values
    assert decoded.tolist() == values
    assert channels == len(values)


def test_sixteen_bit_values_are_not_rounded() -> None:
    file = encoded(Image.fromarray(np.array([[25_700, 25_701]], np.uint16)))
    assert decode(file).values[0, 0].tolist() == pytest.approx([100, 100 + 1 / 257])


def test_the_exif_orientation_is_applied() -> None:
    image = grey(0, 255)
    exif = image.getexif()
    exif[0x0112] = 6  # rotate clockwise by 90 degrees
    assert decode(encoded(image, exif=exif)).values.tolist() == [[[0], [255]]]


def test_the_first_frame_of_an_animation_is_decoded() -> None:
    file = encoded(grey(0, 255), "gif", save_all=True, append_images=[grey(255, 0)])
    assert decode(file).values.float().mean(0).tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (BytesIO(b"not an image"), "cannot identify"),
        (BytesIO(b""), "cannot identify"),
        (BytesIO(encoded(Image.effect_noise((50, 50), 90)).getvalue()[:900]), "truncated"),
        (encoded(Image.new("F", (1, 1)), "tiff"), "floating-point pixels"),
        (encoded(Image.new("I", (1, 1), 70_000), "tiff"), "outside the range of 16 bits"),
        (BytesIO(b"P6 20000 20000 255\n"), "decompression bomb"),
    ],
)
def test_files_that_are_not_images_raise(file: BytesIO, message: str) -> None:
    with pytest.raises(Exception, match=message):
        decode(file)


def test_decoded_values_are_writable_bytes() -> None:
    decoded = decode(encoded(grey(0, 255))).values
    assert decoded.dtype == torch.uint8
    decoded.add_(0)  # PyTorch would warn about read-only memory
