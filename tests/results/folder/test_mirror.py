from pathlib import Path

import pytest

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import Mirror, fetch, mirrored_search, refuse_outdated
from lstnet_search.results.folder.storage import Storage


@pytest.fixture
def folder(tmp_path: Path) -> ResultsFolder:
    made = ResultsFolder(tmp_path / "here" / "mine")
    made.create({"search": {"trials": 3}})
    made.study_file.write_bytes(b"one\n")
    (made.samples / "0.npz").write_bytes(b"samples")
    (made.tune / "run_001").mkdir(parents=True)
    (made.tune / "run_001" / "state").write_bytes(b"is Ray's to write")
    return made


def test_a_folder_comes_back_from_its_mirror_without_the_state_of_ray(folder: ResultsFolder, tmp_path: Path) -> None:
    storage = Storage.at(str(tmp_path / "there"), "mine")
    mirror = Mirror(folder, storage)
    assert mirror.push() == ""
    folder.study_file.write_bytes(b"one\ntwo\n")
    assert mirror.push() == ""
    assert not (tmp_path / "there" / "mine" / "tune").exists()
    elsewhere = ResultsFolder(tmp_path / "elsewhere" / "mine")
    assert mirrored_search(elsewhere, storage).search.trials == 3
    fetch(storage, elsewhere)
    assert elsewhere.study_file.read_bytes() == b"one\ntwo\n"
    assert (elsewhere.samples / "0.npz").read_bytes() == b"samples"


def test_a_folder_whose_search_was_resumed_elsewhere_is_refused(folder: ResultsFolder, tmp_path: Path) -> None:
    storage = Storage.at(str(tmp_path / "there"), "mine")
    Mirror(folder, storage).push()
    refuse_outdated(folder, storage)
    (tmp_path / "there" / "mine" / "study.journal").write_bytes(b"one\ntwo\n")
    with pytest.raises(InputError, match="the search was continued elsewhere"):
        refuse_outdated(folder, storage)


def test_an_incomplete_last_line_here_does_not_count_as_a_search_resumed_elsewhere(
    folder: ResultsFolder, tmp_path: Path
) -> None:
    storage = Storage.at(str(tmp_path / "there"), "mine")
    folder.study_file.write_bytes(b"one\ntwo\n")
    Mirror(folder, storage).push()
    folder.study_file.write_bytes(b"one\nt")
    refuse_outdated(folder, storage)
    for elsewhere in (b"one\ntwo\nthree\n", b"one\nanother line\n"):
        (tmp_path / "there" / "mine" / "study.journal").write_bytes(elsewhere)
        with pytest.raises(InputError, match="the search was continued elsewhere"):
            refuse_outdated(folder, storage)


def test_a_search_resumed_in_both_places_is_refused_and_an_incomplete_copy_is_not(
    folder: ResultsFolder, tmp_path: Path
) -> None:
    storage = Storage.at(str(tmp_path / "there"), "mine")
    folder.study_file.write_bytes(b"one\ntwo\nthree\n")
    Mirror(folder, storage).push()
    copy = tmp_path / "there" / "mine" / "study.journal"
    for behind in (b"", b"one\ntwo\n", b"one\ntw", b"one\ncut short and completed since"):
        copy.write_bytes(behind)
        refuse_outdated(folder, storage)
    copy.write_bytes(b"one\n2\n")
    with pytest.raises(InputError, match="the search was continued elsewhere"):
        refuse_outdated(folder, storage)


def test_a_mirror_without_a_search_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    absent = ResultsFolder(tmp_path / "here" / "mine")
    with pytest.raises(InputError, match=r"neither .* nor its storage has a search"):
        mirrored_search(absent, Storage.at(str(tmp_path / "there"), "mine"))
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_that_cannot_be_written_says_why(folder: ResultsFolder, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"a file, no folder")
    assert Mirror(folder, Storage.at(str(tmp_path / "there"), "mine")).push() != ""
