"""Files and folders are complete or absent, whatever interrupts their writing."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstnet_search.io.atomic import remove_abandoned, whole_file, whole_folder, write_whole


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.parquet"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["table.parquet"]


@pytest.fixture(params=[0o022, 0o077, 0o002], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_permissions_of_files_and_folders_follow_the_umask(tmp_path: Path, umask: int) -> None:
    write_whole(tmp_path / "file", "text")
    with whole_folder(tmp_path / "folder"):
        pass
    assert (tmp_path / "file").read_text() == "text"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~umask
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o777 & ~umask


def test_a_file_whose_writing_is_interrupted_does_not_appear(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "x") as file:
        raise KeyboardInterrupt(file.write(b"half"))
    assert not list(tmp_path.iterdir())


def test_a_folder_appears_once_it_is_filled(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()  # empty: allowed
    with whole_folder(target) as folder:
        (folder / "x").write_text("text")
        assert not list(target.iterdir())
    assert [path.name for path in tmp_path.rglob("*")] == ["target", "x"]


def test_a_folder_whose_filling_is_interrupted_does_not_appear(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "target") as folder:
        raise KeyboardInterrupt((folder / "x").write_text("half"))
    assert not list(tmp_path.iterdir())


def test_a_file_appears_after_its_content_is_on_disk_and_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def moved(path: Path, target: Path) -> Path:
        done.append("moved")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    write_whole(tmp_path / "x", "content")
    assert done == ["file", "moved", "folder"]


def test_only_what_a_killed_writer_left_is_removed_after_an_hour(tmp_path: Path) -> None:
    writer = (
        "import os, sys, pathlib\n"
        "from lstnet_search.io.atomic import whole_file\n"
        "with whole_file(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    write_whole(tmp_path / "trials.parquet", b"whole")
    ended = subprocess.run([sys.executable, "-c", writer, str(tmp_path / "trials.parquet")], check=False)
    assert ended.returncode == -9
    assert (tmp_path / "trials.parquet").read_bytes() == b"whole"
    (left,) = (path for path in tmp_path.iterdir() if path.name != "trials.parquet")
    for other in (".hidden", ".gitignore.part", "notes.part", ".a.b.part"):
        (tmp_path / other).touch()
        os.utime(tmp_path / other, (0, 0))
    remove_abandoned(tmp_path)
    assert left.exists()  # it may still be written
    os.utime(left, (0, 0))
    remove_abandoned(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".a.b.part",
        ".gitignore.part",
        ".hidden",
        "notes.part",
        "trials.parquet",
    ]


def test_a_reader_in_a_loop_sees_only_complete_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    contents = {bytes([value]) * 300_000 for value in range(5)}
    write_whole(path, min(contents))
    seen: set[bytes] = set()
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for content in sorted(contents) * 5:
        write_whole(path, content)
    ended.set()
    reader.join()
    assert seen
    assert seen <= contents
