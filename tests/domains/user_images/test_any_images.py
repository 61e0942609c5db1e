"""Any content of a user's folder or table of images gives a domain or one message."""

import gzip
import io
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changes import columns, damaged
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lstnet_search.config.reading import Reading
from lstnet_search.domains import load
from lstnet_search.domains.describe import describe
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.user_images.reader import ImageReader
from lstnet_search.domains.user_images.survey import survey
from lstnet_search.domains.user_images.tally import Target
from lstnet_search.errors import InputError

ROWS = 6


def encoded(kind: str, mode: str, side: int) -> bytes:
    buffer = io.BytesIO()
    pixels = np.arange(side * side).reshape(side, side).astype(np.uint8)
    Image.fromarray(pixels).convert(mode).save(buffer, kind)
    return buffer.getvalue()


GOOD = [encoded(kind, mode, side) for kind, mode in (("png", "L"), ("bmp", "RGB"), ("gif", "P")) for side in (1, 16)]


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims a size but which holds almost no data."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


HUGE = st.builds(png_of, st.integers(1, 2**31 - 1), st.integers(10_000, 2**31 - 1))
IMAGES = st.one_of(
    st.sampled_from(GOOD), st.sampled_from(GOOD).flatmap(damaged), HUGE, st.binary(max_size=100), st.just(b"")
)


def use(spec: str, where: Path) -> None:
    """Read images as `data describe`, `search`, `predict` and `translate` do; an `InputError` is allowed."""
    with suppress(InputError):
        describe(load(spec, "bundled", where, "train", Reading(skip_bad=True)))
    with suppress(InputError):
        source = find_images(where)
        _ = survey(source).shape
        for batch in ImageReader(source, Target(1, 16), 4):
            pa.Table.from_pylist(batch.extra, source.extra)


NAMES = st.sampled_from(
    ["0.png", "1.jpg", "a/0.png", "a/1.bmp", "b/0.gif", "b/1.tif", "train/a/x.png", ".x.png", "t.txt"]
)


@examples(60)
@given(files=st.dictionaries(NAMES, IMAGES, max_size=5))
def test_any_folder_is_a_domain_or_an_input_error(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as made:
        for name, content in files.items():
            (Path(made) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(made) / name).write_bytes(content)
        use(f"folder:{made}", Path(made))


CELLS = st.lists(st.none() | IMAGES, min_size=ROWS, max_size=ROWS).map(lambda cells: pa.array(cells, pa.binary()))
TABLES = st.fixed_dictionaries(
    {"image": CELLS | columns(ROWS)},
    optional={"label": columns(ROWS), "split": columns(ROWS), "other": columns(ROWS)},
)


@examples(100)
@given(table=TABLES, damage=st.none() | st.just(damaged), data=st.data())
def test_any_table_is_a_domain_or_an_input_error(
    table: dict[str, pa.Array], damage: object, data: st.DataObject
) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table(table), buffer)
    content = buffer.getvalue() if damage is None else data.draw(damaged(buffer.getvalue()))
    with TemporaryDirectory() as made:
        path = Path(made) / "t.parquet"
        path.write_bytes(content)
        use(f"parquet:{path}", path)


def files_of_other_formats() -> dict[str, bytes]:
    """A small set in each format, by the name of its file."""
    pixels = np.arange(6 * 64, dtype=np.uint8).reshape(6, 8, 8)
    labels = np.arange(6, dtype=np.uint8) % 2
    arrays, packed, streamed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.savez_compressed(arrays, x_train=pixels[:4], y_train=labels[:4], x_test=pixels[4:], y_test=labels[4:])
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("a/0.png", "a/1.png", "b/0.png"):
            file.writestr(name, GOOD[1])
    table = pa.table({"image": pa.array([GOOD[1]] * 6), "label": labels})
    with pa.ipc.new_stream(streamed, table.schema) as stream:
        stream.write_table(table)
    rows = [",".join(map(str, [label, *image.ravel()])) for label, image in zip(labels, pixels, strict=True)]
    return {
        "x.npz": arrays.getvalue(),
        "x.zip": packed.getvalue(),
        "x.arrow": streamed.getvalue(),
        "train-images-idx3-ubyte": struct.pack(">BBBB3I", 0, 0, 8, 3, 6, 8, 8) + pixels.tobytes(),
        "train-images-idx3-ubyte.gz": gzip.compress(struct.pack(">BBBB3I", 0, 0, 8, 3, 6, 8, 8) + pixels.tobytes()),
        "x.csv": "\n".join([",".join(["label", *map(str, range(64))]), *rows]).encode(),
        "metadata.csv": b"file_name,label,split\n0.png,a,train\n1.png,b,test\n",
    }


FILES = files_of_other_formats()


@examples(100)
@given(name=st.sampled_from(sorted(FILES)), data=st.data())
def test_any_file_of_another_format_is_a_domain_or_an_input_error(name: str, data: st.DataObject) -> None:
    content = data.draw(damaged(FILES[name]))
    with TemporaryDirectory() as made:
        (Path(made) / name).write_bytes(content)
        for image in ("0.png", "1.png") if name == "metadata.csv" else ():
            (Path(made) / image).write_bytes(GOOD[1])
        use(f"images:{made}/{name}", Path(made) / name)
        use(f"folder:{made}", Path(made))


def test_a_table_with_two_image_columns_is_refused(tmp_path: Path) -> None:
    cells = pa.array([GOOD[0]])
    pq.write_table(pa.Table.from_arrays([cells, cells], ["image", "image"]), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="'image'"):
        find_images(tmp_path / "t.parquet")
