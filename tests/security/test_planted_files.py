"""Files that run code when unpickled are put wherever files are read. The code does not run."""

import bz2
import io
import json
import logging
import pickle
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from planted import FLAGS, Planted

from lstnet_search.config import Space, TrialConfig
from lstnet_search.config.domain_names import UserImages
from lstnet_search.config.space.points import read_points
from lstnet_search.domains import Domain
from lstnet_search.domains.sets.idx_sets import MNIST_FILES
from lstnet_search.domains.sets.svhn import read_svhn
from lstnet_search.domains.sets.torchvision import read_mnist, read_usps_file
from lstnet_search.domains.user_images.domain import read_user_images
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings, cached_classifier
from lstnet_search.evaluation.samples import read_samples
from lstnet_search.io.yaml import read_yaml
from lstnet_search.models import ImageShape
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.confirmation.plan import ConfirmationPlan
from lstnet_search.results.export.model import TrainedModel, build_networks, read_model, write_model
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.training import read_state, write_state
from lstnet_search.tuning.study.study import Study

CPU = torch.device("cpu")


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that planted code makes if it runs."""
    return tmp_path / "it ran"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def pickled(mark: Path) -> bytes:
    return pickle.dumps(Planted(mark), protocol=2)


def saved_by_torch(mark: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save(Planted(mark), buffer)
    return buffer.getvalue()


def yaml_object(mark: Path) -> bytes:
    return f"w1: !!python/object/apply:os.open ['{mark}', {FLAGS}]\n".encode()


@pytest.mark.parametrize("made", [pickled, saved_by_torch])
def test_planted_code_runs_if_it_is_unpickled(mark: Path, made: Callable[[Path], bytes]) -> None:
    content = made(mark)
    if made is pickled:
        pickle.loads(content)
    else:
        torch.load(io.BytesIO(content), weights_only=False)
    assert mark.exists()


def test_planted_yaml_runs_if_it_is_loaded_unsafely(mark: Path) -> None:
    import yaml

    yaml.unsafe_load(yaml_object(mark))
    assert mark.exists()


def checkpoint_tensors(folder: Path, planted: bytes) -> None:
    write_state(folder, {"a": torch.zeros(1)}, {"step": 1})
    header = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps(header | {"sha256": sha256(planted).hexdigest()}))
    (folder / "state.safetensors").write_bytes(planted)
    read_state(folder)


def checkpoint_header(folder: Path, planted: bytes) -> None:
    write_state(folder, {"a": torch.zeros(1)}, {"step": 1})
    (folder / "state.json").write_bytes(planted)
    read_state(folder)


def model(ending: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, planted: bytes) -> None:
        shapes = ImageShape(1, 28), ImageShape(1, 16)
        config = TrialConfig(width=1 / 64)
        network, classifiers = build_networks(config, shapes, 10)
        write_model(folder / "best_model", TrainedModel(config, shapes, 10, network, classifiers, {}))
        (folder / f"best_model.{ending}").write_bytes(planted)
        read_model(folder / "best_model")

    return read


def samples(folder: Path, planted: bytes) -> None:
    (folder / "0.npz").write_bytes(planted)
    read_samples(folder / "0.npz")


def an_array_of_samples(folder: Path, planted: bytes) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|O", "fortran_order": False, "shape": ()})
    with zipfile.ZipFile(folder / "0.npz", "w") as archive:
        archive.writestr("images_a.npy", buffer.getvalue() + planted)
    read_samples(folder / "0.npz")


def table(name: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, planted: bytes) -> None:
        (folder / f"{name}.parquet").write_bytes(planted)
        tables(folder)[name]()

    return read


def a_column_of(name: str) -> Callable[[Path, bytes], None]:
    """A column with a type that earlier versions of pyarrow unpickled."""

    def read(folder: Path, planted: bytes) -> None:
        about = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": planted}
        field = pa.field("trial", pa.int64(), metadata=about)
        metadata = {"pandas": planted}
        pq.write_table(pa.table([pa.array([0])], pa.schema([field], metadata)), folder / f"{name}.parquet")
        tables(folder)[name]()

    return read


def tables(folder: Path) -> dict[str, Callable[[], object]]:
    results = ResultsFolder(folder)
    return {
        "trials": results.read_trials,
        "history": results.read_history,
        "confirmation": results.read_confirmation_table,
        "images": lambda: read_user_images(
            UserImages("images", "parquet", str(folder / "images.parquet")), "train", cache_dir=folder
        ),
    }


def cells_of_images(folder: Path, planted: bytes) -> None:
    pq.write_table(pa.table({"image": pa.array([planted] * 3, pa.binary())}), folder / "images.parquet")
    tables(folder)["images"]()


def journal(folder: Path, planted: bytes) -> None:
    (folder / "study.journal").write_bytes(planted + b"\n")
    Study(folder / "study.journal").records()


def mnist(name: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, planted: bytes) -> None:
        for file in (*(f"raw/{each}" for each in MNIST_FILES), name):
            (folder / "MNIST" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "MNIST" / file).write_bytes(planted if file == name else bytes([0, 0, 8, 1, 0, 0, 0, 0]))
        for each in ("training.pt", "test.pt"):  # torchvision prefers these two to the raw files
            (folder / "MNIST" / "processed").mkdir(exist_ok=True)
            (folder / "MNIST" / "processed" / each).write_bytes(planted)
        read_mnist(folder, "train")

    return read


def usps(folder: Path, planted: bytes) -> None:
    (folder / "usps.bz2").write_bytes(planted)
    read_usps_file(folder, "train")


def usps_within(folder: Path, planted: bytes) -> None:
    usps(folder, bz2.compress(planted))


def svhn(folder: Path, planted: bytes) -> None:
    (folder / "train_32x32.mat").write_bytes(planted)
    read_svhn(folder, "train")


PLACES: dict[str, Callable[[Path, bytes], None]] = {
    "a checkpoint's tensors": checkpoint_tensors,
    "a checkpoint's header": checkpoint_header,
    "best_model.safetensors": model("safetensors"),
    "best_model.json": model("json"),
    "samples/0.npz": samples,
    "an array in samples/0.npz": an_array_of_samples,
    "trials.parquet": table("trials"),
    "history.parquet": table("history"),
    "confirmation.parquet": table("confirmation"),
    "a column of trials.parquet": a_column_of("trials"),
    "a column of history.parquet": a_column_of("history"),
    "a table of images": table("images"),
    "cells of a table of images": cells_of_images,
    "study.journal": journal,
    "MNIST, raw": mnist(f"raw/{MNIST_FILES[0]}"),
    "MNIST, processed": mnist("processed/training.pt"),
    "USPS": usps,
    "USPS, unpacked": usps_within,
    "SVHN": svhn,
}


MESSAGE = "cannot (be )?read|is damaged|is no(t a)? (Parquet|safetensors) file|does not fit|can be read"


@pytest.mark.parametrize("made", [pickled, saved_by_torch])
@pytest.mark.parametrize("place", PLACES)
def test_planted_code_does_not_run_and_the_file_is_refused(
    folder: Path, mark: Path, place: str, made: Callable[[Path], bytes]
) -> None:
    with pytest.raises(InputError, match=MESSAGE):
        PLACES[place](folder, made(mark))
    assert not mark.exists()


@pytest.mark.parametrize(
    "read",
    [
        lambda folder: ResultsFolder(folder).read_search(),
        lambda folder: read_confirmation(ResultsFolder(folder)),
        lambda folder: ConfirmationPlan.read(ResultsFolder(folder)),
        lambda folder: TrialConfig.parse(read_yaml(folder / "best_config.yaml", "config file", "--config"), "x"),
        lambda folder: Space.read(folder / "space.yaml"),
        lambda folder: read_points(folder / "points.yaml"),
    ],
)
def test_planted_yaml_does_not_run(folder: Path, mark: Path, read: Callable[[Path], object]) -> None:
    (folder / "confirmation").mkdir()
    for name in ("search", "confirmation", "confirmation/plan", "best_config", "space", "points"):
        (folder / f"{name}.yaml").write_bytes(yaml_object(mark))
    with pytest.raises(InputError, match="could not determine a constructor for the tag"):
        read(folder)
    assert not mark.exists()


def test_a_planted_classifier_in_the_cache_does_not_run_and_is_trained_again(
    folder: Path, mark: Path, caplog: pytest.LogCaptureFixture
) -> None:
    images = torch.zeros(60, 1, 14, 14, dtype=torch.uint8)
    images[::2, :, :7] = 255
    domain = Domain("stripes", images, torch.arange(60) % 2, classes=2)
    brief = ClassifierSettings(steps=1, batch_size=32)
    cached_classifier(domain, brief, 0, CPU, folder)
    (file,) = folder.iterdir()
    for made in (pickled, saved_by_torch):
        file.write_bytes(made(mark))
        with caplog.at_level(logging.WARNING):
            cached_classifier(domain, brief, 0, CPU, folder)
    assert caplog.text.count("cannot be read") == 2
    assert not mark.exists()
