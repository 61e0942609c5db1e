import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord


@pytest.mark.parametrize("name", ["a/b", "..", "", ".hidden", "-x", "a b", "x" * 101, "a\x00b"])
def test_a_name_that_is_no_plain_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="must be 1 to 100 letters"):
        ResultsFolder.named(tmp_path, name)


def test_a_folder_that_exists_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    folder = ResultsFolder.named(tmp_path, "old")
    with pytest.raises(InputError, match="exists already; choose another --name, or go on with it by --resume"):
        folder.create({})
    assert not list((tmp_path / "old").iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --results-dir"):
        ResultsFolder.named(tmp_path / "file", "x").create({})


def test_what_was_asked_comes_back(tmp_path: Path) -> None:
    folder = ResultsFolder.named(tmp_path, "new")
    folder.create({"command": "python run_search.py", "search": {"trials": 3}})
    search = ResultsFolder.existing(tmp_path / "new").read_search()
    assert search == {"format_version": 1, "command": "python run_search.py", "search": {"trials": 3}}


def test_a_folder_without_a_search_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results folder: it has no search.yaml"):
        ResultsFolder.existing(tmp_path)


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


def test_tables_come_back_from_parquet(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    record = TrialRecord(0, "COMPLETE", {"w1": 20.0}, [ReportRecord(5, 1.0, {"target_accuracy": 0.5})])
    folder.write_tables([record], "target_accuracy")
    assert folder.read_trials()["config/w1"].tolist() == [20.0]
    assert folder.read_history()["target_accuracy"].tolist() == [0.5]


def test_tables_are_read_whole_while_a_search_replaces_them(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    reports = [ReportRecord(step, 1.0, {"target_accuracy": 0.5}) for step in range(5)]
    records = [TrialRecord(number, "COMPLETE", {"w1": 20.0}, reports) for number in range(200)]
    folder.write_tables(records, "target_accuracy")

    def write() -> None:
        for count in (1, 200) * 30:
            folder.write_tables(records[:count], "target_accuracy")

    with ThreadPoolExecutor(1) as pool:
        written, seen = pool.submit(write), set()
        while not written.done():
            seen |= {len(folder.read_trials()), len(folder.read_history()) // 5}
        written.result()
    assert seen == {1, 200}


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    folder.trials_file.write_bytes(b"PAR1 cut short")
    with pytest.raises(InputError, match=r"cannot read .*trials.parquet"):
        folder.read_trials()
    with pytest.raises(InputError, match=r"cannot read .*history.parquet"):
        folder.read_history()


def test_a_table_that_claims_more_cells_than_its_bytes_can_hold_is_said(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    pq.write_table(pa.table({name: pa.nulls(1_000_000) for name in ("trial", "state")}), folder.trials_file)
    with pytest.raises(InputError, match=r"cannot read .*trials.parquet: it claims 2000000 cells"):
        folder.read_trials()


def test_a_pipe_in_place_of_a_file_is_said(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    readers = {"trials.parquet": folder.read_trials, "history.parquet": folder.read_history}
    for name, reader in (readers | {"search.yaml": folder.read_search}).items():
        os.mkfifo(tmp_path / name)
        with pytest.raises(InputError, match=rf"cannot read .*: \[Errno 22\] not a regular file: '.*/{name}'$"):
            reader()


def test_a_folder_is_held_by_one_search_at_a_time(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert not folder.is_held()
    with folder.held():
        assert folder.is_held()
        with pytest.raises(InputError, match="a search is running"), ResultsFolder(tmp_path).held():
            pass
    assert not folder.is_held()


def test_a_folder_that_cannot_be_locked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    with pytest.raises(InputError, match=r"cannot write to .*: No such file"), ResultsFolder(tmp_path / "none").held():
        pass
    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(InputError, match=r"cannot lock .*: No locks available; give"), ResultsFolder(tmp_path).held():
        pass
    assert not ResultsFolder(tmp_path).is_held()


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("results/it", "python run_search.py --name it --resume"),
        ("my results/it", "python run_search.py --name it --resume --results-dir 'my results'"),
    ],
)
def test_the_command_that_goes_on_says_where_the_folder_is(path: str, command: str) -> None:
    assert ResultsFolder(Path(path)).going_on() == command
