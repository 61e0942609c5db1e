"""Arrays of pixels: .npz files of MedMNIST and Keras, HDF5, and the types and shapes that arrays come in."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains import load
from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.formats import hdf5, trees
from lstnet_search.domains.formats.arrays import as_images, as_labels
from lstnet_search.domains.formats.opening import find_images, open_images
from lstnet_search.errors import InputError

GREY = np.random.default_rng(0).integers(0, 256, (40, 12, 12), dtype=np.uint8)
LABELS = np.arange(40, dtype=np.uint8) % 2


def read(path: Path, part: Part = "train") -> Domain:
    return load(f"images:{path}", "full", path.parent, part)


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),  # Keras
        ("train_images", "train_labels", "test_images", "test_labels"),  # MedMNIST
        ("X_train", "y_train", "X_test", "y_test"),
    ],
)
def test_npz_files_of_two_parts_are_read(tmp_path: Path, names: tuple[str, ...]) -> None:
    arrays = (GREY[:32], LABELS[:32, None], GREY[32:], LABELS[32:, None])
    np.savez_compressed(tmp_path / "mnist.npz", **dict(zip(names, arrays, strict=True)))
    train, test = read(tmp_path / "mnist.npz"), read(tmp_path / "mnist.npz", "test")
    assert train.name == "mnist"
    assert torch.equal(train.images, torch.from_numpy(GREY[:32, None]))
    assert torch.equal(test.images, torch.from_numpy(GREY[32:, None]))
    assert test.labels is not None
    assert test.labels.tolist() == LABELS[32:].tolist()
    assert train.class_names == ("0", "1")


def test_validation_images_of_medmnist_are_used_for_training_with_a_remark(tmp_path: Path) -> None:
    colour = np.stack([GREY] * 3, axis=-1)
    parts = {"train": slice(0, 20), "val": slice(20, 32), "test": slice(32, 40)}
    arrays = {f"{part}_images": colour[rows] for part, rows in parts.items()}
    arrays |= {f"{part}_labels": LABELS[rows, None] for part, rows in parts.items()}
    np.savez(tmp_path / "blood.npz", **arrays)
    domain = read(tmp_path / "blood.npz")
    assert domain.images.shape == (32, 3, 12, 12)
    assert domain.remarks == ("blood: the images of 'val' are used for training",)
    assert [file.name for file in find_images(tmp_path / "blood.npz")][19:21] == ["train/19", "val/0"]


def test_one_array_of_images_may_have_no_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=GREY, note=np.zeros(3))
    domain = read(tmp_path / "x.npz")
    assert (domain.labels, len(domain)) == (None, 32)
    assert domain.remarks == ("x: arrays that are not used: note",)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": GREY, "b": LABELS}, "has the arrays a, b; it must have images and labels, or train_images"),
        ({"images": GREY, "labels": LABELS[:7]}, "holds 40 images and 7 labels; give one label per image"),
        (
            {"images": GREY, "labels": np.zeros((40, 14))},
            "labels are float64 of shape 40x14; allowed is one whole number",
        ),
        ({"images": GREY, "labels": np.zeros(40, int)}, "holds one class, '0'; give images of two or more classes"),
        ({"images": np.array([{}, 1], dtype=object)}, "Object arrays cannot be loaded when allow_pickle=False"),
        (
            {"images": GREY.astype(np.uint16) * 257},
            "pixels lie between 0 and 65535; allowed are whole numbers from 0 to",
        ),
        (
            {"images": GREY[:, :, :5, None, None]},
            "the array of images has the shape 40x12x5x1x1; allowed are N x height",
        ),
        ({"train_images": GREY, "train_labels": LABELS, "test_images": GREY}, "the images of 'test' have no labels"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=message):
        open_images(UserImages("x", "images", str(tmp_path / "x.npz"))).layout()


def test_an_array_that_would_expand_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "ALWAYS_ALLOWED", 2**20)
    np.savez_compressed(tmp_path / "x.npz", images=np.zeros((3 * 2**20, 1, 1), np.uint8))
    with pytest.raises(InputError, match="bytes that would expand to 3145"):
        find_images(tmp_path / "x.npz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK no")
    with pytest.raises(InputError, match="is not a file of arrays that can be read"):
        find_images(tmp_path / "x.npz")


PIXELS = np.array([[[0, 51], [102, 255]]])


@pytest.mark.parametrize(
    ("values", "remark"),
    [
        (PIXELS.astype(np.uint8), ()),
        (PIXELS.astype(np.int64), ()),
        (PIXELS / 255, ("pixels from 0 to 1 were multiplied by 255",)),
        (PIXELS / 127.5 - 1, ("pixels from -1 to 1 were brought to 0 to 255",)),
        (PIXELS.astype(np.float32), ("pixels were rounded to whole numbers",)),
        (PIXELS.reshape(1, 4).astype(np.uint8), ()),
        (PIXELS[..., None].astype(np.uint8), ()),
        (PIXELS[:, None].astype(np.uint8), ()),
    ],
)
def test_pixels_of_every_usual_type_and_shape_are_bytes(values: np.ndarray, remark: tuple[str, ...]) -> None:
    images, remarks = as_images(values, "x")
    assert (images.dtype, images.tolist(), remarks) == (np.uint8, PIXELS.tolist(), remark)


def test_colour_may_come_first_or_last() -> None:
    ramp = np.arange(8, dtype=np.uint8)
    colour = np.stack([ramp + 10 * row for row in range(16)]).reshape(2, 8, 8)[..., None] + np.uint8([0, 40, 80])
    for values in (colour, colour.transpose(0, 3, 1, 2), colour.reshape(2, 192)):
        assert np.array_equal(as_images(values, "x")[0], colour)
    images, remarks = as_images(colour.transpose(0, 3, 1, 2).reshape(2, 192), "x")  # as in CIFAR-10's files
    assert np.array_equal(images, colour)
    assert remarks == ("rows of pixels were read as a red, a green and a blue image, one after the other",)


def test_labels_are_numbers_or_names() -> None:
    assert as_labels(np.array([3.0, 4.0]), "x") == ["3", "4"]
    assert as_labels(np.array([[1], [0]]), "x") == ["1", "0"]
    assert as_labels(np.array(["a", "b"]), "x") == as_labels(np.array([b"a", b"b"]), "x") == ["a", "b"]


def test_usps_h5_is_read_where_h5py_is_installed(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="needs h5py, the extra hdf5")
    with h5py.File(tmp_path / "usps.h5", "w") as file:
        for part, rows in (("train", slice(0, 32)), ("test", slice(32, 40))):
            file.create_dataset(f"{part}/data", data=GREY[rows].reshape(-1, 144).astype(np.float32) / 255)
            file.create_dataset(f"{part}/target", data=LABELS[rows])
    train = read(tmp_path / "usps.h5")
    assert torch.equal(train.images, torch.from_numpy(GREY[:32, None]))
    assert train.labels is not None
    assert train.labels.tolist() == LABELS[:32].tolist()
    assert train.remarks == ("usps: pixels from 0 to 1 were multiplied by 255",)
    assert len(read(tmp_path / "usps.h5", "test")) == 8
    (tmp_path / "x.h5").write_bytes(b"no")
    with pytest.raises(InputError, match=r"x\.h5 is not an HDF5 file that can be read"):
        find_images(tmp_path / "x.h5")


def test_hdf5_that_leads_to_other_files_or_expands_beyond_measure_is_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="needs h5py, the extra hdf5")
    (tmp_path / "secret").write_bytes(GREY.tobytes())
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.create_dataset("data", data=GREY)
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file.create_group("train")["data"] = h5py.ExternalLink("other.h5", "data")
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        outside = [(str(tmp_path / "secret"), 0, GREY.nbytes)]
        file.create_group("train").create_dataset("data", GREY.shape, "u1", external=outside)
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_group("train").create_dataset("data", (2**20, 2**10), "u1", chunks=True, compression="gzip")
    with h5py.File(tmp_path / "other.h5", "a") as file:
        file["train/data"] = GREY
    with h5py.File(tmp_path / "group.h5", "w") as file:
        file["train"] = h5py.ExternalLink("other.h5", "train")
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        layout = h5py.VirtualLayout(GREY.shape, "u1")
        layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "data", GREY.shape)
        file.create_group("train").create_virtual_dataset("data", layout)
    for name, reason in (
        ("link", "is a link"),
        ("group", "is a link"),
        ("outside", "is no array in this file"),
        ("virtual", "is no array in this file"),
        ("bomb", "would expand to"),
    ):
        with pytest.raises(InputError, match=reason):
            find_images(tmp_path / f"{name}.h5")


def test_without_h5py_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5, "find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "h5py", raising=False)
    (tmp_path / "usps.h5").write_bytes(b"x")
    with pytest.raises(InputError, match=r"needs the package h5py, .* pip install 'lstnet-search\[hdf5\]'"):
        find_images(tmp_path / "usps.h5")


def test_one_image_with_channels_is_not_read_as_many_grey_ones() -> None:
    with pytest.raises(InputError, match="28x28x3 is that of one image with its channels; give one image as"):
        as_images(np.zeros((28, 28, 3), np.uint8), "x")
