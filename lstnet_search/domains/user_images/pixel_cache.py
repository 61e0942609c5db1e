"""The pixels of a user's images, all of one shape: decoded once, then cached by fingerprint."""

import json
import logging
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from torch import Tensor

from lstnet_search.config.domain_names import UserImages
from lstnet_search.config.image_sides import side_for
from lstnet_search.config.reading import Fit
from lstnet_search.domains.domain import ReadAs, to_bytes, to_unit_range
from lstnet_search.domains.formats.source import ImageSource
from lstnet_search.domains.progress import progress
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import content_of, decode
from lstnet_search.domains.user_images.reader import reason_of
from lstnet_search.domains.user_images.squares import squared
from lstnet_search.domains.user_images.survey import survey
from lstnet_search.domains.user_images.tally import Tally, Target
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_file
from lstnet_search.io.cache_dir import default_cache_dir

VERSION = 2
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
        read_as: how the images were converted.
        remarks: what the user should know about that, one sentence per remark.
    """

    images: NDArray[np.uint8]
    indices: NDArray[np.int64]
    unreadable: tuple[str, ...]
    read_as: ReadAs
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What a user's images are to be converted to.

    Attributes:
        fit: how they become squares.
        side: height and width, in pixels; None for `side_for`.
    """

    fit: Fit = "stretch"
    side: int | None = None


def read_pixels(user_images: UserImages, source: ImageSource, wanted: Wanted, cache_dir: Path | None = None) -> Pixels:
    """Read all images, from the cache if they were read before.

    Args:
        user_images: where the images are.
        source: the images.
        wanted: what they are converted to.
        cache_dir: folder of the cache; `default_cache_dir("images")` if None.

    Raises:
        InputError: if no image can be read.
    """
    where = user_images.location if user_images.is_remote else str(user_images.path.resolve())
    location = sha256(where.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    folder = cache_dir or default_cache_dir("images")
    name = f"{user_images.name}-{location}-{source.fingerprint}"
    path = folder / f"{name}-{wanted.fit}-{wanted.side or 'auto'}-{VERSION}.parquet"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except Exception as error:  # pyarrow and NumPy raise any type of error if a file is damaged
        _log.warning("the cached images in %s cannot be read (%s); the original files are read again", path, error)
    pixels = decode_all(user_images, source, wanted)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, pixels)
        # The user's files have changed, so earlier copies are outdated. Another domain may lie in the same place.
        for other in folder.glob(f"{user_images.name}-{location}-*.parquet"):
            if not (other.name.startswith(f"{name}-") and other.name.endswith(f"-{VERSION}.parquet")):
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("images cannot be cached in %s (%s); the next run will read them again", path, error)
    return pixels


def decode_all(user_images: UserImages, source: ImageSource, wanted: Wanted) -> Pixels:
    """Decode images, with a progress bar on a terminal; see `read_pixels`.

    All images become grey if none shows a colour and at least one is stored as grey. Otherwise all become RGB.
    """
    found = survey(source)
    side = wanted.side or side_for(found.sizes)
    images: list[NDArray[np.uint8]] = []
    indices: list[int] = []
    tally = Tally()
    with progress(f"reading {user_images.name}", len(source)) as advance:
        for index, file in enumerate(source):
            try:
                decoded = decode(content_of(file), found.ground)
            except Exception as error:  # Pillow raises any type of error if a file is damaged
                tally.add_unreadable(file.name, reason_of(error))
            else:
                tally.add(decoded)
                images.append(_resized(decoded.values, side, wanted.fit))
                indices.append(index)
            if index % _PROGRESS_EVERY == 0:
                advance(index)
    if not images:
        raise InputError(
            f"none of the {len(source)} images in {user_images} can be read: {tally.unreadable_names()}; "
            "give files that are images"
        )
    if tally.depth_problem is not None:
        raise InputError(f"{user_images}: {tally.depth_problem}")
    images, stored_in_colour = _of_one_colour(images)
    target = Target(len(images[0]), side, wanted.fit, found.ground)
    remarks = tally.remarks(target, options=True)
    if stored_in_colour:
        remarks[0] = f"{stored_in_colour} of {tally.read} images are stored in colour but are grey, as the others"
    size = next(iter(tally.sizes)) if len(tally.sizes) == 1 else None
    read_as = ReadAs(max(tally.channels), size, wanted.fit, found.ground)
    return Pixels(np.stack(images), np.array(indices), tuple(tally.unreadable), read_as, tuple(remarks))


def _of_one_colour(images: list[NDArray[np.uint8]]) -> tuple[list[NDArray[np.uint8]], int]:
    """The images with the same number of channels, and how many were stored in colour although all are grey."""
    coloured = [image for image in images if len(image) == 3]
    if not coloured or len(coloured) == len(images):
        return images, 0
    if all((image == image[:1]).all() for image in coloured):
        return [image[:1] for image in images], len(coloured)
    return [np.broadcast_to(image, (3, *image.shape[1:])) for image in images], 0


def _resized(values: Tensor, side: int, fit: Fit) -> NDArray[np.uint8]:
    """An image, (C, H, W) in [0, 255], as (C, S, S) uint8."""
    square = squared(values, fit)
    if square.shape[1:] != (side, side) or square.is_floating_point():
        square = to_bytes(resize_to(to_unit_range(square).unsqueeze(0), side)).squeeze(0)
    return square.numpy()


def _write(path: Path, pixels: Pixels) -> None:
    shape = pixels.images.shape[1:]
    width = int(np.prod(shape))
    header: dict[str, Any] = {"shape": shape, "unreadable": pixels.unreadable, "remarks": pixels.remarks}
    header |= {"read_as": pixels.read_as.as_dict()}
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
    read_as = ReadAs.from_dict(header["read_as"])
    return Pixels(images, indices, tuple(header["unreadable"]), read_as, tuple(header["remarks"]))
