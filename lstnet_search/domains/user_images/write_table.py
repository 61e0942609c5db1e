"""Writes a user's images, whatever their format, as a Parquet file in the format of the bundled sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from lstnet_search.domains.formats.source import ImageFile, ImageSource, Layout
from lstnet_search.domains.user_images.decoding import content_of, header_of
from lstnet_search.domains.user_images.reader import reason_of
from lstnet_search.errors import InputError, listed
from lstnet_search.io.atomic import whole_file

_ROWS = 1024


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        count: number of images.
        remarks: what the user should know about them, one sentence per remark.
    """

    count: int
    remarks: tuple[str, ...]


def write_table(source: ImageSource, to: Path, skip_bad: bool = False) -> Written:
    """Write the images as they are, with the columns `image` and `name`, and `label` and `split` if the set has them.

    Files of images are copied byte by byte; arrays become PNG. Only headers are read.

    Args:
        source: the images.
        to: file to write.
        skip_bad: leave out images whose headers cannot be read.

    Raises:
        InputError: if the set cannot be used, or has such images.
    """
    layout = source.layout()
    fields = [("image", pa.binary()), ("name", pa.string())]
    fields += [("label", pa.string())] if layout.labels is not None else []
    fields += [("split", pa.string())] if layout.parts is not None else []
    schema = pa.schema(fields)
    bad: list[str] = []
    rows, count = _rows(source, layout, bad), 0
    with whole_file(to) as file, pq.ParquetWriter(file, schema) as writer:
        while chunk := list(islice(rows, _ROWS)):
            writer.write_table(pa.Table.from_pylist(chunk, schema))
            count += len(chunk)
        if bad and not (skip_bad and count):
            raise InputError(
                f"{len(bad)} of {len(source)} images in {source.where} cannot be read: {listed(bad)}; repair or remove "
                "them, or leave them out with --skip-bad"
            )
    left_out = (f"{len(bad)} of {len(source)} images cannot be read and are left out: {listed(bad)}",) if bad else ()
    return Written(count, (*source.remarks, *layout.remarks, *left_out))


def _rows(source: ImageSource, layout: Layout, bad: list[str]) -> Iterator[dict[str, object]]:
    for index, file in enumerate(source):
        try:
            content = _encoded(file)
        except Exception as error:  # Pillow raises any type of error if a file is damaged
            bad.append(f"{file.name} ({reason_of(error)})")
            continue
        row: dict[str, object] = {"image": content, "name": file.name}
        if layout.labels is not None:
            row["label"] = layout.labels[index]
        if layout.parts is not None:
            row["split"] = layout.parts[index]
        yield row


def _encoded(file: ImageFile) -> bytes:
    content = content_of(file)
    header_of(content)
    if isinstance(content, Path):
        return content.read_bytes()
    if isinstance(content, BytesIO):
        return content.getvalue()
    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(content)).save(buffer, format="png")
    return buffer.getvalue()
