import errno
import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder


@pytest.mark.parametrize("name", ["a/b", "..", "", ".hidden", "-x", "a b", "x" * 101, "a\x00b"])
def test_a_name_that_is_not_a_plain_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="must be 1 to 100 letters"):
        ResultsFolder.named(tmp_path, name)


def test_a_folder_that_exists_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    folder = ResultsFolder.named(tmp_path, "old")
    with pytest.raises(InputError, match="exists already; choose another --name, or resume it with --resume"):
        folder.create({})
    assert not list((tmp_path / "old").iterdir())


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --results-dir"):
        ResultsFolder.named(tmp_path / "file", "x").create({})


def test_the_search_file_comes_back_and_its_settings_can_be_updated(tmp_path: Path) -> None:
    folder = ResultsFolder.named(tmp_path, "new")
    folder.create({"command": "python run_search.py", "search": {"trials": 3}})
    record = ResultsFolder.existing(tmp_path / "new").read_search()
    assert record.command == "python run_search.py"
    assert record.search.trials == 3
    folder.update_search({"trials": 4})
    assert folder.read_search().search.trials == 4
    assert folder.read_search().command == "python run_search.py"


def test_a_folder_without_a_search_is_not_a_results_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results folder: it has no search.yaml"):
        ResultsFolder.existing(tmp_path)


def test_a_study_is_found_by_its_path_and_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = ResultsFolder.named(Path("results"), "mine")
    folder.create({})
    for given in ("mine", "results/mine", folder.path.resolve()):
        assert ResultsFolder.find(given).path.samefile(folder.path)
    (tmp_path / "mine").mkdir()
    assert ResultsFolder.find("mine").path == folder.path, "a folder without a search does not hide the study"
    with pytest.raises(InputError, match=r"^neither yours nor elsewhere/yours is a results folder.*; give the path of"):
        ResultsFolder.find("yours", Path("elsewhere"))
    with pytest.raises(InputError, match=r"results/yours is not a results folder"):
        ResultsFolder.find("results/yours")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("format_version: 2\n", "format_version 2; this version reads 1"),
        ("a: [", "cannot read"),
        ("just text", "format_version None"),
    ],
)
def test_a_search_file_of_another_version_or_broken_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "search.yaml").write_text(content)
    with pytest.raises(InputError, match=message):
        ResultsFolder.existing(tmp_path).read_search()


def test_a_pipe_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    readers = {"trials.parquet": folder.read_trials, "history.parquet": folder.read_history}
    for name, reader in (readers | {"search.yaml": folder.read_search}).items():
        os.mkfifo(tmp_path / name)
        with pytest.raises(InputError, match=rf"cannot read .*: \[Errno 22\] not a regular file: '.*/{name}'$"):
            reader()


def test_a_folder_is_locked_by_one_search_at_a_time(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert not folder.is_running()
    with folder.locked():
        assert folder.is_running()
        with pytest.raises(InputError, match="a search is running"), ResultsFolder(tmp_path).locked():
            pass
    assert not folder.is_running()


def test_a_search_starts_while_other_processes_check_whether_one_is_running(tmp_path: Path) -> None:
    folder, over = ResultsFolder(tmp_path), Event()
    with folder.locked():
        pass

    def look() -> int:
        looks = 0
        while not over.is_set():
            folder.is_running()
            looks += 1
        return looks

    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(look) for _ in range(2)]
        try:
            for _ in range(200):
                with folder.locked():
                    pass
        finally:
            over.set()
        assert all(each.result() for each in looking)


def test_processes_that_check_at_once_do_not_take_each_other_for_a_search(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    with folder.locked():
        pass
    with (tmp_path / ".lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # as another process does while it checks for a running search
        assert not folder.is_running()


def test_a_folder_that_cannot_be_locked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    missing = ResultsFolder(tmp_path / "none")
    with pytest.raises(InputError, match=r"cannot write to .*: No such file"), missing.locked():
        pass
    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(InputError, match=r"cannot lock .*: No locks available; give"), ResultsFolder(tmp_path).locked():
        pass
    assert not ResultsFolder(tmp_path).is_running()


@pytest.mark.parametrize("name", [".lock", "samples"])
def test_a_link_out_of_the_folder_is_not_written_through(tmp_path: Path, name: str) -> None:
    folder, outside = ResultsFolder(tmp_path / "mine"), tmp_path / "outside"
    folder.path.mkdir()
    (folder.path / name).symlink_to(outside)
    with pytest.raises(InputError, match=rf"{name} is a link that leads out of"), folder.locked():
        pass
    assert not folder.is_running()
    assert not outside.exists()


@pytest.mark.parametrize(
    ("started_as", "program"),
    [
        ("/env/bin/lstnet-search", "lstnet-search search"),
        ("/env/lib/lstnet_search/__main__.py", "python -m lstnet_search search"),
        ("/app/run_search.py", "python /app/run_search.py"),
    ],
)
def test_the_resume_command_starts_the_program_as_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started_as: str, program: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [started_as])
    assert ResultsFolder(Path("results/it")).resume_command() == f"{program} --name it --resume"
    (tmp_path / "run_search.py").write_text("")
    command = ResultsFolder(Path("my results/it")).resume_command("--gpus", "2")
    assert command == "python run_search.py --name it --resume --results-dir 'my results' --gpus 2"
