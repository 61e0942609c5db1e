from pathlib import Path

import pytest

from lstnet_search.io.cache_dir import default_cache_dir


def test_the_default_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir("classifiers") == tmp_path / "lstnet-search" / "classifiers"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert default_cache_dir("images") == tmp_path / ".cache" / "lstnet-search" / "images"
