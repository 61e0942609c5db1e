from pathlib import Path

import pytest

from lstnet_search.config.files import whole_file, whole_folder, write_whole


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.parquet"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["table.parquet"]


def test_a_whole_write_is_readable_by_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "x", "text")
    assert (tmp_path / "x").read_text() == "text"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o644


def test_a_file_whose_writing_breaks_off_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "x") as file:
        raise KeyboardInterrupt(file.write(b"half"))
    assert not list(tmp_path.iterdir())


def test_a_folder_takes_its_place_once_it_is_filled(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()  # empty: allowed
    with whole_folder(target) as folder:
        (folder / "x").write_text("text")
        assert not list(target.iterdir())
    assert [path.name for path in tmp_path.rglob("*")] == ["target", "x"]
    assert target.stat().st_mode & 0o777 == 0o755


def test_a_folder_whose_filling_breaks_off_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "target") as folder:
        raise KeyboardInterrupt((folder / "x").write_text("half"))
    assert not list(tmp_path.iterdir())
