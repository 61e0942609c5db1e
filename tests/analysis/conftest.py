"""A study that the tests share and do not change."""

from pathlib import Path

import pytest

from .made_up import make_study


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with completed, stopped, failed and unfinished trials."""
    return make_study(tmp_path_factory.mktemp("studies") / "study", 30, samples=5)
