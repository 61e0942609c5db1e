"""The pixels of a user's images, all of one shape: decoded once, then cached by fingerprint."""

import json
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lstnet_search.config.domain_names import UserImages
from lstnet_search.config.image_sides import side_for
from lstnet_search.domains.domain import to_bytes, to_unit_range
from lstnet_search.domains.progress import progress
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import decode
from lstnet_search.domains.user_images.listing import ImageListing
from lstnet_search.domains.user_images.reader import reason_of
from lstnet_search.domains.user_images.sources import ImageFile
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_file
from lstnet_search.io.cache_dir import default_cache_dir

VERSION = 1
"""Increase this when pixels are computed differently, so that files of older versions are no longer found."""

_ROWS = 4096
_PROGRESS_EVERY = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pixels:
    """Pixels of all readable images.

    Attributes:
        images: uint8, (M, C, S, S).
        indices: index of each image among all files, (M,) int64, ascending.
        unreadable: the other files, each as "name (reason)".
        size: height and width before resizing, in pixels.
    """

    images: NDArray[np.uint8]
    indices: NDArray[np.int64]
    unreadable: tuple[str, ...]
    size: tuple[int, int]


def read_pixels(user_images: UserImages, listing: ImageListing, cache_dir: Path | None = None) -> Pixels:
    """Read all images, from the cache if they were read before.

    Args:
        user_images: where the images are.
        listing: the files.
        cache_dir: folder of the cache; `default_cache_dir("images")` if None.

    Raises:
        InputError: if no image can be read, or they differ in size or channels.
    """
    location = sha256(str(user_images.path.resolve()).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    folder = cache_dir or default_cache_dir("images")
    path = folder / f"{user_images.name}-{location}-{listing.fingerprint}-{VERSION}.parquet"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except Exception as error:  # pyarrow and NumPy raise any type of error if a file is damaged
        _log.warning("the cached images in %s cannot be read (%s); the original files are read again", path, error)
    pixels = decode_all(user_images, listing.files, listing.count)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, pixels)
        for other in folder.glob(f"*-{location}-*.parquet"):  # outdated, because the user's files have changed
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("images cannot be cached in %s (%s); the next run will read them again", path, error)
    return pixels


def decode_all(user_images: UserImages, files: Iterable[ImageFile], count: int) -> Pixels:
    """Decode image files, with a progress bar on a terminal; see `read_pixels`."""
    images: list[NDArray[np.uint8]] = []
    indices: list[int] = []
    unreadable: list[str] = []
    sizes: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    examples: dict[str, str] = {}
    height = width = 0
    with progress(f"reading {user_images.name}", count) as advance:
        for index, file in enumerate(files):
            try:
                image, height, width = _decode_and_resize(file)
            except Exception as error:  # Pillow raises any type of error if a file is damaged
                unreadable.append(f"{file.name} ({reason_of(error)})")
            else:
                images.append(image)
                indices.append(index)
                for counts, kind in (sizes, f"{width}x{height}"), (colours, "grey" if len(image) == 1 else "RGB"):
                    counts[kind] += 1
                    examples.setdefault(kind, file.name)
            if index % _PROGRESS_EVERY == 0:
                advance(index)
    if not images:
        raise InputError(
            f"none of the {count} images in {user_images} can be read: {', '.join(unreadable[:5])}; "
            "give files that are images"
        )
    if len(sizes) > 1:
        raise InputError(
            f"images in {user_images} differ in size: {_kinds(sizes, examples)}; all must have one size: "
            "resize or crop them, or make one domain per size"
        )
    if len(colours) > 1:
        raise InputError(
            f"images in {user_images} differ in colour: {_kinds(colours, examples)}; all must be grey or all RGB: "
            "convert them"
        )
    return Pixels(np.stack(images), np.array(indices), tuple(unreadable), (height, width))


def _kinds(counts: Counter[str], examples: dict[str, str]) -> str:
    """The most frequent kinds with their counts, and the name of one image of each kind except the first."""
    kinds = counts.most_common(4)
    texts = [
        f"{count} are {kind}" + (f" ({examples[kind]})" if rank else "") for rank, (kind, count) in enumerate(kinds)
    ]
    return ", ".join(texts) + (", …" if len(counts) > len(kinds) else "")


def _decode_and_resize(file: ImageFile) -> tuple[NDArray[np.uint8], int, int]:
    """An image, (C, S, S) uint8, and its height and width before resizing."""
    if file.content is None:
        raise ValueError("the row has no image")
    values = decode(file.content)
    height, width = values.shape[1:]
    side = side_for(height, width)
    if (height, width) != (side, side) or values.is_floating_point():
        values = to_bytes(resize_to(to_unit_range(values).unsqueeze(0), side)).squeeze(0)
    return values.numpy(), height, width


def _write(path: Path, pixels: Pixels) -> None:
    shape = pixels.images.shape[1:]
    width = int(np.prod(shape))
    header = {"shape": shape, "unreadable": pixels.unreadable, "size": pixels.size}
    schema = pa.schema([("place", pa.int64()), ("pixels", pa.binary(width))], metadata={"about": json.dumps(header)})
    with whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as writer:
        for first in range(0, len(pixels.images), _ROWS):
            rows = np.ascontiguousarray(pixels.images[first : first + _ROWS])
            column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(rows), [None, pa.py_buffer(rows)])
            indices = pa.array(pixels.indices[first : first + _ROWS])
            writer.write_table(pa.table([indices, column], schema=schema))


def _read(path: Path) -> Pixels:
    with pq.ParquetFile(path) as file:
        header = json.loads(file.schema_arrow.metadata[b"about"])
        shape = tuple(header["shape"])
        images = np.empty((file.metadata.num_rows, *shape), np.uint8)
        indices = np.empty(len(images), np.int64)
        first = 0
        for batch in file.iter_batches(_ROWS, use_threads=False):
            rows = slice(first, first + len(batch))
            column = batch["pixels"]
            width = column.type.byte_width
            values = np.frombuffer(column.buffers()[1], np.uint8, len(column) * width, column.offset * width)
            images[rows] = values.reshape(-1, *shape)
            indices[rows] = batch["place"].to_numpy()
            first = rows.stop
    height, width = header["size"]
    return Pixels(images, indices, tuple(header["unreadable"]), (height, width))
