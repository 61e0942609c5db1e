"""Domains whose right answers are known by hand, and the bundled data prepared once."""

from pathlib import Path

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain
from lstnet_search.evaluation import ClassifierSettings, Prepared, prepare

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)  # small networks gain little from more, and lose much on a busy machine


@pytest.fixture(scope="session")
def full_data() -> Path:
    """The whole sets in torchvision's layout, where a developer keeps them beside the repository."""
    if not (SHARED / "MNIST" / "raw").is_dir() or not (SHARED / "usps.bz2").is_file():
        pytest.skip(f"needs MNIST and USPS in torchvision's layout in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def stripes() -> Domain:
    """Four classes of 14x14 noise, 50 images each: class k has its row 3k white."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 100, (200, 1, 14, 14), dtype=torch.uint8, generator=generator)
    labels = torch.arange(200) % 4
    images[torch.arange(200), :, 3 * labels] = 255
    return Domain("stripes", images, labels, classes=4)


@pytest.fixture(scope="session")
def bundled_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classifiers")


@pytest.fixture(scope="session")
def progress() -> list[str]:
    """What `prepared` said."""
    return []


@pytest.fixture(scope="session")
def brief() -> ClassifierSettings:
    """Enough to tell digits apart, in seconds."""
    return ClassifierSettings(epochs=1, min_steps=150, batch_size=64)


@pytest.fixture(scope="session")
def prepared(bundled_cache: Path, progress: list[str], brief: ClassifierSettings) -> Prepared:
    """The bundled data with briefly trained classifiers."""
    config = TrialConfig(data="bundled")
    return prepare(config, Path("nowhere"), torch.device("cpu"), bundled_cache, progress.append, brief)


@pytest.fixture(scope="session")
def full_prepared(full_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The full data with classifiers as searches have them; minutes."""
    return prepare(TrialConfig(), full_data, torch.device("cpu"), tmp_path_factory.mktemp("full"))
