"""Domains whose correct results are worked out by hand, and bundled data that are prepared once."""

from pathlib import Path

import pytest
import torch
from few_images import prepare_few
from two_by_two import brightest_at

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import Prepared, prepare

SHARED = Path(__file__).parents[3] / "shared" / "data"
CPU = torch.device("cpu")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)  # more threads gain little for small networks, and lose much on a busy machine


@pytest.fixture(scope="session")
def full_data() -> Path:
    """The full sets in torchvision's layout, if a developer keeps them next to the repository."""
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
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classifiers")


@pytest.fixture(scope="session")
def progress() -> list[str]:
    """The lines printed while making `prepared`."""
    return []


@pytest.fixture(scope="session")
def prepared(cache: Path, progress: list[str]) -> Prepared:
    """The bundled data with briefly trained classifiers."""
    config = TrialConfig(data="bundled", classifier_steps=100)
    return prepare(config, Path("nowhere"), CPU, cache, progress.append)


@pytest.fixture(scope="session")
def few(cache: Path) -> Prepared:
    """See `prepare_few`."""
    return prepare_few(cache)


@pytest.fixture(scope="session")
def usps_unlabelled(cache: Path) -> Prepared:
    """See `prepare_few`."""
    return prepare_few(cache, usps=False)


@pytest.fixture
def pair() -> DomainPair:
    """In `a`, 3 of 4 labels are the index of the brightest pixel; in `b`, 1 of 2."""
    return DomainPair(brightest_at("a", [0, 1, 2, 3], [0, 1, 2, 0]), brightest_at("b", [0, 1], [1, 1]))
