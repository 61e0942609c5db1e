"""Digits of scikit-learn, MNIST and USPS in every packing, and files written by other programs, hold the same images.

Each reading is compared with the original image by image, and by how many test images the means of its classes label.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from packings import PACKINGS, Packing, Part, Parts, class_folders, npz_of_medmnist
from PIL import Image
from sklearn.datasets import load_digits

from lstnet_search.domains import Domain, load
from lstnet_search.domains.domain import PARTS

COUNTS = {"train": 400, "test": 100}


def digits() -> Parts:
    """The images of scikit-learn's own file, whose pixels are counts from 0 to 16, as bytes."""
    content = load_digits()
    images, labels = np.rint(content.images * 255 / 16).astype(np.uint8), content.target
    first = COUNTS["train"]
    return {"train": Part(images[:first], labels[:first]), "test": Part(images[-100:], labels[-100:])}


def known(name: str, folder: Path) -> Parts:
    parts = {}
    for part in PARTS:
        domain = load(name, "full", folder, part)
        assert domain.labels is not None
        count = COUNTS[part]
        parts[part] = Part(domain.images[:count, 0].numpy(), domain.labels[:count].numpy())
    return parts


@pytest.fixture(scope="module", params=["digits", "mnist", "usps"])
def parts(request: pytest.FixtureRequest) -> Parts:
    if request.param == "digits":
        return digits()
    return known(request.param, request.getfixturevalue("full_data"))


def images_and_labels(domain: Domain) -> list[tuple[str, bytes]]:
    """The class and the pixels of each image, sorted: formats have orders of their own."""
    assert domain.labels is not None
    names = domain.named_classes()
    rows = zip(domain.labels.tolist(), domain.images, strict=True)
    return sorted((names[label], image.numpy().tobytes()) for label, image in rows)


def labelled_right(train: Part, test: Part) -> int:
    """How many test images are nearest to the mean of their class. Whole numbers, so the order does not matter."""
    means = np.stack([train.images[train.labels == label].mean(0, dtype=np.float64) for label in range(10)])
    distances = ((test.images[:, None].astype(np.float64) - means) ** 2).sum((2, 3))
    return int((distances.argmin(1) == test.labels).sum())


def as_part(domain: Domain) -> Part:
    assert domain.labels is not None
    return Part(domain.images[:, 0].numpy(), domain.labels.numpy())


def check(place: Path, parts: Parts) -> None:
    """Check that a set in any format is that of `parts`."""
    domains = {part: load(f"set=images:{place}", "full", place, part) for part in PARTS}
    for part, domain in domains.items():
        assert domain.class_names == tuple("0123456789")
        expected = Domain("set", torch.from_numpy(parts[part].images[:, None]), torch.from_numpy(parts[part].labels))
        assert images_and_labels(domain) == images_and_labels(expected)
    expected_right = labelled_right(parts["train"], parts["test"])
    assert 50 < expected_right < 100
    assert labelled_right(as_part(domains["train"]), as_part(domains["test"])) == expected_right


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda packing: packing.__name__)
def test_every_packing_holds_the_same_images_and_labels(tmp_path: Path, parts: Parts, packing: Packing) -> None:
    check(packing(tmp_path, parts), parts)


def test_usps_h5_holds_the_same_images_and_labels(tmp_path: Path, parts: Parts) -> None:
    h5py = pytest.importorskip("h5py", reason="needs h5py, the extra hdf5", exc_type=ImportError)
    with h5py.File(tmp_path / "usps.h5", "w") as file:
        for name, part in parts.items():
            file[f"{name}/data"] = part.images.reshape(len(part.images), -1).astype(np.float32) / 255
            file[f"{name}/target"] = part.labels
    check(tmp_path / "usps.h5", parts)


def hugging_face(parts: Parts) -> dict[str, Any]:
    """Each part as a `Dataset` whose rows were shuffled after it was made."""
    datasets = pytest.importorskip("datasets", reason="needs Hugging Face's datasets", exc_type=ImportError)
    features = datasets.Features(image=datasets.Image(), label=datasets.ClassLabel(names=list("0123456789")))
    made = {}
    for name, part in parts.items():
        content = {"image": list(map(Image.fromarray, part.images)), "label": part.labels.tolist()}
        made[name] = datasets.Dataset.from_dict(content, features=features).shuffle(seed=1)
    return made


def parquet_of_datasets(folder: Path, parts: Parts) -> Path:
    for name, dataset in hugging_face(parts).items():
        dataset.to_parquet(folder / f"{name}-00000-of-00001.parquet")
    return folder


def saved_by_datasets(folder: Path, parts: Parts, shards: int = 1) -> Path:
    datasets = pytest.importorskip("datasets", reason="needs Hugging Face's datasets", exc_type=ImportError)
    splits = datasets.DatasetDict(hugging_face(parts))
    splits.save_to_disk(folder / "saved", num_shards=dict.fromkeys(parts, shards))
    return folder / "saved"


def saved_again_by_datasets(folder: Path, parts: Parts) -> Path:
    """A smaller set in fewer files, saved where a larger one was."""
    saved_by_datasets(folder, {name: Part(part.images[::-1], part.labels) for name, part in parts.items()}, shards=3)
    return saved_by_datasets(folder, parts, shards=2)


def images_and_csv_of_medmnist(folder: Path, parts: Parts) -> Path:
    """The CSV file without a header that `medmnist save` writes, beside a folder of its images."""
    medmnist = pytest.importorskip("medmnist", reason="needs medmnist", exc_type=ImportError)
    npz_of_medmnist(folder, {**parts, "val": Part(parts["train"].images[:0], parts["train"].labels[:0])})
    (folder / "medmnist.npz").rename(folder / "pathmnist.npz")
    made = folder / "made"
    made.mkdir()
    for name in parts:
        medmnist.PathMNIST(split=name, root=str(folder)).save(str(made))
    return made / "pathmnist.csv"


OTHER_PROGRAMS: tuple[Callable[[Path, Parts], Path], ...] = (
    *(parquet_of_datasets, saved_by_datasets, saved_again_by_datasets),
    images_and_csv_of_medmnist,
)


@pytest.mark.parametrize("write", OTHER_PROGRAMS, ids=lambda write: write.__name__)
def test_what_other_programs_write_holds_the_same_images_and_labels(
    tmp_path: Path, parts: Parts, write: Packing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "set").mkdir()
    check(write(tmp_path / "set", parts), parts)


def test_torchvision_reads_the_same_labels_from_class_folders(tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    parts = digits()
    class_folders(tmp_path, parts)
    theirs = ImageFolder(str(tmp_path / "train"))
    ours = load(f"set=images:{tmp_path}", "full", tmp_path, "train")
    names = theirs.classes
    read = sorted((names[label], np.asarray(image.convert("L")).tobytes()) for image, label in theirs)
    assert read == images_and_labels(ours)
