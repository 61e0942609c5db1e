"""The whole of SVHN (Netzer et al. 2011), cropped digits: house numbers from photographs of streets."""

import sys
from contextlib import redirect_stdout
from hashlib import md5
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.torchvision import damage_reported, patience, put
from lstnet_search.errors import InputError

SVHN_FILES: dict[Part, str] = {"train": "train_32x32.mat", "test": "test_32x32.mat"}
SVHN_COUNTS: dict[Part, int] = {"train": 73_257, "test": 26_032}


def read_svhn(data_dir: Path, part: Part) -> Domain:
    """Read SVHN from `data_dir`, and download its file if it is missing there.

    Its own files are read rather than through torchvision, which refuses a file for its checksum alone.

    Raises:
        InputError: if the file is missing and the download fails, or if it is damaged.
    """
    path = data_dir / SVHN_FILES[part]
    if not path.is_file():
        _download(path, part)
    with damage_reported("SVHN", path):
        from scipy.io import loadmat

        content = loadmat(path)
        images = torch.from_numpy(content["X"]).permute(3, 2, 0, 1).contiguous()
        labels = torch.from_numpy(content["y"].astype("int64")).flatten()
        if len(images) != SVHN_COUNTS[part]:
            raise ValueError(f"{len(images)} images, not {SVHN_COUNTS[part]}")
        return Domain("svhn", images, torch.where(labels == 10, 0, labels))  # the file says 10 for the digit 0


def svhn_is_original(data_dir: Path, part: Part) -> bool:
    """Whether the file in `data_dir` has the checksum that torchvision knows."""
    _, name, expected = _known(part)
    with (data_dir / name).open("rb") as file:
        digest = md5(usedforsecurity=False)
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == expected


def _download(path: Path, part: Part) -> None:
    from torchvision.datasets.utils import download_url

    url, name, checksum = _known(part)
    try:
        with TemporaryDirectory() as folder, patience(), redirect_stdout(sys.stderr):
            download_url(url, folder, name, checksum)
            put(Path(folder) / name, path)
    except (RuntimeError, OSError, HTTPException) as error:
        raise InputError(
            f"{path.parent} lacks {name}, and the download failed ({' '.join(str(error).split())}); "
            f"give --data-dir DIR with that file in DIR"
        ) from error


def _known(part: Part) -> tuple[str, str, str]:
    from torchvision.datasets import SVHN

    url, name, checksum = SVHN.split_list[part]
    return url, name, checksum
