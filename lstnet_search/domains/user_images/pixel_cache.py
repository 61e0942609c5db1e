"""A user's images as numbers, all of one shape: read once, then kept by their fingerprint."""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lstnet_search.config.domain_names import OwnImages
from lstnet_search.config.image_sides import side_for
from lstnet_search.domains.domain import to_bytes, to_unit_range
from lstnet_search.domains.progress import progress
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import decode
from lstnet_search.domains.user_images.listing import OwnFiles
from lstnet_search.domains.user_images.reader import reason_of
from lstnet_search.domains.user_images.sources import ImageFile
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_file

VERSION = 1
"""To be raised when pixels are made in another way: older files are then no longer found."""

_ROWS = 4096
_SHOWN_EVERY = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pixels:
    """What could be read.

    Attributes:
        images: uint8, (M, C, S, S).
        places: of each among all files, (M,) int64, ascending.
        unreadable: the other files, "name (reason)".
        size: height and width before they were resized.
    """

    images: NDArray[np.uint8]
    places: NDArray[np.int64]
    unreadable: tuple[str, ...]
    size: tuple[int, int]


def read_pixels(own: OwnImages, found: OwnFiles, cache_dir: Path | None = None) -> Pixels:
    """All images, from the cache where they were read before.

    Args:
        own: whose they are.
        found: the files.
        cache_dir: where pixels are kept; `default_cache_dir()` if None.

    Raises:
        InputError: if none can be read, or they differ in size or channels.
    """
    place = sha256(str(own.path.resolve()).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    folder = cache_dir or default_cache_dir()
    path = folder / f"{own.name}-{place}-{found.fingerprint}-{VERSION}.parquet"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except Exception as error:  # of a damaged file, pyarrow and NumPy raise anything
        _log.warning("cached images in %s cannot be read (%s); they are read anew", path, error)
    pixels = decode_all(own, found.files, found.count)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, pixels)
        for older in folder.glob(f"*-{place}-*.parquet"):  # of files that have changed since
            if older != path:
                older.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("images cannot be cached in %s (%s); they will be read again", path, error)
    return pixels


def default_cache_dir() -> Path:
    """Where images are kept: `$XDG_CACHE_HOME`, or `~/.cache`, /lstnet-search/images."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "lstnet-search" / "images"


def decode_all(own: OwnImages, files: Iterable[ImageFile], count: int) -> Pixels:
    """Read image files, with a progress bar on a terminal; see `read_pixels`."""
    images: list[NDArray[np.uint8]] = []
    places: list[int] = []
    unreadable: list[str] = []
    sizes: Counter[tuple[int, int]] = Counter()
    colours: Counter[int] = Counter()
    examples: dict[object, str] = {}
    with progress(f"reading {own.name}", count) as advance:
        for place, file in enumerate(files):
            try:
                image, size = _pixels(file)
            except Exception as error:  # a damaged file makes Pillow raise anything
                unreadable.append(f"{file.name} ({reason_of(error)})")
            else:
                images.append(image)
                places.append(place)
                sizes[size] += 1
                colours[len(image)] += 1
                examples.setdefault(size, file.name)
                examples.setdefault(len(image), file.name)
            if place % _SHOWN_EVERY == 0:
                advance(place)
    if not images:
        raise InputError(
            f"none of the {count} images in {own} can be read: {', '.join(unreadable[:5])}; give files that are images"
        )
    if len(sizes) > 1:
        raise InputError(
            f"images in {own} differ in size: {_counted(sizes, examples, '{0[1]}x{0[0]}')}; they must be of one size: "
            "resize or crop them, or keep one size a domain"
        )
    if len(colours) > 1:
        named = Counter({{1: "grey", 3: "RGB"}[channels]: times for channels, times in colours.items()})
        examples |= {"grey": examples[1], "RGB": examples[3]}
        raise InputError(
            f"images in {own} differ in colour: {_counted(named, examples, '{0}')}; they must be all grey or all RGB: "
            "convert them"
        )
    return Pixels(np.stack(images), np.array(places), tuple(unreadable), next(iter(sizes)))


def _counted(counts: Counter, examples: dict[object, str], form: str) -> str:  # type: ignore[type-arg]
    """The most frequent kinds, with the name of one image of each but the first."""
    kinds = counts.most_common(4)
    texts = [f"{times} are {form.format(kind)}" for kind, times in kinds]
    named = [text if not index else f"{text} ({examples[kinds[index][0]]})" for index, text in enumerate(texts)]
    return ", ".join(named) + (", …" if len(counts) > len(kinds) else "")


def _pixels(file: ImageFile) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """An image, (C, S, S) uint8, and the height and width that it had."""
    if file.content is None:
        raise ValueError("the row has no image")
    values = decode(file.content)
    height, width = values.shape[1:]
    side = side_for(height, width)
    if (height, width) != (side, side) or values.is_floating_point():
        values = to_bytes(resize_to(to_unit_range(values).unsqueeze(0), side)).squeeze(0)
    return values.numpy(), (height, width)


def _write(path: Path, pixels: Pixels) -> None:
    shape = pixels.images.shape[1:]
    width = int(np.prod(shape))
    about = {"shape": shape, "unreadable": pixels.unreadable, "size": pixels.size}
    schema = pa.schema([("place", pa.int64()), ("pixels", pa.binary(width))], metadata={"about": json.dumps(about)})
    with whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as writer:
        for first in range(0, len(pixels.images), _ROWS):
            some = np.ascontiguousarray(pixels.images[first : first + _ROWS])
            column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(some), [None, pa.py_buffer(some)])
            places = pa.array(pixels.places[first : first + _ROWS])
            writer.write_table(pa.table([places, column], schema=schema))


def _read(path: Path) -> Pixels:
    with pq.ParquetFile(path) as file:
        about = json.loads(file.schema_arrow.metadata[b"about"])
        shape = tuple(about["shape"])
        images = np.empty((file.metadata.num_rows, *shape), np.uint8)
        places = np.empty(len(images), np.int64)
        for first, batch in _batches(file):
            rows = slice(first, first + len(batch))
            column = batch["pixels"]
            width = column.type.byte_width
            values = np.frombuffer(column.buffers()[1], np.uint8, len(column) * width, column.offset * width)
            images[rows] = values.reshape(-1, *shape)
            places[rows] = batch["place"].to_numpy()
    height, width = about["size"]
    return Pixels(images, places, tuple(about["unreadable"]), (height, width))


def _batches(file: pq.ParquetFile) -> Iterator[tuple[int, pa.RecordBatch]]:
    first = 0
    for batch in file.iter_batches(_ROWS, use_threads=False):
        yield first, batch
        first += len(batch)
