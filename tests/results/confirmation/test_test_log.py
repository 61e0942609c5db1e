import json
from pathlib import Path

from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.folder.folder import ResultsFolder


def test_openings_are_counted_in_the_log(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    assert [log_opening(folder, f"command {number}") for number in (1, 2)] == [1, 2]
    entries = [json.loads(line) for line in folder.openings_file.read_text().splitlines()]
    assert [(entry["opening"], entry["command"]) for entry in entries] == [(1, "command 1"), (2, "command 2")]
    assert all(entry["time"].endswith("+00:00") for entry in entries)


def test_damaged_lines_of_the_log_are_counted_too(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    folder.openings_file.write_bytes(b"\xff\n")
    assert log_opening(folder, "train") == 2
    assert folder.openings_file.read_bytes().startswith(b"\xff\n{")


def test_ordinals() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th")
    ]
