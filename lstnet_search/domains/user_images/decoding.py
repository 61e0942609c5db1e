"""Decodes one image, from a file of any supported format and mode or from an array, to pixel values."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from PIL.ExifTags import Base
from torch import Tensor

from lstnet_search.domains.formats.source import ImageFile, Pixels

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "DIB", "JPEG2000", "AVIF")
"""The formats that are read, by Pillow's names. Pillow's other readers start programs or do not read images."""

BLACK, WHITE = 0, 255

_GREY = ("1", "L", "LA", "La", "I", "F")


@dataclass(frozen=True)
class Header:
    """What an image's file says about it.

    Attributes:
        channels: 1 for grey, 3 for colour.
        height: before any rotation, in pixels.
        width: before any rotation, in pixels.
        transparent: whether pixels may be transparent.
        several: whether there are further pages or frames.
        bits: 8, or 16 if values are larger than bytes.
    """

    channels: int
    height: int
    width: int
    transparent: bool = False
    several: bool = False
    bits: int = 8

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width


@dataclass(frozen=True)
class Decoded:
    """An image with its pixels.

    Attributes:
        header: what its file says. `transparent` is whether pixels are transparent.
        values: in [0, 255], (C, H, W) with C = 1 for grey and 3 for colour; uint8, or float32 if the file has 16 bits.
    """

    header: Header
    values: Tensor


def decode(content: Path | BytesIO | Pixels, ground: int = BLACK) -> Decoded:
    """Decode an image, rotated as its EXIF orientation says. If it has several frames or pages, decode the first.

    Transparent pixels get the brightness `ground`. 16-bit values are scaled to the range of 8 bits.

    Args:
        content: the path or content of a file, or uint8 pixels, (H, W) or (H, W, 3).
        ground: 0 to 255.

    Raises:
        Exception: of any type, if the file is damaged or not an image.
    """
    if isinstance(content, np.ndarray):
        pixels = torch.from_numpy(np.ascontiguousarray(content))
        return Decoded(_header_of_array(content), pixels.unsqueeze(0) if pixels.ndim == 2 else pixels.permute(2, 0, 1))
    with _opened(content) as image:
        header = _header(image)
        image.load()  # a PNG file may say its orientation after the pixels
        turned = image.getexif().get(Base.Orientation, 1) != 1
        return _decoded(header, ImageOps.exif_transpose(image) if turned else image, ground)


def header_of(content: Path | BytesIO | Pixels) -> Header:
    """An image's header, without its pixels; raises as `decode`."""
    if isinstance(content, np.ndarray):
        return _header_of_array(content)
    with _opened(content) as image:
        return _header(image)


def content_of(file: ImageFile) -> Path | BytesIO | Pixels:
    """The image's path, bytes or pixels, for `decode`.

    Raises:
        ValueError: if the image has no content, or is known to be unreadable.
    """
    if file.problem is not None:
        raise ValueError(file.problem)
    if file.content is None:
        raise ValueError("the row has no image")
    return file.content


def ink_of(content: Path | BytesIO | Pixels) -> float | None:
    """Mean brightness of the opaque pixels of an image, 0 to 255; None if nothing is transparent, or everything is.

    Raises:
        Exception: as `decode`.
    """
    if isinstance(content, np.ndarray):
        return None
    with _opened(content) as image:
        if not image.has_transparency_data:
            return None
        grey, opaque = (np.asarray(band, np.float64) for band in image.convert("RGBA").convert("LA").split())
    if opaque.min() == 255 or opaque.max() == 0:
        return None
    return float((grey * opaque).sum() / opaque.sum())


@contextmanager
def _opened(file: Path | BytesIO) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about unusual metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as image:
            yield image


def _header(image: Image.Image) -> Header:
    return Header(
        channels=1 if _is_grey(image.mode) else 3,
        height=image.height,
        width=image.width,
        transparent=image.has_transparency_data,
        several=bool(getattr(image, "is_animated", False)),
        bits=16 if image.mode.startswith("I") else 8,
    )


def _header_of_array(pixels: Pixels) -> Header:
    return Header(1 if pixels.ndim == 2 else 3, *pixels.shape[:2])


def _decoded(header: Header, image: Image.Image, ground: int) -> Decoded:
    if image.mode == "F":
        raise ValueError("floating-point pixels of unknown range; save it with 8 or 16 bits")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float32)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("32-bit pixels outside the range of 16 bits; save it with 8 or 16 bits")
        return Decoded(header, torch.from_numpy(values / 257).unsqueeze(0))
    transparent = False
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        transparent = bool((np.asarray(rgba)[..., 3] < 255).any())
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, (ground,) * 3 + (255,)), rgba)
    mode = "L" if header.channels == 1 else "RGB"
    pixels = torch.from_numpy(np.array(image if image.mode == mode else image.convert(mode)))
    header = Header(header.channels, header.height, header.width, transparent, header.several, header.bits)
    return Decoded(header, pixels.unsqueeze(0) if header.channels == 1 else pixels.permute(2, 0, 1))


def _is_grey(mode: str) -> bool:
    return mode in _GREY or mode.startswith("I;16")
