"""Decodes one image file of any supported format and mode to pixel values."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""The formats that are read, by Pillow's names. Pillow's other readers start programs or do not read images."""

_GREY = ("1", "L", "LA", "La", "I", "F")


def decode(file: Path | BytesIO) -> Tensor:
    """Decode an image, rotated as its EXIF orientation says. Of an animation, decode the first frame.

    Transparent pixels become black, the background of digits. 16-bit values are scaled to the range of 8 bits.

    Returns:
        Values in [0, 255], (C, H, W) with C = 1 for grey and 3 for colour; uint8, or float32 if the file has 16 bits.

    Raises:
        Exception: of any type, if the file is damaged or not an image.
    """
    with _opened(file) as image:
        return _values(ImageOps.exif_transpose(image))


def shape_of(file: Path | BytesIO) -> tuple[int, int, int]:
    """Channels, height and width of an image, from its header; raises as `decode`."""
    with _opened(file) as image:
        return 1 if _is_grey(image.mode) else 3, image.height, image.width


@contextmanager
def _opened(file: Path | BytesIO) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about unusual metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as image:
            yield image


def _values(image: Image.Image) -> Tensor:
    if image.mode == "F":
        raise ValueError("floating-point pixels of unknown range; save it with 8 or 16 bits")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float32)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("32-bit pixels outside the range of 16 bits; save it with 8 or 16 bits")
        return torch.from_numpy(values / 257).unsqueeze(0)
    grey = _is_grey(image.mode)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "black"), rgba)
    pixels = np.array(image.convert("L" if grey else "RGB"))
    return torch.from_numpy(pixels).unsqueeze(0) if grey else torch.from_numpy(pixels).permute(2, 0, 1)


def _is_grey(mode: str) -> bool:
    return mode in _GREY or mode.startswith("I;16")
