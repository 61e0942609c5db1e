import os
from pathlib import Path

import pytest

from lstnet_search.io.safe_read import read_regular


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    assert read_regular(tmp_path / "x") == read_regular(tmp_path / "link") == b"content"


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(tmp_path / "x")


def test_a_folder_and_a_missing_file_have_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        read_regular(tmp_path)
    with pytest.raises(FileNotFoundError, match="No such file"):
        read_regular(tmp_path / "x")
