"""The same images packed in every format that is read, as people find or write them."""

import csv
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """Images of one part of a set.

    Attributes:
        images: uint8, (N, S, S).
        labels: whole numbers from 0, (N,).
    """

    images: Array
    labels: Array

    def encoded(self) -> list[bytes]:
        """Each image as a PNG file."""
        return list(map(png, self.images))


Parts = Mapping[str, Part]
"""Training and test images by the names "train" and "test"."""

Packing = Callable[[Path, Parts], Path]
"""Writes a set into an empty folder, and returns what a user would name."""


def png(image: Array) -> bytes:
    """An image as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return buffer.getvalue()


def idx(values: Array) -> bytes:
    """The content of an IDX file of bytes."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def _idx_files(folder: Path, parts: Parts, images: str, labels: str, *, packed: bool = False) -> Path:
    for name, part in parts.items():
        for form, values in ((images, part.images), (labels, part.labels)):
            path = folder / form.format("t10k" if name == "test" else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(idx(values), 1) if packed else idx(values))
    return folder


def idx_raw(folder: Path, parts: Parts) -> Path:
    return _idx_files(folder, parts, "raw/{}-images-idx3-ubyte", "raw/{}-labels-idx1-ubyte")


def idx_gz(folder: Path, parts: Parts) -> Path:
    return _idx_files(folder, parts, "{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz", packed=True)


def idx_of_kaggle(folder: Path, parts: Parts) -> Path:
    return _idx_files(folder, parts, "{}-images.idx3-ubyte", "{}-labels.idx1-ubyte")


def npz_of_keras(folder: Path, parts: Parts) -> Path:
    arrays = {f"{axis}_{name}": values for name, part in parts.items() for axis, values in _x_and_y(part).items()}
    np.savez(folder / "mnist.npz", **arrays)
    return folder / "mnist.npz"


def npz_of_medmnist(folder: Path, parts: Parts) -> Path:
    arrays: dict[str, Array] = {f"{name}_images": part.images for name, part in parts.items()}
    arrays |= {f"{name}_labels": part.labels[:, None] for name, part in parts.items()}
    np.savez_compressed(folder / "medmnist.npz", **arrays)
    return folder / "medmnist.npz"


def class_folders(folder: Path, parts: Parts) -> Path:
    for name, part in parts.items():
        for row, (content, label) in enumerate(zip(part.encoded(), part.labels, strict=True)):
            path = folder / name / str(label) / f"{row:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


def zip_file(folder: Path, parts: Parts) -> Path:
    class_folders(folder / "set", parts)
    with zipfile.ZipFile(folder / "set.zip", "w") as file:
        for path in sorted((folder / "set").rglob("*.png")):
            file.write(path, path.relative_to(folder))
    return folder / "set.zip"


def _flat_folder(folder: Path, parts: Parts) -> list[dict[str, object]]:
    """Write all images into one folder, in an order that has nothing to do with their labels."""
    rows: list[dict[str, object]] = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        for row, (content, label) in enumerate(zip(part.encoded(), part.labels, strict=True)):
            file = f"{name}-{row * 7919 % 10007:05d}.png"
            (folder / file).write_bytes(content)
            rows.append({"file_name": file, "label": int(label), "split": name})
    return rows


def metadata_csv(folder: Path, parts: Parts) -> Path:
    _write_csv(folder / "metadata.csv", _flat_folder(folder, parts))
    return folder


def metadata_jsonl(folder: Path, parts: Parts) -> Path:
    lines = map(json.dumps, _flat_folder(folder, parts))
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


def csv_of_paths(folder: Path, parts: Parts) -> Path:
    rows = _flat_folder(folder / "images", parts)
    _write_csv(folder / "labels.csv", [row | {"file_name": f"images/{row['file_name']}"} for row in rows])
    return folder / "labels.csv"


def csv_of_pixels(folder: Path, parts: Parts) -> Path:
    for name, part in parts.items():
        rows = part.images.reshape(len(part.images), -1)
        names = ["label", *(f"pixel{at}" for at in range(rows.shape[1]))]
        values = np.hstack([part.labels[:, None], rows])
        np.savetxt(folder / f"mnist_{name}.csv", values, "%d", ",", header=",".join(names), comments="")
    return folder


def parquet(folder: Path, parts: Parts) -> Path:
    tables = [
        pa.table({"image": part.encoded(), "label": part.labels, "split": [name] * len(part.labels)})
        for name, part in parts.items()
    ]
    pq.write_table(pa.concat_tables(tables), folder / "set.parquet")
    return folder / "set.parquet"


def parquet_of_hugging_face(folder: Path, parts: Parts) -> Path:
    names = list(map(str, range(1 + max(int(part.labels.max()) for part in parts.values()))))
    about = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    schema = pa.schema([("image", kind), ("label", pa.int64())], metadata={"huggingface": json.dumps(about)})
    (folder / "data").mkdir()
    for name, part in parts.items():
        rows = [{"bytes": content, "path": None} for content in part.encoded()]
        table = pa.table([pa.array(rows, kind), pa.array(part.labels, pa.int64())], schema=schema)
        half = len(rows) // 2
        for shard, piece in enumerate((table.slice(0, half), table.slice(half))):
            pq.write_table(piece, folder / "data" / f"{name}-{shard:05d}-of-00002.parquet")
    return folder


PACKINGS: tuple[Packing, ...] = (
    *(idx_raw, idx_gz, idx_of_kaggle, npz_of_keras, npz_of_medmnist, class_folders, zip_file),
    *(metadata_csv, metadata_jsonl, csv_of_paths, csv_of_pixels, parquet, parquet_of_hugging_face),
)
"""All formats that need no further package."""


def _x_and_y(part: Part) -> dict[str, Array]:
    return {"x": part.images, "y": part.labels}


def _write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
