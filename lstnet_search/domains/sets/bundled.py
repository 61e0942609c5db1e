"""The images that come with the package: all of USPS, and a subset of MNIST with the same class shares."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.errors import InputError

BUNDLED = Path(__file__).parents[1] / "bundled"
CHECKSUMS = "checksums.json"


def read_bundled(name: str, part: Part, folder: Path = BUNDLED) -> Domain:
    """Read one part of a bundled domain.

    Args:
        name: "mnist" or "usps".
        part: "train" has 10000 images of MNIST or 7291 of USPS, "test" 2000 or 2007.
        folder: has one Parquet file per domain (columns image: PNG, label, split) and their checksums.

    Raises:
        InputError: if a file is missing or has changed since it was bundled.
    """
    path = folder / f"{name}.parquet"
    try:
        content = path.read_bytes()
        checksums = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read bundled data: {error}; install the package again") from None
    if sha256(content).hexdigest() != checksums.get(path.name):
        raise InputError(f"the checksum of {path} is not that in {CHECKSUMS}; install the package again")
    table = pq.read_table(pa.BufferReader(content), filters=[("split", "=", part)], use_threads=False)
    images = np.stack([np.asarray(Image.open(BytesIO(image))) for image in table["image"].to_pylist()])
    labels = torch.tensor(table["label"].to_pylist(), dtype=torch.int64)
    return Domain(name, torch.from_numpy(images).unsqueeze(1), labels)
