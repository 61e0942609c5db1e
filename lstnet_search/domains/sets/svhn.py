"""All of SVHN (Netzer et al. 2011), cropped digits: house numbers in photographs of streets."""

from hashlib import file_digest, md5
from pathlib import Path

import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.downloads import copy_atomically, downloading, reporting_damage

SVHN_FILES: dict[Part, str] = {"train": "train_32x32.mat", "test": "test_32x32.mat"}
SVHN_COUNTS: dict[Part, int] = {"train": 73_257, "test": 26_032}


def read_svhn(data_dir: Path, part: Part) -> Domain:
    """Read SVHN from `data_dir`. If its file is missing, download it first.

    The file is not read with torchvision's class, which refuses any file with another checksum.

    Raises:
        InputError: if the file is missing and the download fails, or if it is damaged.
    """
    path = data_dir / SVHN_FILES[part]
    if not path.is_file():
        _download(path, part)
    with reporting_damage("SVHN", path):
        from scipy.io import loadmat

        content = loadmat(path)
        images = torch.from_numpy(content["X"]).permute(3, 2, 0, 1).contiguous()
        labels = torch.from_numpy(content["y"].astype("int64")).flatten()
        if len(images) != SVHN_COUNTS[part]:
            raise ValueError(f"{len(images)} images, not {SVHN_COUNTS[part]}")
        return Domain("svhn", images, torch.where(labels == 10, 0, labels))  # in the file, 10 stands for the digit 0


def svhn_is_original(data_dir: Path, part: Part) -> bool:
    """Whether the file in `data_dir` has the checksum that torchvision expects."""
    _, name, expected = _url_name_checksum(part)
    with (data_dir / name).open("rb") as file:
        return file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest() == expected


def _download(path: Path, part: Part) -> None:
    from torchvision.datasets.utils import download_url

    url, name, checksum = _url_name_checksum(part)
    with downloading(f"{path.parent} lacks {name}", "give --data-dir DIR with that file in DIR") as folder:
        download_url(url, folder, name, checksum)
        copy_atomically(folder / name, path)


def _url_name_checksum(part: Part) -> tuple[str, str, str]:
    from torchvision.datasets import SVHN

    url, name, checksum = SVHN.split_list[part]
    return url, name, checksum
