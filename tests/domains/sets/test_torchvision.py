import bz2
import gzip
import shutil
import socket
import time
from collections.abc import Iterator
from functools import partial
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch
from torchvision.datasets import MNIST, FashionMNIST

from lstnet_search.domains.sets.bundled import read_bundled
from lstnet_search.domains.sets.idx_sets import MNIST_FILES
from lstnet_search.domains.sets.torchvision import read_fashion, read_mnist, read_usps
from lstnet_search.errors import InputError

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE])


def write_idx(path: Path, shape: tuple[int, ...], size: int | None = None) -> None:
    """A file in MNIST's format; `size` bytes of data if it is truncated."""
    header = bytes([0, 0, 8, len(shape)]) + b"".join(length.to_bytes(4, "big") for length in shape)
    path.write_bytes(header + bytes(torch.Size(shape).numel() if size is None else size))


def write_mnist(raw: Path, count: int) -> None:
    raw.mkdir(parents=True)
    for name in MNIST_FILES:
        write_idx(raw / name, (count, 28, 28) if "images" in name else (count,))


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of archives of two images, served over HTTP in place of torchvision's mirrors."""
    folder = tmp_path / "mirror"
    write_mnist(folder, 2)
    resources = []
    for name in MNIST_FILES:
        archive = gzip.compress((folder / name).read_bytes())
        (folder / f"{name}.gz").write_bytes(archive)
        (folder / name).unlink()
        resources.append((f"{name}.gz", md5(archive).hexdigest()))
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr("lstnet_search.domains.sets.torchvision.MNIST_COUNTS", {"train": 2, "test": 2})
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


def test_full_mnist_is_read_from_data_dir(full_data: Path) -> None:
    domain = read_mnist(full_data, "test")
    assert domain.images.shape == (10_000, 1, 28, 28)
    assert domain.labels is not None
    assert domain.labels[:5].tolist() == [7, 2, 1, 0, 4]


@pytest.mark.usefixtures("no_mirror")
def test_failed_download_names_files_and_both_remedies(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    message = r"MNIST/raw lacks train-images.*t10k-labels-idx1-ubyte, .*failed.*--data-dir DIR .*--bundled"
    began = time.monotonic()
    with pytest.raises(InputError, match=message):
        read_mnist(data_dir, "train")
    assert time.monotonic() - began < 5
    assert not data_dir.exists()


@pytest.mark.usefixtures("no_mirror")
def test_failed_download_names_only_what_is_missing(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    write_mnist(raw, 1)
    (raw / MNIST_FILES[1]).unlink()
    with pytest.raises(InputError, match=r"MNIST/raw lacks train-labels-idx1-ubyte, and"):
        read_mnist(tmp_path, "train")
    assert sorted(path.name for path in raw.iterdir()) == sorted({*MNIST_FILES} - {MNIST_FILES[1]})


def test_download_from_a_silent_server_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstnet_search.domains.sets.downloads.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:  # it accepts connections but never answers
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.getsockname()[1]}/"])
        with pytest.raises(InputError, match=r"download failed .*timed out"):
            read_mnist(tmp_path, "train")
    assert socket.getdefaulttimeout() is None
    assert list(tmp_path.iterdir()) == []


def test_download_fills_data_dir_and_prints_nothing_to_stdout(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = MNIST.download

    def download(self: MNIST) -> None:
        print("Downloading")
        original(self)

    monkeypatch.setattr(MNIST, "download", download)
    assert len(read_mnist(tmp_path / "data", "test")) == 2
    raw = tmp_path / "data" / "MNIST" / "raw"
    assert sorted(path.name for path in raw.iterdir()) == sorted(MNIST_FILES)
    assert capsys.readouterr().out == ""


def test_truncated_download_is_refused_and_leaves_nothing_behind(tmp_path: Path, mirror: Path) -> None:
    archive = mirror / f"{MNIST_FILES[3]}.gz"
    archive.write_bytes(archive.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"MNIST/raw lacks .*download failed .*corrupted"):
        read_mnist(tmp_path / "data", "test")
    assert not (tmp_path / "data").exists()


def test_archives_in_data_dir_are_unpacked_without_a_network(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE])
    shutil.copytree(mirror, tmp_path / "data" / "MNIST" / "raw")
    assert len(read_mnist(tmp_path / "data", "test")) == 2


def test_mnist_with_another_number_of_images_is_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path / "MNIST" / "raw", 3)
    with pytest.raises(InputError, match=r"MNIST in .*raw is damaged or not the original \(3 images, not 10000\)"):
        read_mnist(tmp_path, "test")


def test_truncated_mnist_is_refused(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    write_mnist(raw, 1)
    write_idx(raw / "t10k-images-idx3-ubyte", (10_000, 28, 28), size=500)
    with pytest.raises(InputError, match=r"MNIST in .*raw is damaged or not the original .*restore"):
        read_mnist(tmp_path, "test")


def test_usps_without_a_file_is_the_bundled_set(tmp_path: Path) -> None:
    assert read_usps(tmp_path, "test").fingerprint == read_bundled("usps", "test").fingerprint


def test_usps_file_in_data_dir_is_preferred(tmp_path: Path) -> None:
    line = " ".join(["1", *(f"{index}:-1" for index in range(1, 257))]) + "\n"
    with bz2.open(tmp_path / "usps.t.bz2", "wt") as file:
        file.write(line * 2007)
    domain = read_usps(tmp_path, "test")
    assert domain.images.shape == (2007, 1, 16, 16)
    assert int(domain.images.max()) == 0


def test_other_split_of_usps_is_refused(tmp_path: Path, full_data: Path) -> None:
    shutil.copy(full_data / "usps.t.bz2", tmp_path / "usps.bz2")
    with pytest.raises(InputError, match=r"USPS in .*usps\.bz2 .*\(2007 images, not 7291\)"):
        read_usps(tmp_path, "train")


def test_damaged_usps_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "usps.t.bz2").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"usps\.t\.bz2 is damaged or not the original .*or delete them"):
        read_usps(tmp_path, "test")


def test_fashion_is_read_from_files_in_mnists_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstnet_search.domains.sets.torchvision.MNIST_COUNTS", {"train": 5, "test": 5})
    write_mnist(tmp_path / "FashionMNIST" / "raw", 5)
    domain = read_fashion(tmp_path, "test")
    assert (domain.name, domain.images.shape) == ("fashion", (5, 1, 28, 28))


def test_message_about_a_failed_download_of_fashion_does_not_suggest_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FashionMNIST, "mirrors", [NOWHERE])
    with pytest.raises(InputError, match=r"give --data-dir DIR with these files in DIR/FashionMNIST/raw$"):
        read_fashion(tmp_path, "train")


@pytest.mark.parametrize(
    ("folder", "images", "labels"),
    [
        (".", "{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"),  # compressed again, flat
        ("MNIST", "{}-images.idx3-ubyte", "{}-labels.idx1-ubyte"),  # Kaggle
        (".", "{0}-images-idx3-ubyte/{0}-images-idx3-ubyte", "{}-labels-idx1-ubyte"),  # Kaggle, unpacked
    ],
)
@pytest.mark.usefixtures("no_mirror")
def test_files_of_mnist_are_read_as_they_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, images: str, labels: str
) -> None:
    monkeypatch.setattr("lstnet_search.domains.sets.torchvision.MNIST_COUNTS", {"train": 3, "test": 3})
    for part in ("train", "t10k"):
        for name, shape in ((images.format(part), (3, 28, 28)), (labels.format(part), (3,))):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_idx(path, shape)
            if name.endswith(".gz"):
                path.write_bytes(gzip.compress(path.read_bytes(), 1))
    domain = read_mnist(tmp_path, "test")
    assert domain.images.shape == (3, 1, 28, 28)
    (remark,) = domain.remarks
    assert remark == f"mnist: its files were found as {tmp_path / folder / images.format('t10k')}"
