"""Translations of a user's images, as PNG files or as a Parquet file in the format of the bundled images."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from PIL import Image
from torch import Tensor

from lstnet_search.domains import to_bytes
from lstnet_search.domains.user_images.reader import ImageBatch
from lstnet_search.results.export.model import TrainedModel
from lstnet_search.results.export.tables import write_tables

IMAGE = "image"
"""The column of images in the format of the bundled sets."""


def write_translated_files(
    folder: Path, model: TrainedModel, source: int, batches: Iterable[ImageBatch], png_name: Callable[[str], str]
) -> None:
    """Write one PNG file per image, in the same subfolders as the images.

    Args:
        folder: Empty folder to write into.
        model: The model that translates the images.
        source: The domain of the images, 0 or 1.
        batches: The images.
        png_name: Maps the name of an image to the relative path of its PNG file.
    """
    for batch in batches:
        for name, image in zip(batch.names, to_bytes(model.translate(batch.images, source)), strict=True):
            path = folder / png_name(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_png(image))


def write_translated_table(
    file: BinaryIO, model: TrainedModel, source: int, batches: Iterable[ImageBatch], extra: pa.Schema
) -> None:
    """Write a Parquet file with one row per image: `image` (PNG), `name`, and the other columns of the user's table.

    Args:
        file: File to write into.
        model: The model that translates the images.
        source: The domain of the images, 0 or 1.
        batches: The images.
        extra: Schema of the other columns.
    """
    schema = pa.schema([(IMAGE, pa.binary()), ("name", pa.string()), *extra])

    def tables() -> Iterator[pa.Table]:
        for batch in batches:
            images = map(_png, to_bytes(model.translate(batch.images, source)))
            rows = zip(images, batch.names, batch.extra, strict=True)
            yield pa.Table.from_pylist([{IMAGE: image, "name": name} | more for image, name, more in rows], schema)

    write_tables(file, schema, tables())


def _png(image: Tensor) -> bytes:
    """An image, uint8, (C, H, W) with C = 1 or 3, as the content of a PNG file."""
    buffer = BytesIO()
    pixels = image.squeeze(0) if len(image) == 1 else image.permute(1, 2, 0)
    Image.fromarray(pixels.contiguous().numpy()).save(buffer, format="png")
    return buffer.getvalue()
