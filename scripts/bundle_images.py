"""Make the image files that come with the package; every run writes the same bytes.

python scripts/bundle_images.py --data-dir data --output lstnet_search/domains/bundled
"""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from PIL import Image
from sklearn.model_selection import train_test_split
from torch import Tensor

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.bundled import BUNDLED, CHECKSUMS
from lstnet_search.domains.sets.torchvision import read_mnist, read_usps_file

SEED = 0
MNIST_COUNTS: dict[Part, int] = {"train": 10_000, "test": 2_000}
PARTS: tuple[Part, ...] = ("train", "test")


def main(
    data_dir: Annotated[Path, typer.Option(help="Folder with MNIST and USPS in torchvision's layout.")],
    output: Annotated[Path, typer.Option(help="Folder to write the Parquet files to.")] = BUNDLED,
) -> None:
    """Write mnist.parquet, usps.parquet and their checksums."""
    parts = {
        "mnist": {part: subset(read_mnist(data_dir, part), MNIST_COUNTS[part]) for part in PARTS},
        "usps": {part: read_usps_file(data_dir, part) for part in PARTS},
    }
    output.mkdir(parents=True, exist_ok=True)
    checksums = {}
    for name, domains in parts.items():
        path = output / f"{name}.parquet"
        write(path, domains)
        checksums[path.name] = sha256(path.read_bytes()).hexdigest()
        typer.echo(f"{path}: {path.stat().st_size} bytes, {sum(map(len, domains.values()))} images")
    (output / CHECKSUMS).write_text(json.dumps(checksums, indent=2) + "\n", encoding="utf-8")


def subset(domain: Domain, count: int) -> Domain:
    """Choose `count` images in their original order, with the class shares of the whole domain."""
    assert domain.labels is not None
    indices, _ = train_test_split(
        np.arange(len(domain)), train_size=count, stratify=domain.labels.numpy(), random_state=SEED
    )
    indices.sort()
    return domain.take(domain.labels.new_tensor(indices))


def write(path: Path, domains: dict[Part, Domain]) -> None:
    """Write a Parquet file with one row per image: the image as PNG, its label, and its part."""
    images = [png(image) for domain in domains.values() for image in domain.images]
    labels = [label for domain in domains.values() if domain.labels is not None for label in domain.labels.tolist()]
    split = [part for part, domain in domains.items() for _ in range(len(domain))]
    table = pa.table({"image": pa.array(images, pa.binary()), "label": pa.array(labels, pa.int8()), "split": split})
    pq.write_table(table, path, compression="zstd", compression_level=19, use_dictionary=["split"])


def png(image: Tensor) -> bytes:
    """The bytes of a PNG file of one image, uint8, (1, H, W)."""
    buffer = BytesIO()
    Image.fromarray(image[0].numpy()).save(buffer, format="png", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    typer.run(main)
