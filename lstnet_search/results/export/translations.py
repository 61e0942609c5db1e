"""A user's images, translated: as PNG files, or as a Parquet file in the bundled format."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from PIL import Image
from torch import Tensor

from lstnet_search.domains import to_bytes
from lstnet_search.domains.user_images.reader import ImageBatch
from lstnet_search.domains.user_images.sources import IMAGE
from lstnet_search.results.export.model import TrainedModel
from lstnet_search.results.export.tables import write_tables


def write_translated_files(
    folder: Path, model: TrainedModel, source: int, batches: Iterable[ImageBatch], png_name: Callable[[str], str]
) -> None:
    """Write a PNG file an image, in folders as those that the images came from.

    Args:
        folder: to write into, empty.
        model: what translates.
        source: the domain that the images are of, 0 or 1.
        batches: the images.
        png_name: relative path of the file made of the image of a name.
    """
    for batch in batches:
        for name, image in zip(batch.names, to_bytes(model.translate(batch.images, source)), strict=True):
            path = folder / png_name(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_png(image))


def write_translated_table(
    file: BinaryIO, model: TrainedModel, source: int, batches: Iterable[ImageBatch], kept: pa.Schema
) -> None:
    """Write a Parquet file with a row an image: `image` (PNG), `name`, and what went with it.

    Args:
        file: to write into.
        model: what translates.
        source: the domain that the images are of, 0 or 1.
        batches: the images.
        kept: the columns that go with them.
    """
    schema = pa.schema([(IMAGE, pa.binary()), ("name", pa.string()), *kept])

    def tables() -> Iterator[pa.Table]:
        for batch in batches:
            images = map(_png, to_bytes(model.translate(batch.images, source)))
            rows = zip(images, batch.names, batch.kept, strict=True)
            yield pa.Table.from_pylist([{IMAGE: image, "name": name} | more for image, name, more in rows], schema)

    write_tables(file, schema, tables())


def _png(image: Tensor) -> bytes:
    """One image, uint8, (C, H, W) with C = 1 or 3, as a PNG file."""
    buffer = BytesIO()
    pixels = image.squeeze(0) if len(image) == 1 else image.permute(1, 2, 0)
    Image.fromarray(pixels.contiguous().numpy()).save(buffer, format="png")
    return buffer.getvalue()
