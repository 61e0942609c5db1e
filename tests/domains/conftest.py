from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def full_data() -> Path:
    """The whole sets in torchvision's layout, where a developer keeps them beside the repository."""
    if not (SHARED / "MNIST" / "raw").is_dir() or not (SHARED / "usps.bz2").is_file():
        pytest.skip(f"needs MNIST and USPS in torchvision's layout in {SHARED}")
    return SHARED
