"""EMNIST, KMNIST, QMNIST, CIFAR-10, STL-10 and MNIST-M, from made-up files in their original formats."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from image_files import draw
from torchvision.datasets import KMNIST as TORCHVISION_KMNIST

from lstnet_search.config.reading import Reading
from lstnet_search.domains import Domain, load, load_pair
from lstnet_search.domains.domain import PARTS
from lstnet_search.domains.sets import mnist_like, objects
from lstnet_search.domains.sets.idx_sets import IdxSet
from lstnet_search.domains.sets.mnist_m import mnist_m, read_photographs
from lstnet_search.errors import InputError


def images(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 110, (count, *shape), dtype=np.uint8)


def write_idx(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    code = {"uint8": 8, "int32": 12}[str(values.dtype)]
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, code, values.ndim, *values.shape)
    path.write_bytes(header + values.astype(values.dtype.newbyteorder(">")).tobytes())


def small(known: IdxSet, monkeypatch: pytest.MonkeyPatch, name: str, labels: np.ndarray, data_dir: Path) -> np.ndarray:
    """Write a set with few images, half of them bright enough for the checks; returns the images as they are shown."""
    monkeypatch.setattr(mnist_like, name, replace(known, counts=dict.fromkeys(("train", "test"), len(labels))))
    shown = images(len(labels), 28, 28)
    shown[:, 3, 5] = 255
    for index in (0, 2):
        stored = shown.swapaxes(1, 2) if known.lies_on_side else shown
        write_idx(data_dir / known.title / "raw" / known.files[index], np.ascontiguousarray(stored))
        write_idx(data_dir / known.title / "raw" / known.files[index + 1], labels)
    return shown


def test_digits_of_emnist_are_turned_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = small(mnist_like.EMNIST_DIGITS, monkeypatch, "EMNIST_DIGITS", np.arange(10, dtype=np.uint8), tmp_path)
    domain = load("emnist", "full", tmp_path, "train")
    assert torch.equal(domain.images[:, 0], torch.from_numpy(shown))
    assert domain.labels is not None
    assert (domain.labels.tolist(), domain.class_names) == (list(range(10)), None)


def test_letters_of_emnist_are_numbered_from_1_in_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.arange(1, 27, dtype=np.uint8)
    small(mnist_like.EMNIST_LETTERS, monkeypatch, "EMNIST_LETTERS", labels, tmp_path)
    domain = load("emnist-letters", "full", tmp_path, "test")
    assert domain.labels is not None
    assert domain.labels.tolist() == list(range(26))
    assert domain.named_classes()[:3] == ("a", "b", "c")


def test_classes_of_kmnist_are_in_alphabetical_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(mnist_like.KMNIST, monkeypatch, "KMNIST", np.arange(10, dtype=np.uint8), tmp_path)
    domain = load("kmnist", "full", tmp_path, "train")
    assert domain.labels is not None
    names = domain.named_classes()
    assert list(names) == sorted(names)
    assert [names[label] for label in domain.labels.tolist()] == TORCHVISION_KMNIST.classes


def test_labels_of_qmnist_are_the_first_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.arange(80, dtype=np.int32).reshape(10, 8) % 10
    small(mnist_like.QMNIST, monkeypatch, "QMNIST", labels, tmp_path)
    domain = load("qmnist", "full", tmp_path, "test")
    assert domain.labels is not None
    assert domain.labels.tolist() == [0, 8, 6, 4, 2, 0, 8, 6, 4, 2]


def cifar10(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Files of CIFAR-10's binary version, with 20 images each; returns the test images."""
    monkeypatch.setattr(objects, "CIFAR10_PER_FILE", 20)
    (data_dir / objects.CIFAR10_FOLDER).mkdir(parents=True)
    for name in (name for names in objects.CIFAR10_FILES.values() for name in names):
        pixels = images(20, 3, 32, 32)
        pixels[0, 0, 0, 0] = 255
        rows = np.concatenate([np.arange(20, dtype=np.uint8)[:, None] % 10, pixels.reshape(20, -1)], axis=1)
        (data_dir / objects.CIFAR10_FOLDER / name).write_bytes(rows.tobytes())
    return pixels


def stl10(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Files of STL-10, with 20 images each; returns the images as they are shown."""
    monkeypatch.setattr(objects, "STL10_COUNTS", {"train": 20, "test": 20})
    (data_dir / objects.STL10_FOLDER).mkdir(parents=True)
    shown = images(20, 3, 96, 96)
    shown[0, 0, 0, 0] = 255
    for part in ("train", "test"):
        (data_dir / objects.STL10_FOLDER / f"{part}_X.bin").write_bytes(shown.transpose(0, 1, 3, 2).tobytes())
        (data_dir / objects.STL10_FOLDER / f"{part}_y.bin").write_bytes(
            (np.arange(20, dtype=np.uint8) % 10 + 1).tobytes()
        )
    return shown


def test_the_binary_version_of_cifar10_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = cifar10(tmp_path, monkeypatch)
    train, test = (load("cifar10", "full", tmp_path, part) for part in PARTS)
    assert torch.equal(test.images, torch.from_numpy(pixels))
    assert (len(train), test.named_classes()[1]) == (100, "automobile")
    assert test.labels is not None
    assert test.labels.tolist() == [row % 10 for row in range(20)]
    path = tmp_path / objects.CIFAR10_FOLDER / "test_batch.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"test_batch\.bin has 61459 bytes, which is not a whole number of images"):
        load("cifar10", "full", tmp_path, "test")


def test_images_of_stl10_are_stored_by_columns_and_its_cars_are_automobiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = stl10(tmp_path, monkeypatch)
    domain = load("stl10", "full", tmp_path, "train")
    assert torch.equal(domain.images, torch.from_numpy(shown))
    assert domain.labels is not None
    names = [domain.named_classes()[label] for label in domain.labels.tolist()]
    assert names[:10] == list(objects.STL10_NAMES_IN_FILE)


def test_cifar10_and_stl10_have_nine_classes_in_common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cifar10(tmp_path, monkeypatch)
    stl10(tmp_path, monkeypatch)
    with pytest.raises(InputError, match="only cifar10 has 'frog', only stl10 has 'monkey'"):
        load_pair(("cifar10", "stl10"), "full", tmp_path, "train")
    pair = load_pair(("cifar10", "stl10"), "full", tmp_path, "train", Reading(common_classes=True, sides={"stl10": 32}))
    assert pair.a.classes == pair.b.classes == 9
    assert (len(pair.a), len(pair.b), pair.b.side) == (90, 18, 32)
    of_cifar10 = [name for name in objects.CIFAR10_CLASSES if name != "frog"]
    assert [pair.a.named_classes()[label] for label in pair.a.labels.tolist()[:9]] == of_cifar10  # type: ignore[union-attr]  # it has some
    of_stl10 = [name for name in objects.STL10_NAMES_IN_FILE if name != "monkey"]
    assert [pair.b.named_classes()[label] for label in pair.b.labels.tolist()[:9]] == of_stl10  # type: ignore[union-attr]  # it has some


def test_files_of_mnist_in_the_data_folder_are_not_taken_for_another_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = small(mnist_like.KMNIST, monkeypatch, "KMNIST", np.arange(10, dtype=np.uint8), tmp_path / "other")
    for file in (tmp_path / "other" / "KMNIST" / "raw").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(InputError, match="the download failed"):
        load("kmnist", "full", tmp_path, "train")
    (tmp_path / "kmnist").mkdir()
    for file in (tmp_path / "other" / "KMNIST" / "raw").iterdir():
        (tmp_path / "kmnist" / file.name).write_bytes(file.read_bytes())
    found = load("kmnist", "full", tmp_path / "kmnist", "train")
    assert torch.equal(found.images[:, 0], torch.from_numpy(shown)), "the folder is called after the set"


def test_images_and_labels_of_a_set_come_from_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(mnist_like.QMNIST, monkeypatch, "QMNIST", np.zeros((4, 8), np.int32), tmp_path)
    name = mnist_like.QMNIST.files[1]
    (tmp_path / "QMNIST" / "raw" / name).rename(tmp_path / name)  # far from its images, which have no labels now
    with pytest.raises(InputError, match=f"lacks {name}"):
        load("qmnist", "full", tmp_path, "train")


@pytest.mark.parametrize(("name", "lack"), [("cifar10", "files of CIFAR-10"), ("stl10", "files of STL-10")])
def test_a_failed_download_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lack: str
) -> None:
    monkeypatch.setattr(objects, "CIFAR10_URL", "http://127.0.0.1:9/x.tar.gz")
    monkeypatch.setattr("torchvision.datasets.STL10.url", "http://127.0.0.1:9/x.tar.gz")
    with pytest.raises(InputError, match=rf"lacks {lack}, and the download failed .*; give --data-dir DIR with"):
        load(name, "full", tmp_path, "train")
    assert not list(tmp_path.iterdir())


def test_mnist_m_is_the_difference_of_a_crop_and_a_digit() -> None:
    digits = torch.zeros(50, 1, 4, 4, dtype=torch.uint8)
    digits[:, :, 1, 1] = 255
    plain = torch.tensor([10, 100, 200], dtype=torch.uint8).view(3, 1, 1).expand(3, 9, 7)
    gradient = torch.arange(63, dtype=torch.uint8).view(1, 9, 7).expand(3, 9, 7)
    mnist = Domain("mnist", digits, torch.arange(50) % 10)
    made = mnist_m(mnist, [plain], "train")
    assert made.images.shape == (50, 3, 4, 4)
    assert (made.images[:, :, 0, 0] == torch.tensor([10, 100, 200])).all()
    assert (made.images[:, :, 1, 1] == torch.tensor([245, 155, 55])).all()
    assert made.labels is mnist.labels
    train, test = (mnist_m(mnist, [plain, gradient], part) for part in PARTS)
    assert torch.equal(train.images, mnist_m(mnist, [plain, gradient], "train").images)
    assert not torch.equal(train.images, test.images)
    corners = {int(image[0, 0, 0]) for image in train.images if int(image[2, 0, 0]) != 200}
    assert len(corners) > 5
    assert max(corners) <= 5 * 7 + 3  # the last corner from which a crop of 4x4 fits into 9x7


def test_photographs_for_training_and_testing_are_different_ones(tmp_path: Path) -> None:
    for number in range(5):
        draw(tmp_path / "photographs" / f"{number}.png", 255 - number, size=(40, 30))
    draw(tmp_path / "photographs" / "small.png", size=(20, 40))
    brightest = {
        part: [int(each.max()) for each in read_photographs(tmp_path / "photographs", part, 28)] for part in PARTS
    }
    assert brightest == {"train": [255, 253, 251], "test": [254, 252]}
    with pytest.raises(InputError, match="holds 0 photographs of at least 50x50; at least 2 are needed"):
        read_photographs(tmp_path / "photographs", "train", 50)
    with pytest.raises(InputError, match=r"mnistm needs a folder of photographs, .*/none, which does not exist"):
        read_photographs(tmp_path / "none", "train", 28)


def test_mnist_and_mnist_m_share_no_digit(tmp_path: Path, full_data: Path) -> None:
    for number in range(4):
        draw(tmp_path / "photographs" / f"{number}.png", 100 + number, size=(40, 30), mode="RGB")
    (tmp_path / "MNIST").symlink_to(full_data / "MNIST")
    pair = load_pair(("mnist", "mnistm"), "full", tmp_path, "test")
    whole = load("mnist", "full", tmp_path, "test")
    assert whole.labels is not None
    assert pair.a.labels is not None
    assert pair.b.labels is not None
    assert torch.equal(pair.a.labels, whole.labels[::2])
    assert torch.equal(pair.b.labels, whole.labels[1::2])
