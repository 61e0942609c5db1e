"""A sheet of a domain's images, one row per class."""

from pathlib import Path

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from lstnet_search.domains import Domain
from lstnet_search.io.atomic import whole_file

COLUMNS = 16
MOST_ROWS = 40
GAP = 2
MARK = "LSTNet Search, contact sheet"
"""Text in a sheet's metadata. It shows that a later sheet may replace the file."""
SCALE = 2
"""Side length of one image pixel in the sheet, in pixels of the sheet."""


def write_contact_sheet(path: Path, domain: Domain) -> None:
    """Write a PNG with the first images of each class, one row per class; without labels, with the first images.

    Args:
        path: File to write, in an existing folder.
        domain: The domain to show. A row has 16 images, and at most 40 classes are shown.
    """
    rows = [domain.images[indices] for indices in _rows(domain)]
    side = domain.side * SCALE
    height, width = (count * (side + GAP) + GAP for count in (len(rows), COLUMNS))
    sheet = torch.full((3, height, width), 96, dtype=torch.uint8)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            top, left = (GAP + index * (side + GAP) for index in (row, column))
            sheet[:, top : top + side, left : left + side] = _enlarged(image)
    mark = PngInfo()
    mark.add_text("Software", MARK)
    with whole_file(path) as file:
        Image.fromarray(sheet.permute(1, 2, 0).numpy()).save(file, format="png", optimize=True, pnginfo=mark)


def is_contact_sheet(path: Path) -> bool:
    """Whether a file is one that `write_contact_sheet` wrote."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.info.get("Software") == MARK
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _rows(domain: Domain) -> list[Tensor]:
    if domain.labels is None:
        return list(torch.arange(min(len(domain), 10 * COLUMNS)).split(COLUMNS))
    return [(domain.labels == label).nonzero().flatten()[:COLUMNS] for label in range(min(domain.classes, MOST_ROWS))]


def _enlarged(image: Tensor) -> Tensor:
    """(C, S, S) as (3, 2S, 2S), each pixel repeated."""
    return image.expand(3, -1, -1).repeat_interleave(SCALE, 1).repeat_interleave(SCALE, 2)
