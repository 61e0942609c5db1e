"""One image file as numbers, whatever way its pixels are kept."""

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
"""What is tried, in Pillow's words; others of its readers start programs or read no images."""

_GREY = ("1", "L", "LA", "La", "I", "F")


def decode(file: Path | BytesIO) -> Tensor:
    """Read an image: the first one of an animation, upright where a camera noted how it was held.

    Transparent places show black, the background of digits; 16 bits are scaled to the range of 8.

    Returns:
        Values in [0, 255], (C, H, W) with C = 1 for grey and 3 for colours; uint8, of 16 bits float32.

    Raises:
        Exception: of any type, if the file is damaged or no image.
    """
    with _opened(file) as opened:
        return _values(ImageOps.exif_transpose(opened))


def shape_of(file: Path | BytesIO) -> tuple[int, int, int]:
    """Channels, height and width of an image, from its header; raises as `decode`."""
    with _opened(file) as opened:
        return 1 if _is_grey(opened.mode) else 3, opened.height, opened.width


@contextmanager
def _opened(file: Path | BytesIO) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as opened:
            yield opened


def _values(image: Image.Image) -> Tensor:
    if image.mode == "F":
        raise ValueError("floating-point pixels, whose range is not known; save it with 8 or 16 bits")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float32)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("32-bit pixels beyond 16 bits; save it with 8 or 16 bits")
        return torch.from_numpy(values / 257).unsqueeze(0)
    grey = _is_grey(image.mode)
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", coloured.size, "black"), coloured)
    pixels = np.array(image.convert("L" if grey else "RGB"))
    return torch.from_numpy(pixels).unsqueeze(0) if grey else torch.from_numpy(pixels).permute(2, 0, 1)


def _is_grey(mode: str) -> bool:
    return mode in _GREY or mode.startswith("I;16")
