from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def full_data() -> Path:
    """The full sets in torchvision's layout, if a developer keeps them next to the repository."""
    if not (SHARED / "MNIST" / "raw").is_dir() or not (SHARED / "usps.bz2").is_file():
        pytest.skip(f"needs MNIST and USPS in torchvision's layout in {SHARED}")
    return SHARED


@pytest.fixture(autouse=True, scope="module")
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests out of the developer's cache."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
